"""What goes wrong, and the sentence that a person reads of it. The rules behind each are tested beside the rules."""

import csv
import io
from datetime import date

import pytest

from teleconsult import clock
from teleconsult.credits import closing, correcting, versions
from teleconsult.extensions import db, transaction
from tests import world
from tests.credits.acts import answered, at, attended, come, differences, entries, leave, scheduled

NOW = at("2026-12-05T10:00")


@pytest.fixture(autouse=True)
def in_december():
    with clock.at(NOW):
        yield


@pytest.fixture
def november(session):
    attended("2026-11-17T08:00", "2026-11-17T12:00")
    db.session.rollback()


def text(answer, status=200):
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def statement(sign_in, month="2026-11", who="paulo"):
    return text(sign_in(who).get(f"/hours/{month}"))


def test_the_second_of_two_managers_hears_that_the_month_is_closed(november, sign_in):
    pages = [sign_in("teresa"), sign_in("teresa")]
    first, second = (page.post("/credits/months/2026-11/close") for page in pages)
    assert first.status_code == 302
    assert "Alguém foi mais rápido" in text(second, 409)
    assert "já terminou" not in text(pages[0].get("/credits/months/2026-11"))
    assert "O mês ainda não terminou." in text(pages[0].post("/credits/months/2026-12/close"), 422)


def test_a_correction_in_a_closed_month_says_where_it_went(november, sign_in):
    with transaction():
        closing.close(date(2026, 11, 1), by=world.person("teresa"))
    source = entries()[0].source
    manager = sign_in("teresa")
    assert "entra como correção no mês aberto" in text(manager.get(f"/credits/lines/{source}"))
    sent = manager.post(f"/credits/lines/{source}", data={"minutes": "230", "why": "Saiu antes."})
    assert sent.status_code == 302
    assert "4 h em novembro" in statement(sign_in)
    assert "Saiu antes.; o mês de origem já estava fechado" in statement(sign_in, "2026-12")


@pytest.mark.parametrize("minutes", ["-1", "1441", "99999999999999999999", "1,5", ""])
def test_a_negative_or_absurd_correction_says_what_to_write(november, sign_in, minutes):
    source = entries()[0].source
    page = text(sign_in("teresa").post(f"/credits/lines/{source}", data={"minutes": minutes, "why": "x"}), 422)
    assert "Use de 0 a 1440 minutos" in page or "número inteiro" in page or "assim: 3h30" in page
    assert len(entries()) == 1


@pytest.mark.parametrize("minutes", ["-30", "0", "1441", "9" * 30])
def test_a_negative_or_absurd_activity_says_what_to_write(session, sign_in, minutes):
    given = {
        "kind": "education", "title": "Pele", "day": "2026-11-24", "time": "14:00", "minutes": minutes,
        "giver": "", "people": "marina@rede.example",
    }  # fmt: skip
    assert "de 1 a 1440" in text(sign_in("teresa").post("/credits/activities/new", data=given), 422)


@pytest.mark.parametrize(("begins_on", "words"), [("2026-12-05", "amanhã ou depois"), ("2027-02-29", "não existe")])
def test_a_rule_cannot_begin_in_the_past_or_on_a_day_that_is_none(session, sign_in, begins_on, words):
    given = versions.rules_of(versions.every_version()[0]).amounts() | {"begins_on": begins_on, "version": "0"}
    assert words in text(sign_in("teresa").post("/credits/rules/next", data=given), 422)
    assert len(versions.every_version()) == 1


def test_overlapping_shifts_say_what_was_paid_already(november, sign_in):
    attended("2026-11-17T11:00", "2026-11-17T14:00")
    assert [entry.minutes for entry in entries()] == [240, 120]
    assert "presença de 11:00 a 14:00; menos 60 min já pagos" in statement(sign_in)


def test_an_absence_from_the_scheduled_hours_is_said(session, sign_in):
    attended("2026-11-17T08:00", "2026-11-17T12:00", came="2026-11-17T07:31", left="2026-11-17T07:55")
    assert "presença de 7:31 a 7:55; fora do horário do turno" in statement(sign_in)


