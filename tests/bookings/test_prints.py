"""The sheets on paper: what they say, for whom, and that they were read."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from babel.dates import format_date

from teleconsult.audit import AuditEvent
from teleconsult.cases.models import PatientSnapshot
from teleconsult.extensions import db, transaction
from teleconsult.people.models import User, UserRole
from teleconsult.web.words import localdate
from tests import world
from tests.bookings.conftest import today


def words_of(answer):
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    assert answer.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(answer.get_data())
    return "\n".join(page.get_textpage().get_text_range() for page in document)


@pytest.fixture
def booked(desk):
    """A visit that is booked: its request and the booking."""
    desk.allow()
    desk.publish()
    request = desk.escalated()
    booking = desk.book(request)
    return request, booking


def test_the_referral_sheet_is_filled_from_the_case_and_the_visit(booked, sign_in):
    request, booking = booked
    ref = request.case.ref
    said = words_of(sign_in("marina").get(f"/cases/{ref}/referral.pdf"))
    for word in (
        ref,
        world.SECRET_NAME,
        "Precisa de biópsia.",
        "Documento e exames.",
        booking.session.specialist_name,
        "CONTRARREFERÊNCIA",
    ):
        assert word in said


@pytest.mark.parametrize(
    ("verb", "why", "words"),
    [("call_off", "Foi resolvido.", "(consulta suspensa)"), ("close_unseen", "moved", "(encerrado sem consulta)")],
)
def test_the_sheet_of_a_visit_that_will_not_be_says_so(booked, sign_in, verb, why, words):
    """It turns up again from a bookmark or the way back, and is handed to a patient who then travels for nothing."""
    request, _booking = booked
    ref, browser = request.case.ref, sign_in("marina")

    def paper():
        return " ".join(words_of(browser.get(f"/cases/{ref}/referral.pdf")).split())

    assert words not in paper()
    world.Walk(request.case).do(verb, why, by="rosangela")
    assert words in paper()
    assert f"Encaminhamento à especialidade {words}</h2>" in browser.get(f"/cases/{ref}/referral").get_data(
        as_text=True
    )


def test_the_sheet_on_the_page_says_when_and_with_whom_the_visit_is(booked, desk, sign_in):
    request, booking = booked
    local = booking.at - timedelta(hours=3)

    def shown(ref):
        return sign_in("marina").get(f"/cases/{ref}/referral").get_data(as_text=True)

    page = shown(request.case.ref)
    assert f"<dt>Data</dt><dd>{localdate(booking.session.day)}</dd>" in page
    assert f"<dt>Médico</dt><dd>{booking.session.specialist_name}</dd>" in page
    assert f"<dt>Hora</dt><dd>{local:%-H:%M}</dd>" in page
    assert '<dt>Hora</dt><dd><span class="tc-lines">' in shown(desk.escalated().case.ref)


def test_a_visit_after_midnight_is_of_its_own_day_on_every_sheet(desk, sign_in):
    """The agenda began the evening before, and the paper sent the patient a day too early."""
    desk.allow()
    desk.publish(starts=23 * 60 + 30, slot_minutes=30)
    request = desk.escalated()
    booking = desk.book(request, 2)
    assert booking.at.astimezone(ZoneInfo(booking.session.zone)).strftime("%H:%M") == "00:30"
    day = booking.session.day + timedelta(days=1)
    marina, ref = sign_in("marina"), request.case.ref
    assert f"{format_date(day, 'full', locale='pt_BR')}, às 0:30" in words_of(
        marina.get(f"/bookings/{request.ref}/slip.pdf")
    )
    assert localdate(day) in words_of(marina.get(f"/cases/{ref}/referral.pdf"))
    for path, browser in ((f"/cases/{ref}/referral", marina), (f"/cases/{ref}/counter_refer", sign_in("rosangela"))):
        page = browser.get(path).get_data(as_text=True)
        assert localdate(day) in page, path
        assert localdate(booking.session.day) not in page, path


def test_before_the_visit_is_booked_there_is_room_to_write(desk, sign_in):
    request = desk.escalated()
    assert "HORA" in words_of(sign_in("marina").get(f"/cases/{request.case.ref}/referral.pdf"))
    assert sign_in("marina").get(f"/bookings/{request.ref}/slip.pdf").status_code == 404


def test_a_second_sheet_says_whose_it_is_and_begins_with_the_whole_counter_referral(booked, sign_in):
    request, _booking = booked
    with transaction():
        request.referral.justification = "\n\n".join(["Precisa de biópsia."] * 22)
    answer = sign_in("marina").get(f"/cases/{request.case.ref}/referral.pdf")
    sheets = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(answer.get_data())]
    assert ["CONTRARREFERÊNCIA" in sheet for sheet in sheets] == [False, True]
    assert f"{request.case.ref} · 2/2" in sheets[1]


def test_the_patient_takes_home_where_and_when(booked, sign_in):
    request, booking = booked
    said = words_of(sign_in("marina").get(f"/bookings/{request.ref}/slip.pdf"))
    local = booking.at - timedelta(hours=3)
    for word in (f"{local:%-H:%M}", "Policlínica Lessa de Andrade", "Documento e exames.", request.case.ref):
        assert word in said
    assert "Precisa de biópsia." not in said


@pytest.mark.parametrize("sheet", ["referral", "slip"])
def test_a_sheet_says_in_which_year_it_was_printed(booked, sign_in, sheet):
    """It lies in a folder for years: of last year's the foot said only "sex., 21 nov., 14:00"."""
    request, _booking = booked
    here = f"/cases/{request.case.ref}" if sheet == "referral" else f"/bookings/{request.ref}"
    said = words_of(sign_in("marina").get(f"{here}/{sheet}.pdf"))
    (foot,) = (line for line in said.splitlines() if "Emitido por" in line)
    assert f" {today().year}, " in foot


