"""A visit in person as its people live it: booked on the unit's day, moved, attended, counter-referred; and by sheet."""

import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from teleconsult import clock
from teleconsult.bookings.models import Booking
from teleconsult.bookings.models_agenda import AgendaSession
from teleconsult.bookings.world import holidays
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.shifts.calendar import local_day
from tests import world
from tests.attachments import samples
from tests.bookings.conftest import Desk, today, unit
from tests.browser.people import Somebody
from tests.browser.site import Site

SPECIALIST = "Dra. Íris Melo"
SHEET = samples.picture(size=(640, 900))
LATE_EVENING = 22


@pytest.fixture
def somebody(page_for):
    return lambda name: Somebody(page_for(name))


@pytest.fixture
def agenda(site: Site) -> str:
    """Publish neurology on two days to come, let today be the day of USF Skylab, and return the first session.

    Its clocks are put back when it is nearly midnight here: the day of the unit lasts as long as the journey.
    """
    with site.application.app_context():
        desk, late = Desk(), clock.now().astimezone(ZoneInfo("America/Recife")).hour >= LATE_EVENING
        zone = "America/Rio_Branco" if late else "America/Recife"
        with transaction():
            unit("usf-skylab").zone = zone
        desk.allow("usf-skylab", weekday=local_day(clock.now(), zone).weekday())
        off = holidays(today(), today() + timedelta(days=30))
        ahead = [days for days in range(5, 30) if today() + timedelta(days=days) not in off]
        made = [
            desk.publish(
                days=days, first=2, returns=0, by="rosangela", specialty=world.specialty("neurologia"),
                specialist=None, specialist_name=SPECIALIST,
            )
            for days in ahead[:2]
        ]  # fmt: skip
        return str(made[0].day.isoformat())


def its_day_comes(site: Site) -> str:
    """Let the session in which somebody is booked be today's, as so many nights make it; return the day."""
    with site.application.app_context():
        now = today()
        with transaction():
            query = db.select(Booking).join(AgendaSession, AgendaSession.id == Booking.session_id)
            booking = db.session.scalars(query.where(AgendaSession.specialist_name == SPECIALIST)).all()[-1]
            session = booking.session
            span = session.day - now
            session.day, session.starts_at, session.ends_at = now, session.starts_at - span, session.ends_at - span
            for slot in session.slots:
                slot.at -= span
            booking.at, booking.hour = booking.at - span, booking.hour - span
        return now.isoformat()


def test_a_visit_from_the_escalation_to_the_counter_referral_and_the_next_one_by_sheet(site, somebody, agenda):
    ref = site.case_in(State.ASSIGNED, requester="bia")
    paulo, bia, rosangela = somebody("paulo"), somebody("bia"), somebody("rosangela")
    escalate(paulo, ref)
    book(bia, ref)
    when = move(rosangela, agenda)
    bia.at(f"/cases/{ref}").shows(when)
    day = its_day_comes(site)
    rosangela.at(f"/bookings/agenda?day={day}")
    rosangela.page.get_by_role("button", name="Compareceu").first.press("Enter")
    rosangela.reads("Presença anotada.")
    counter_refer(rosangela, ref, date.fromisoformat(day))
    read_the_result(bia, ref)
    by_sheet(site, somebody("dora"))


def escalate(paulo: Somebody, ref: str) -> None:
    paulo.at(f"/cases/{ref}/escalate")
    paulo.page.locator("[name=specialty]").select_option("neurologia")
    paulo.write("Justificativa do encaminhamento", "Precisa de eletroneuromiografia.")
    paulo.write("O que o paciente deve levar", "Documento e exames.")
    paulo.press("Encaminhar para consulta presencial")
    paulo.reads("Consulta presencial")