def test_a_shift_on_29_february_and_across_the_months_end_stands_in_both_months(session, sign_in):
    with clock.at(at("2028-03-05T10:00")):
        attended("2028-02-28T20:00", "2028-02-29T02:00")
        attended("2028-02-29T20:00", "2028-03-01T02:00")
        page = statement(sign_in, "2028-02")
        assert "29 fev." in page
        assert "10 h em fevereiro" in page
        assert "2 h em março" in statement(sign_in, "2028-03")
        assert differences() == []


def test_a_shift_across_a_clock_change_pays_the_hours_that_passed(application, session, sign_in, monkeypatch):
    """Where the network kept summer time: an hour that the clocks skipped was nobody's work."""
    monkeypatch.setitem(application.config, "BABEL_DEFAULT_TIMEZONE", "America/Sao_Paulo")
    with clock.at(at("2018-11-20T10:00")):
        attended("2018-11-03T21:00", "2018-11-04T03:00")
        assert sum(entry.minutes for entry in entries()) == 360
        page = statement(sign_in, "2018-11")
        assert "6 h em novembro de 2018" in page or "6 h em novembro" in page
        assert differences() == []


def test_what_begins_like_a_formula_leaves_as_text(november, sign_in):
    first = entries()[0]
    with transaction():
        correcting.correct(first, 230, why="=1+1", by=world.person("teresa"))
    rows = list(
        csv.reader(io.StringIO(text(sign_in("paulo").get("/hours/2026-11/export.csv")).lstrip("\ufeff")), delimiter=";")
    )
    cells = [cell for row in rows for cell in row]
    assert any("=1+1" in cell for cell in cells)
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@") or (cell[:1] == "-" and not cell[1:].isdigit())]


def test_the_same_hours_are_not_recorded_twice(session, sign_in):
    manager = sign_in("teresa")
    given = {
        "kind": "education", "title": "Pele", "day": "2026-11-24", "time": "14:00", "minutes": "60",
        "giver": "", "people": "marina@rede.example",
    }  # fmt: skip
    here = manager.post("/credits/activities/new", data=given).location
    assert manager.post(here, data={"version": "1"}).status_code == 302
    assert "já foram lançadas" in text(manager.post(here, data={"version": "2"}), 422)
    assert len(entries("marina")) == 1


def test_a_line_disputed_twice_says_that_the_first_waits(november, sign_in):
    source, consultant = entries()[0].source, sign_in("paulo")
    assert consultant.post(f"/hours/lines/{source}", data={"words": "Saí mais tarde."}).status_code == 302
    assert "já foi contestado" in text(consultant.post(f"/hours/lines/{source}", data={"words": "De novo."}), 422)
    assert "Diga o que não confere." in text(consultant.post(f"/hours/lines/{source}", data={"words": " "}), 422)


def test_work_that_the_rules_pay_apart_is_named_in_the_shift(session, sign_in):
    amounts = versions.rules_of(versions.every_version()[0]).amounts() | {"inside": "work"}
    with clock.at(at("2026-11-01T10:00")), transaction():
        versions.save_next(date(2026, 11, 2), amounts, by=world.person("teresa"))
    ref = scheduled(at("2026-11-17T08:00"), at("2026-11-17T12:00"))
    come(ref, at("2026-11-17T08:00"))
    answered(at("2026-11-17T09:00"))
    leave(ref, at("2026-11-17T12:00"))
    assert "inclui 1 trabalho feito nele; menos 18 min pagos pelo trabalho" in statement(sign_in)


@pytest.mark.parametrize(("language", "points"), [("pt_BR", "2,000"), ("en", "2.000")])
def test_points_leave_as_the_readers_spreadsheet_takes_them(session, sign_in, language, points):
    """With a point, two would be two thousand to a spreadsheet that speaks Portuguese."""
    with clock.at(at("2026-11-01T10:00")), transaction():
        versions.set_factor(date(2026, 11, 1), 500, by=world.person("teresa"))
        world.person("teresa").language = language
    attended("2026-11-17T08:00", "2026-11-17T12:00")
    page = text(sign_in("teresa").get("/credits/export.csv?since=2026-11&until=2026-11"))
    assert f";240;{points}" in page
