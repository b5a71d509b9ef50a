"""Two at once: a month is closed once, a person's minutes are counted one after the other, a line is corrected once."""

from datetime import date
from threading import Barrier, Thread

import pytest

from teleconsult import clock
from teleconsult.cases import actions
from teleconsult.cases.models import Case
from teleconsult.credits import closing, correcting
from teleconsult.credits.models import CreditDispute, CreditEntry
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import db, transaction
from tests import world
from tests.credits.acts import answered, at, attended, come, differences, entries, held, leave, scheduled

NOVEMBER = date(2026, 11, 1)


def at_once(application, *acts, moment):
    """Run each act in a thread and a context of its own; return 'done' or the kind of refusal."""
    gate, said = Barrier(len(acts)), [""] * len(acts)

    def run(number, act):
        with application.app_context(), clock.at(moment):
            try:
                gate.wait()
                act()
                said[number] = "done"
            except (Refused, Overtaken) as error:
                said[number] = type(error).__name__

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    db.session.expire_all()
    return said


def close():
    with transaction():
        closing.close(NOVEMBER, by=world.person("teresa"))


@pytest.mark.parametrize("empty", [True, False])
def test_two_managers_close_one_month(application, session, empty):
    if not empty:
        answered(at("2026-11-17T19:00"))
    said = at_once(application, close, close, moment=at("2026-12-05T10:00"))
    assert sorted(said) == ["Overtaken", "done"]


def test_an_entry_and_the_closing_of_its_month(application, session):
    """Whoever comes first: no entry stands in a month after it was closed, and none is lost."""
    walks = [held(at("2026-11-30T23:00"), who) for who in ("paulo", "lia")]
    refs = [(walk.case.ref, who) for walk, who in zip(walks, ("paulo", "lia"), strict=True)]
    session.rollback()

    def answer(ref, who):
        with clock.at(at("2026-11-30T23:59")), transaction():
            case = db.session.scalars(db.select(Case).where(Case.ref == ref)).one()
            actions.answer(case, world.written(case), by=world.person(who))

    acts = [lambda ref=ref, who=who: answer(ref, who) for ref, who in refs]
    said = at_once(application, *acts, close, moment=at("2026-12-01T00:00"))
    assert said[2] == "done"
    for number, who in enumerate(("paulo", "lia")):
        assert len(entries(who)) == (said[number] == "done")
    assert differences() == []


def test_an_answer_and_the_check_out_of_its_shift(application, session):
    """The answer is named by the check-out or covered after it: it is never paid beside the shift, and never lost."""
    ref = scheduled(at("2026-11-17T08:00"), at("2026-11-17T12:00"))
    come(ref, at("2026-11-17T08:00"))
    case_ref = held(at("2026-11-17T11:58")).case.ref
    session.rollback()

    def answer():
        with transaction():
            case = db.session.scalars(db.select(Case).where(Case.ref == case_ref)).one()
            actions.answer(case, world.written(case), by=world.person("paulo"))

    said = at_once(application, answer, lambda: leave(ref, at("2026-11-17T11:59")), moment=at("2026-11-17T11:59"))
    assert said[1] == "done"
    found = {entry.kind: entry.minutes for entry in entries()}
    assert found == ({"shift": 240, "opinion": 0} if said[0] == "done" else {"shift": 240})
    assert differences() == []


def test_two_answers_at_once_keep_under_the_cap(application, session):
    with transaction():
        db.session.execute(db.text("UPDATE credit_rules SET cap_day = 20"))
    refs = [held(at("2026-11-17T19:00")).case.ref for _ in range(2)]
    session.rollback()

    def answer(ref):
        for _ in range(20):
            try:
                with transaction():
                    case = db.session.scalars(db.select(Case).where(Case.ref == ref)).one()
                    actions.answer(case, world.written(case), by=world.person("paulo"))
            except Overtaken:
                continue
            return

    at_once(application, *(lambda ref=ref: answer(ref) for ref in refs), moment=at("2026-11-17T19:00"))
    assert sorted(entry.minutes for entry in entries()) == [2, 18]


def test_two_managers_answer_one_dispute(application, session):
    attended("2026-11-17T08:00", "2026-11-17T12:00")
    entry = entries()[0]
    with clock.at(at("2026-11-18T10:00")), transaction():
        ref = correcting.dispute(entry, "Saí depois.", by=world.person("paulo")).ref

    def settle(minutes):
        found = correcting.dispute_called(ref)
        with transaction(found, 1):
            correcting.accept(found, minutes, answer="Certo.", by=world.person("teresa"))

    said = at_once(application, lambda: settle(100), lambda: settle(200), moment=at("2026-11-18T11:00"))
    assert said.count("done") == 1
    assert len(entries()) == 2
    assert db.session.scalars(db.select(CreditDispute)).one().state == "accepted"


def test_two_corrections_of_one_line_follow_each_other(application, session):
    answered(at("2026-11-17T19:00"))
    entry_id = entries()[0].id

    def correct(minutes):
        with transaction():
            entry = db.session.get_one(CreditEntry, entry_id)
            correcting.correct(entry, minutes, why="Conferido.", by=world.person("teresa"))

    said = at_once(application, lambda: correct(10), lambda: correct(30), moment=at("2026-11-18T11:00"))
    assert "done" in said
    assert correcting.stands_at(db.session.get_one(CreditEntry, entry_id)) in (10, 30)