def test_the_agenda_of_a_day_lists_who_comes_and_what_is_free(booked, desk, sign_in):
    request, booking = booked
    ref, day = request.case.ref, booking.session.day
    browser = sign_in("rosangela")
    said = words_of(browser.get(f"/bookings/agenda/{day}.pdf"))
    assert ref in said
    assert said.count("Primeira consulta") == 4
    assert "Retorno" in said
    assert "Nenhuma agenda" in words_of(browser.get(f"/bookings/agenda/{day + timedelta(days=1)}.pdf"))
    for wrong in ("2026-02-30", "hoje", "2026-1-1"):
        assert browser.get(f"/bookings/agenda/{wrong}.pdf").status_code == 404


PATIENT = (*world.SECRET_NAME.split(), "14 de mar. de 1979")


def test_who_sees_the_patient_prints_their_own_agenda_and_nobody_elses(booked, sign_in):
    request, booking = booked
    day, secrets = booking.session.day, (*PATIENT, request.case.ref)
    said = words_of(sign_in("lia").get(f"/bookings/agenda/{day}.pdf"))
    assert all(word in said for word in secrets)
    for other in ("paulo", "helena"):
        said = words_of(sign_in(other).get(f"/bookings/agenda/{day}.pdf"))
        assert "Nenhuma agenda" in said
        assert not any(word in said for word in secrets)


def test_the_management_prints_how_full_a_day_is_and_no_names(booked, sign_in, session):
    request, booking = booked
    said = words_of(sign_in("teresa").get(f"/bookings/agenda/{booking.session.day}.pdf"))
    assert "Marcada" in said
    assert "USF Vietnã" in said
    assert not any(word in said for word in (*PATIENT, request.case.ref))
    db.session.rollback()
    event = db.session.scalars(db.select(AuditEvent).where(AuditEvent.word == "agenda.print")).one()
    assert event.data["cases"] == []


def test_who_was_the_specialist_and_is_the_management_now_reads_no_names(booked, sign_in):
    request, booking = booked
    with transaction():
        lia = world.person("lia")
        lia.role_rows, lia.specialty_rows = [UserRole("manager")], []
    day, browser = booking.session.day, sign_in("lia")
    page = browser.get(f"/bookings/agenda?day={day}").get_data(as_text=True)
    assert "Dra. Lia Cordeiro" in page
    assert request.case.initials not in page
    assert request.case.ref not in page
    said = words_of(browser.get(f"/bookings/agenda/{day}.pdf"))
    assert not any(word in said for word in (*PATIENT, request.case.ref))


def test_the_agenda_calls_a_patient_by_the_social_name(booked, sign_in):
    """From this paper they are called in the waiting room; it had the name of the register alone."""
    request, booking = booked
    with transaction():
        db.session.get_one(PatientSnapshot, request.case_id).social_name = "Dandara"
    said = words_of(sign_in("rosangela").get(f"/bookings/agenda/{booking.session.day}.pdf"))
    assert "Dandara (" in said


def test_a_sheet_is_in_the_language_of_its_reader(booked, sign_in, session):
    ref = booked[0].ref
    db.session.execute(db.update(User).where(User.id == world.person("marina").id).values(language="en"))
    db.session.commit()
    said = words_of(sign_in("marina").get(f"/bookings/{ref}/slip.pdf"))
    assert "Your visit" in said
    assert "Sua consulta" not in said


@pytest.mark.parametrize("stranger", ["bia", "helena", "teresa"])
def test_strangers_get_nothing(booked, sign_in, stranger):
    ref, case_ref = booked[0].ref, booked[0].case.ref
    browser = sign_in(stranger)
    for address in (f"/cases/{case_ref}/referral.pdf", f"/bookings/{ref}/slip.pdf"):
        assert browser.get(address).status_code in {403, 404}


def test_every_print_is_recorded_as_a_reading(booked, sign_in, session):
    request, booking = booked
    sign_in("marina").get(f"/bookings/{request.ref}/slip.pdf")
    sign_in("rosangela").get(f"/bookings/agenda/{booking.session.day}.pdf")
    db.session.rollback()
    words = db.session.scalars(db.select(AuditEvent.word).order_by(AuditEvent.id.desc()).limit(12)).all()
    assert {"case.print", "agenda.print"} <= set(words)
