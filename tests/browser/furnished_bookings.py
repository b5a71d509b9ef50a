"""What a site holds so that every page of in-person booking has something to show: made through the real actions."""

import io
import re

from teleconsult import clock
from teleconsult.bookings import actions
from tests import world
from tests.bookings.conftest import Desk, today
from tests.browser.site import Site

Places = dict[str, tuple[str, ...]]


def furnish(site: Site) -> Places:
    """Fill the waiting list, the agenda, a sheet, and tell which pages no link leads to."""
    desk = Desk()
    with site.application.app_context():
        desk.allow("usf-vietna", forms=30, sheets=9)
        session = desk.publish(
            days=0, starts=23 * 60 + 55, slot_minutes=5, first=1, returns=0, specialist=world.person("paulo")
        )
        later = desk.publish(days=7, first=6, specialist=world.person("lia")).ref
        waiting, booked = desk.escalated(), desk.escalated(priority="urgent")
        if session.starts_at > clock.now():
            desk.book(desk.escalated(priority="urgent"), by="rosangela")
        desk.do("book", booked, desk.slot(booked), actions.Terms(), by="marina")
        back, ended = desk.to_return().ref, desk.to_return()
        desk.do("close_unseen", ended, "moved", by="marina")
        ref, day, waits, has, gone = session.ref, today().isoformat(), waiting.ref, booked.ref, ended.ref
    content = "NOME;DATA NASCIMENTO;ESPECIALIDADE\n"
    content += f"{world.SECRET_NAME};14/03/1979;Dermatologia\nMaria Souza;01/01/1980;Dermatologia\n"
    browser = site.signed_in("dora")
    data = {"unit": "usf-vietna", "file": (io.BytesIO(content.encode()), "planilha.csv")}
    page = browser.post("/bookings/sheets", data=data).get_data(as_text=True)
    found = re.search(r'action="(/bookings/sheets/take/[^"]+)"', page)
    assert found, page[:2000]
    sheet = browser.post(found.group(1)).location
    return {
        "marina": (
            f"/bookings/{waits}/book",
            f"/bookings/{has}/move",
            f"/bookings/{has}/cancel",
            f"/bookings/{back}/close_unseen",
            f"/bookings/{gone}",
            f"/bookings/{gone}/reopen",
        ),
        "rosangela": (
            f"/bookings/agenda?day={day}",
            f"/bookings/agenda/sessions/{ref}",
            f"/bookings/agenda/sessions/{later}",
            # Today's session leads to these too, until its last minute: the walk may come after midnight.
            *(f"/bookings/agenda/sessions/{later}/{verb}" for verb in ("overbooking", "cancel", "move")),
        ),
        "dora": (sheet,),
    }
