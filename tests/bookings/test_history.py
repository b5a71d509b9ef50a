"""The history of a request tells of which hour each line is: what was booked and called off is nowhere else."""

import re

from teleconsult.extensions import transaction
from tests.bookings.conftest import text


def lines(page: str) -> list[str]:
    """Return the lines of the history, newest first, without their marks and their own time."""
    found = re.findall(r"<p><b>.*?</b>: (.*?) <time", page.split('id="historico"')[1])
    return [re.sub(r"(seg|ter|qua|qui|sex|sáb|dom)\., ", "", line) for line in found]


def test_each_line_tells_which_visit_it_is_about(desk, sign_in):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    desk.book(request)
    desk.do("move", request, desk.slot(request), "Ônibus.", by="marina")
    desk.do("cancel", request, "Chuva.", by="marina")
    desk.do("requeue", request, by="marina")
    page = text(sign_in("marina").get(f"/bookings/{request.ref}"))
    told = lines(page)
    assert told[0] == "voltou à lista de espera"
    assert re.fullmatch(r"desmarcada \(.*, 8:30\)", told[1])
    assert re.fullmatch(r"mudada de horário \(de .*, 8:00 para .*, 8:30\)", told[2])
    assert re.fullmatch(r"marcada \(.*, 8:00\)", told[3])
    assert told[4] == "entrou na lista de espera"


def test_the_hour_is_that_of_the_place_of_the_visit(desk, sign_in):
    desk.allow()
    session = desk.publish()
    request = desk.escalated()
    desk.book(request)
    with transaction(session):
        session.zone = "America/Noronha"  # where it is an hour later than in Recife
    told = lines(text(sign_in("marina").get(f"/bookings/{request.ref}")))
    assert told[0].endswith(", 9:00)")