def book(bia: Somebody, ref: str) -> None:
    """Read where the patient stands on the list, and book on the unit's day: nobody asks for a reason."""
    bia.at(f"/cases/{ref}").reads("1º: é o próximo")
    bia.follow("Marcar a consulta")
    expect(bia.page.locator("[name=day_why]")).to_have_count(0)
    bia.page.get_by_role("radio").first.check()
    bia.press("Marcar")
    bia.reads("Consulta marcada. A unidade recebe o aviso.")


def move(rosangela: Somebody, day: str) -> str:
    """Move the visit from the screen of its day, with the keyboard, to the last hour there is; return when it is now."""
    rosangela.at(f"/bookings/agenda?day={day}")
    rosangela.page.get_by_role("link", name="Mudar o horário").first.press("Enter")
    last = rosangela.page.get_by_role("radio").last
    when = str(last.evaluate("box => box.closest('label').textContent")).strip()
    last.press("Space")
    rosangela.write("Motivo da mudança", "A paciente viaja nesse dia.")
    rosangela.press("Mudar o horário")
    expect(rosangela.page).to_have_url(re.compile(re.escape(f"/bookings/agenda?day={day}") + "$"))
    rosangela.reads("Horário mudado. A unidade recebe o aviso.")
    return when.removesuffix(f", {SPECIALIST}")


def counter_refer(rosangela: Somebody, ref: str, day: date) -> None:
    """Send the scanned sheet and type what is not on it; when and by whom the agenda knows."""
    rosangela.at(f"/cases/{ref}/counter_refer")
    expect(rosangela.page.locator("[name=attended_on]")).to_have_value(day.isoformat())
    expect(rosangela.page.locator("[name=attended_by]")).to_have_value(SPECIALIST)
    rosangela.page.locator("input[type=file][multiple]").set_input_files(
        {"name": "folha.jpg", "mimeType": "image/jpeg", "buffer": SHEET}
    )
    expect(rosangela.page.locator("#folhas")).to_contain_text("folha.jpg")
    rosangela.write("Diagnóstico", "Neuropatia do ulnar")
    rosangela.page.locator("[name=returns][value=no]").check()
    rosangela.press("Registrar a contrarreferência")
    rosangela.reads("Contrarreferência registrada; o caso está concluído.")


def read_the_result(bia: Somebody, ref: str) -> None:
    bia.at(f"/cases/{ref}").reads("Concluído")
    bia.shows("Neuropatia do ulnar")
    sheet = bia.page.get_by_role("link", name="folha.jpg").first
    assert bia.page.request.get(sheet.get_attribute("href") or "").body() == SHEET


def by_sheet(site: Site, dora: Somebody) -> None:
    """A sheet comes in by CSV, a bad row is named, the other booked, and it goes back with the booking."""
    with site.application.app_context():
        Desk().escalated("bia", specialty="neurologia")
    rows = f"{world.SECRET_NAME};14/03/1979;Neurologia\nMaria Souza;01/01/1980;Neurologia\n"
    content = f"NOME;DATA NASCIMENTO;ESPECIALIDADE\n{rows}".encode("latin-1")
    dora.at("/bookings/sheets").page.locator("[name=unit]").select_option("usf-skylab")
    dora.page.locator("[name=file]").set_input_files(
        {"name": "planilha.csv", "mimeType": "text/csv", "buffer": content}
    )
    dora.press("Conferir")
    dora.reads("Linha %(line)d", line=3)
    dora.press("Importar 1 paciente")
    address = dora.page.url
    dora.follow("Marcar")
    dora.page.get_by_role("radio").first.check()
    dora.press("Marcar")
    expect(dora.page).to_have_url(address)
    dora.shows(SPECIALIST)
    with dora.page.expect_download() as got:
        dora.follow("Baixar CSV")
    assert SPECIALIST in got.value.path().read_text(encoding="utf-8-sig")
    assert dora.page.request.get(f"{address}.pdf").body().startswith(b"%PDF")
    dora.press("Devolvida à unidade")
    dora.reads("Devolvida")
