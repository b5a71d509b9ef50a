"""The ledger through its events: once a source, nothing twice, closed months, corrections, and no way to change a row."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from teleconsult import clock, events
from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import CaseEvent
from teleconsult.credits import closing, correcting, ledger, versions
from teleconsult.credits.models import CreditEntry, CreditMonth
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import db, transaction
from teleconsult.people.models import UserRole
from tests import world
from tests.credits.acts import answered, at, attended, come, differences, entries, held, leave, scheduled


def told(who="paulo"):
    return [(entry.kind, entry.minutes) for entry in entries(who)]


def test_work_outside_a_shift_is_written_with_its_event(session):
    walk = answered(at("2026-11-17T19:00"))
    (entry,) = entries()
    assert (entry.kind, entry.minutes, entry.source) == ("opinion", 18, f"opinion:{walk.case.ref}:1")
    assert (entry.day, entry.month, entry.subject) == (date(2026, 11, 17), date(2026, 11, 1), walk.case.ref)
    assert entry.unit_id == world.person("paulo").unit_id
    assert differences() == []


def test_each_kind_of_work_earns_once_a_round(session):
    walk = held(at("2026-11-17T19:00"))
    with clock.at(at("2026-11-17T19:00")):
        walk.do("ask", ["Foto"], by="paulo")
    with clock.at(at("2026-11-17T20:00")):
        walk.do("supply", {1: ("Segue.", "")}, by="marina")
        walk.answer()
    with clock.at(at("2026-11-18T20:00")):
        walk.do("follow_up", "E agora?", by="marina")
        walk.conclude()
    assert told() == [("ask", 12), ("opinion", 18), ("opinion", 18)]
    assert [entry.source.split(":")[2] for entry in entries()][1:] == ["1", "2"]
    assert told("marina") == []
    assert differences() == []


@pytest.mark.parametrize("on_shift", [True, False])
def test_a_visit_called_off_with_nothing_asked_anew_earns_no_second_opinion(session, on_shift):
    """Whoever answers may send the patient to a visit and call it off alone: each time they were paid once more."""
    moment = at("2026-11-17T09:00")
    if on_shift:
        ref = scheduled(at("2026-11-17T08:00"), at("2026-11-17T12:00"))
        come(ref, at("2026-11-17T08:00"))
    walk = answered(moment)
    for minutes in (10, 20):
        with clock.at(moment + timedelta(minutes=minutes)):
            walk.escalate()
            walk.do("call_off", "Não precisa mais.", by="paulo")
            walk.answer()
    if on_shift:
        leave(ref, at("2026-11-17T12:00"))
    assert told() == ([("shift", 240)] if on_shift else []) + [("opinion", 0 if on_shift else 18)]
    assert differences() == []


def test_after_a_visit_that_was_called_off_what_nobody_answered_earns_and_so_does_what_is_asked_then(session):
    walk = held(at("2026-11-17T19:00"))
    with clock.at(at("2026-11-17T19:00")):
        walk.escalate()
        walk.do("call_off", "Não precisa mais.", by="paulo")
        walk.answer()
    assert told() == [("opinion", 18)]
    with clock.at(at("2026-11-17T20:00")):
        walk.do("follow_up", "E agora?", by="marina")
        walk.answer()
    assert told() == [("opinion", 18), ("opinion", 18)]
    assert differences() == []


@pytest.mark.parametrize("on_shift", [True, False])
def test_what_is_typed_from_somebody_elses_paper_earns_nothing_though_the_typist_answers_cases(session, on_shift):
    """An administrator who is a consultant too was paid for the visit of another."""
    moment = at("2026-11-17T09:00")
    with transaction():
        world.person("rosangela").role_rows = [UserRole("administrator"), UserRole("consultant")]
    with clock.at(moment - timedelta(hours=1)):
        walk = world.walk_to(State.IN_PERSON)
    ref = scheduled(at("2026-11-17T08:00"), at("2026-11-17T12:00"), "rosangela") if on_shift else ""
    if ref:
        come(ref, at("2026-11-17T08:00"))
    visit = actions.Visit(date(2026, 11, 17), "Dr. Olavo Sá", "Hanseníase.", "Confirmo.", "Tratar.", returns=False)
    with clock.at(moment):
        walk.do("counter_refer", visit, by="rosangela", from_paper=True)
    if ref:
        leave(ref, at("2026-11-17T12:00"))
    assert told("rosangela") == ([("shift", 240)] if on_shift else [])
    assert differences() == []


def test_work_inside_a_shift_waits_for_the_check_out_which_names_it(session):
    ref = scheduled(at("2026-11-17T08:00"), at("2026-11-17T12:00"))
    come(ref, at("2026-11-17T07:58"))
    walk = answered(at("2026-11-17T09:00"))
    assert entries() == []
    leave(ref, at("2026-11-17T12:00"))
    shift, opinion = entries()
    assert (shift.kind, shift.minutes, opinion.minutes) == ("shift", 240, 0)
    assert opinion.within_id == shift.id
    assert shift.data["covers"] == [f"opinion:{walk.case.ref}:1"]
    assert differences() == []


@pytest.mark.parametrize(("minutes", "own_unit", "odd"), [(30, False, ""), (0, False, "quick"), (30, True, "own_unit")])
@pytest.mark.parametrize("inside", [True, False])
def test_an_opinion_that_looks_odd_is_marked_wherever_it_was_given(session, inside, minutes, own_unit, odd):
    if own_unit:
        with transaction():
            world.person("paulo").unit_id = world.person("marina").unit_id
    moment = at("2026-11-17T10:00") if inside else at("2026-11-17T19:00")
    ref = scheduled(at("2026-11-17T08:00"), at("2026-11-17T12:00"))
    come(ref, at("2026-11-17T08:00"))
    answered(moment, minutes=minutes)
    leave(ref, at("2026-11-17T12:00"))
    assert {entry.kind: entry.odd for entry in entries()} == {"shift": "", "opinion": odd}


def test_an_event_told_twice_adds_nothing(session):
    walk = answered(at("2026-11-17T19:00"))
    attended("2026-11-18T08:00", "2026-11-18T12:00")
    before = told()
    with transaction():
        event = db.session.scalars(
            select(CaseEvent).where(CaseEvent.case_id == walk.case.id, CaseEvent.verb == "answer")
        ).one()
        events.emit("case.answer", case=event.case, event=event, by=event.by)
        shift = db.session.scalars(select(ledger.Shift)).one()
        events.emit("shift.check_out", shift=shift, by=shift.user)
    assert told() == before


def test_events_that_come_out_of_order_pay_the_same(session):
    """A check-out that is told before the answer given in its shift: the answer is covered all the same."""
    ref = scheduled(at("2026-11-17T08:00"), at("2026-11-17T12:00"))
    come(ref, at("2026-11-17T08:00"))
    walk = held(at("2026-11-17T09:00"))
    leave(ref, at("2026-11-17T12:00"))
    with clock.at(at("2026-11-17T09:00")):
        walk.answer()
    assert told() == [("shift", 240), ("opinion", 0)]
    assert differences() == []


def test_a_crash_between_event_and_entry_leaves_neither(session, monkeypatch):
    walk = held(at("2026-11-17T19:00"))

    def crash(*_args):
        raise RuntimeError("the power failed")

    monkeypatch.setattr(ledger, "write", crash)
    with pytest.raises(RuntimeError):
        walk.answer()
    monkeypatch.undo()
    session.rollback()
    assert walk.case.state == State.ASSIGNED
    assert entries() == []
    walk.answer()
    assert told() == [("opinion", 18)]


def test_two_people_see_their_own(session):
    answered(at("2026-11-17T19:00"))
    answered(at("2026-11-17T19:00"), who="lia")
    assert told() == told("lia") == [("opinion", 18)]


# --- months ---


def close(month, by="teresa", now="2027-02-10T10:00"):
    with clock.at(at(now)), transaction():
        closing.close(month, by=world.person(by))


def test_a_closed_month_takes_no_entry(session):
    answered(at("2026-11-17T19:00"))
    close(date(2026, 11, 1))
    with clock.at(at("2027-02-10T11:00")):
        attended("2026-11-20T08:00", "2026-11-20T12:00")
    late = entries()[1]
    assert (late.day, late.month) == (date(2026, 11, 20), date(2026, 12, 1))
    with transaction():
        assert not ledger.enter(date(2026, 11, 1))
    assert differences() == []


def test_a_correction_of_a_closed_month_lands_in_the_open_one(session):
    answered(at("2026-11-17T19:00"))
    close(date(2026, 11, 1))
    first = entries()[0]
    with clock.at(at("2027-02-10T11:00")), transaction():
        correcting.correct(first, 10, why="Foi um parecer curto.", by=world.person("teresa"))
    correction = entries()[1]
    assert (correction.minutes, correction.month, correction.day) == (-8, date(2027, 2, 1), date(2026, 11, 17))
    assert correction.corrects_id == entries()[0].id
    assert correcting.stands_at(entries()[0]) == 10
    assert differences() == []


def test_a_running_month_is_not_closed(session):
    with pytest.raises(Refused, match="ainda não terminou"):
        close(date(2026, 11, 1), now="2026-11-30T23:59")
    close(date(2026, 11, 1), now="2026-12-01T00:00")


def test_a_month_with_somebody_still_checked_in_is_not_closed(session):
    ref = scheduled(at("2026-11-17T08:00"), at("2026-11-17T12:00"))
    come(ref, at("2026-11-17T08:00"))
    with pytest.raises(Refused, match="sem saída"):
        close(date(2026, 11, 1))


def test_a_month_is_closed_once(session):
    close(date(2026, 11, 1))
    with pytest.raises(Overtaken):
        close(date(2026, 11, 1))


def test_when_the_clock_goes_back_entries_still_find_an_open_month(session):
    close(date(2026, 11, 1))
    close(date(2026, 12, 1))
    answered(at("2026-11-30T19:00"))
    assert entries()[0].month == date(2027, 1, 1)


# --- corrections ---


@pytest.mark.parametrize(
    ("minutes", "why", "words"),
    [(-1, "x", "no máximo um dia"), (1441, "x", "no máximo um dia"), (10, " ", "Falta informar"), (18, "x", "já vale")],
)
def test_absurd_corrections_are_refused(session, minutes, why, words):
    answered(at("2026-11-17T19:00"))
    with pytest.raises(Refused, match=words), transaction():
        correcting.correct(entries()[0], minutes, why=why, by=world.person("teresa"))
    assert len(entries()) == 1


def test_a_reversal_takes_everything_and_another_correction_counts_from_there(session):
    answered(at("2026-11-17T19:00"))
    first = entries()[0]
    for minutes in (0, 12):
        with transaction():
            correcting.correct(first, minutes, why="Conferido.", by=world.person("teresa"))
    assert [(e.minutes, e.reason) for e in entries()[1:]] == [(-18, "reversal"), (12, "correction")]
    with pytest.raises(Refused, match="de origem"), transaction():
        correcting.correct(entries()[1], 5, why="x", by=world.person("teresa"))


def test_nobody_corrects_their_own_hours(session):
    answered(at("2026-11-17T19:00"))
    with pytest.raises(Refused, match="próprias horas"), transaction():
        correcting.correct(entries()[0], 40, why="x", by=world.person("paulo"))


# --- what the database itself refuses ---


CHANGES = (
    "UPDATE credit_entries SET minutes = 999",
    "DELETE FROM credit_entries",
    {
        "sqlite": "REPLACE INTO credit_entries SELECT * FROM credit_entries",
        "postgresql": "TRUNCATE credit_entries CASCADE",
    },
)


@pytest.mark.parametrize("statement", CHANGES)
def test_no_change_reaches_an_entry(session, database, statement):
    answered(at("2026-11-17T19:00"))
    statement = statement if isinstance(statement, str) else statement[database]
    with pytest.raises(DBAPIError, match="only added"), transaction():
        db.session.execute(text(statement))
    assert told() == [("opinion", 18)]


def test_a_source_exists_once_for_the_database_too(session):
    answered(at("2026-11-17T19:00"))
    first = entries()[0]
    columns = {c.name: getattr(first, c.name) for c in CreditEntry.__table__.columns if c.name != "id"}
    with pytest.raises(Overtaken), transaction():
        db.session.add(CreditEntry(**columns))
    assert len(entries()) == 1


# --- rules ---


def test_a_next_version_begins_later_and_earlier_entries_stay(session):
    answered(at("2026-11-17T19:00"))
    amounts = versions.rules_of(versions.every_version()[0]).amounts()
    with clock.at(at("2026-11-17T20:00")):
        with pytest.raises(Refused, match="amanhã"), transaction():
            versions.save_next(date(2026, 11, 17), amounts, by=world.person("teresa"))
        with transaction():
            versions.save_next(date(2026, 11, 18), amounts | {"opinion": 30}, by=world.person("teresa"))
    answered(at("2026-11-17T23:30"))
    answered(at("2026-11-18T00:30"))
    assert [entry.minutes for entry in entries()] == [18, 18, 30]
    assert differences() == []


def test_a_version_that_has_not_begun_can_be_changed(session):
    amounts = versions.rules_of(versions.every_version()[0]).amounts()
    with clock.at(at("2026-11-17T20:00")):
        for opinion, day in ((30, 20), (25, 19)):
            with transaction():
                versions.save_next(date(2026, 11, day), amounts | {"opinion": opinion}, by=world.person("teresa"))
    found = versions.every_version()
    assert [(row.number, row.opinion) for row in found] == [(1, 18), (2, 25)]


def test_months_count_their_entries(session):
    answered(at("2026-11-17T19:00"))
    attended("2026-11-30T22:00", "2026-12-01T02:00")
    counted = dict(session.execute(select(CreditMonth.month, CreditMonth.entries)).all())
    assert counted == {date(2026, 11, 1): 2, date(2026, 12, 1): 1}


# --- rebuilding ---


def rebuilt(application, *options):
    answer = application.test_cli_runner().invoke(args=["rebuild-credits", *options])
    return answer.exit_code, answer.output


def test_a_rebuilding_finds_the_ledger_as_it_is(application, session):
    answered(at("2026-11-17T19:00"))
    attended("2026-11-18T08:00", "2026-11-18T12:00")
    session.rollback()
    assert rebuilt(application, "--check") == (0, "2 entries agree, 0 do not, 0 were written.\n")


def test_a_rebuilding_writes_what_is_missing_and_nothing_twice(application, session, monkeypatch):
    """As when the product was installed over cases and shifts that were there before the ledger."""
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "write", lambda *_args: [])
        ref = scheduled(at("2026-11-17T08:00"), at("2026-11-17T12:00"))
        come(ref, at("2026-11-17T08:00"))
        answered(at("2026-11-17T09:00"))
        leave(ref, at("2026-11-17T12:00"))
        answered(at("2026-11-17T19:00"))
    assert entries() == []
    code, said = rebuilt(application, "--check")
    assert code == 1
    assert "missing: opinion:" in said
    assert rebuilt(application)[0] == 0
    assert told() == [("shift", 240), ("opinion", 18), ("opinion", 0)]
    assert entries()[2].within_id == entries()[0].id
    assert rebuilt(application, "--check")[0] == 0
    assert rebuilt(application)[0] == 0
    assert len(entries()) == 3
