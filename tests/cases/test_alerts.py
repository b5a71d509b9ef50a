"""What time alone makes worth telling: to whom, when, and once."""

from datetime import datetime, timedelta

import pytest

from teleconsult import clock, jobs
from teleconsult.cases import actions, alerts, outcome
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models_alerts import CaseAlert
from teleconsult.cases.models_opinion import OpinionDraft
from teleconsult.extensions import db, transaction
from teleconsult.network import settings
from teleconsult.notices.models import Notice
from teleconsult.people.models import User
from tests.racing import uncommitted
from tests.world import new_case, person, walk_to

START = datetime.fromisoformat("2026-11-02T12:00:00+00:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROUNDS = jobs.JOBS


def tick(at):
    """Run every job of cases at a moment."""
    with clock.at(at):
        for job in ROUNDS:
            if job.name.startswith("case."):
                jobs.run(job)
    db.session.rollback()


def told(kind):
    emails = db.session.scalars(
        db.select(User.email).join(Notice, Notice.user_id == User.id).where(Notice.kind == kind).order_by(Notice.id)
    )
    return [email.partition("@")[0] for email in emails]


def about(kind):
    """Return the cases that people were told of."""
    return list(db.session.scalars(db.select(Notice.subject).where(Notice.kind == kind).order_by(Notice.id)))


def walk(state=State.SUBMITTED, at=START):
    with clock.at(at):
        return walk_to(state)


def do(walk, at, verb, *args, **kwargs):
    db.session.rollback()
    with clock.at(at):
        walk.do(verb, *args, **kwargs)


def test_half_the_target_without_a_consultant_is_told_to_the_desk_once(session):
    walk()
    tick(START + 35 * HOUR)
    assert told("case.unassigned") == []
    tick(START + 36 * HOUR)
    tick(START + 37 * HOUR)
    assert told("case.unassigned") == ["rosangela"]


def test_of_a_case_that_was_declined_late_it_is_not_said_that_it_never_had_a_consultant(session, sign_in):
    one = walk(State.ASSIGNED)
    do(one, START + 80 * HOUR, "decline", "Não é da minha área.", by="paulo")
    tick(START + 81 * HOUR)
    assert told("case.unassigned") == ["rosangela"]
    page = sign_in("rosangela").get("/notices").get_data(as_text=True)
    assert "Mais da metade do prazo já passou, e o caso está sem consultor" in page
    assert "ainda não tem" not in page


def test_a_higher_priority_has_a_shorter_half(session):
    with clock.at(START):
        new = new_case()
        new.submit(priority="urgent", priority_reason="Dor forte.")
    tick(START + 12 * HOUR)
    assert told("case.unassigned") == ["rosangela"]


def test_only_service_time_is_counted(session):
    one = walk(State.RETURNED)
    tick(START + 60 * HOUR)
    with clock.at(START + 60 * HOUR):
        one.submit()
    tick(START + 95 * HOUR)
    assert told("case.unassigned") == []
    tick(START + 96 * HOUR)
    assert told("case.unassigned") == ["rosangela"]


def test_a_target_that_was_changed_counts_from_the_next_start(session):
    walk()
    with transaction():
        settings.set_target("routine", 720)
    tick(START + 36 * HOUR)
    assert told("case.unassigned") == ["rosangela"]


def test_what_is_late_is_told_to_the_managers_in_either_state(session):
    walk()
    walk(State.ASSIGNED)
    tick(START + 71 * HOUR)
    assert told("case.late") == []
    tick(START + 72 * HOUR)
    tick(START + 73 * HOUR)
    assert told("case.late") == ["teresa", "teresa"]


def test_a_new_round_has_its_own_alerts(session):
    one = walk(State.ASSIGNED)
    tick(START + 72 * HOUR)
    with clock.at(START + 73 * HOUR):
        one.answer()
    do(one, START + 80 * HOUR, "follow_up", "E se piorar?", by="marina")
    tick(START + 81 * HOUR)
    assert told("case.late") == ["teresa"]
    tick(START + 152 * HOUR)
    assert told("case.late") == ["teresa", "teresa"]


def test_an_answered_case_is_not_late(session):
    walk(State.ANSWERED)
    tick(START + 72 * HOUR)
    assert told("case.late") == []


def test_an_idle_holder_is_told_to_the_desk_after_three_quarters(session):
    walk(State.ASSIGNED)
    tick(START + 53 * HOUR)
    assert told("case.holder_idle") == []
    tick(START + 54 * HOUR)
    tick(START + 55 * HOUR)
    assert told("case.holder_idle") == ["rosangela"]
    assert told("case.unassigned") == []


def test_of_a_late_case_that_stands_still_it_is_not_said_that_the_end_is_near(session, sign_in):
    one = walk(State.SUBMITTED)
    do(one, START + 80 * HOUR, "assign", to=person("paulo"), why="Tarde.", by="rosangela")
    tick(START + 100 * HOUR)
    assert told("case.holder_idle") == ["rosangela"]
    page = sign_in("rosangela").get("/notices").get_data(as_text=True)
    assert "Três quartos do prazo já passaram, e o caso está parado" in page
    assert "perto do fim" not in page


def test_the_next_holder_who_does_nothing_is_told_of_too(session):
    one = walk(State.ASSIGNED)
    tick(START + 60 * HOUR)
    assert told("case.holder_idle") == ["rosangela"]
    do(one, START + 61 * HOUR, "assign", to=person("lia"), why="Está em turno.", by="rosangela")
    tick(START + 70 * HOUR)
    assert told("case.holder_idle") == ["rosangela"]
    tick(START + 90 * HOUR)
    tick(START + 91 * HOUR)
    assert told("case.holder_idle") == ["rosangela", "rosangela"]


def test_a_holder_who_wrote_something_is_not_idle(session):
    one = walk(State.ASSIGNED)
    do(one, START + 50 * HOUR, "add", "Vou responder hoje.", by="paulo")
    tick(START + 60 * HOUR)
    assert told("case.holder_idle") == []
    tick(START + 68 * HOUR)
    assert told("case.holder_idle") == ["rosangela"]


def test_a_holder_who_types_an_opinion_is_not_idle(session):
    one = walk(State.ASSIGNED)
    with transaction():
        saved = START + 52 * HOUR
        db.session.add(OpinionDraft(case_id=one.case.id, author_id=person("paulo").id, fields={}, saved_at=saved))
    tick(START + 54 * HOUR)
    assert told("case.holder_idle") == []


def test_a_holder_who_just_got_it_is_not_idle(session):
    one = walk(State.ASSIGNED)
    do(one, START + 53 * HOUR, "assign", to=person("lia"), why="Troca.", by="rosangela")
    tick(START + 60 * HOUR)
    assert told("case.holder_idle") == []
    tick(START + 71 * HOUR)
    assert told("case.holder_idle") == ["rosangela"]


def test_a_holder_who_gets_it_back_is_not_idle(session):
    one = walk(State.ASSIGNED)
    do(one, START + 53 * HOUR, "ask", ["Baciloscopia"], by="paulo")
    do(one, START + 153 * HOUR, "supply", {1: ("Negativa.", "")}, by="marina")
    tick(START + 155 * HOUR)
    assert told("case.holder_idle") == []
    tick(START + 171 * HOUR)
    assert told("case.holder_idle") == ["rosangela"]


def test_a_sign_of_one_holder_on_one_case_is_none_on_another(session):
    still, alive, other = walk(State.ASSIGNED), walk(State.ASSIGNED), walk(State.ASSIGNED)
    do(alive, START + 50 * HOUR, "add", "Vou responder hoje.", by="paulo")
    with transaction():
        for case, key in ((alive.case, "paulo"), (other.case, "lia")):
            given = {"fields": {}, "saved_at": START + 52 * HOUR}
            db.session.add(OpinionDraft(case_id=case.id, author_id=person(key).id, **given))
    tick(START + 54 * HOUR)
    assert about("case.holder_idle") == [still.case.ref, other.case.ref]


def test_what_the_requester_writes_does_not_wake_the_holder(session):
    one = walk(State.ASSIGNED)
    do(one, START + 50 * HOUR, "add", "Alguma notícia?", by="marina")
    tick(START + 54 * HOUR)
    assert told("case.holder_idle") == ["rosangela"]


@pytest.mark.parametrize("state", [State.RETURNED, State.AWAITING_INFORMATION])
def test_the_unit_is_reminded_after_7_and_21_days_and_loses_the_case_after_30(session, state):
    one = walk(state)
    for days, count in ((6, 0), (7, 1), (8, 1), (20, 1), (21, 2), (29, 2)):
        tick(START + days * DAY)
        assert len(told("case.lapse_soon")) == count, days
    assert set(told("case.lapse_soon")) == {"marina"}
    tick(START + 30 * DAY)
    assert one.case.state == State.CANCELLED
    assert told("case.lapse")[0] == "marina"
    tick(START + 31 * DAY)
    assert len(told("case.lapse_soon")) == 2


@pytest.mark.parametrize(
    ("window", "reminded"), [(1, [0.5]), (2, [1]), (7, [3.5]), (8, [7]), (21, [7]), (22, [7, 21]), (30, [7, 21])]
)
def test_no_case_ends_without_a_reminder_however_short_the_window(session, window, reminded):
    """A window of a week or less ended the case without a word before."""
    with transaction():
        settings.set_days("lapse_days", window)
    one = walk(State.RETURNED)
    for number, days in enumerate(reminded):
        tick(START + days * DAY - HOUR)
        assert len(told("case.lapse_soon")) == number
        tick(START + days * DAY)
        assert len(told("case.lapse_soon")) == number + 1
    tick(START + window * DAY - HOUR)
    assert told("case.lapse_soon") == ["marina"] * len(reminded)
    tick(START + window * DAY)
    assert one.case.state == State.CANCELLED


def test_after_a_long_outage_the_unit_is_reminded_once(session):
    walk(State.RETURNED)
    tick(START + 22 * DAY)
    tick(START + 23 * DAY)
    assert told("case.lapse_soon") == ["marina"]


def test_after_an_outage_longer_than_the_window_nobody_is_reminded_of_what_is_over(session):
    walk(State.RETURNED)
    with clock.at(START + 30 * DAY):
        assert alerts.find("case.lapse_soon") == []
    with clock.at(START + 30 * DAY - HOUR):
        assert len(alerts.find("case.lapse_soon")) == 1


def test_who_may_still_ask_is_not_reminded_of_anything(session):
    walk(State.ANSWERED)
    tick(START + 14 * DAY)
    assert told("case.lapse_soon") == []


def test_a_case_returned_again_is_reminded_again(session):
    one = walk(State.RETURNED)
    tick(START + 7 * DAY)
    with clock.at(START + 8 * DAY):
        one.submit()
        one.do("return_", {"plan": "Falta."}, by="rosangela")
    tick(START + 15 * DAY)
    assert told("case.lapse_soon") == ["marina", "marina"]


def test_the_clock_accepts_an_answer_when_its_window_ends(session):
    one = walk(State.ANSWERED)
    tick(START + 15 * DAY)
    assert one.case.state == State.ANSWERED
    tick(START + 15 * DAY + HOUR)
    assert one.case.state == State.CONCLUDED


def test_a_window_that_was_lengthened_meanwhile_ends_later(session):
    one = walk(State.ANSWERED)
    with transaction():
        settings.set_days("follow_up_days", 20)
    tick(START + 16 * DAY)
    assert one.case.state == State.ANSWERED
    assert one.case.ends_at == START + 20 * DAY + timedelta(seconds=1)
    tick(START + 20 * DAY + HOUR)
    assert one.case.state == State.CONCLUDED


def test_the_survey_is_reminded_of_once_if_nobody_answered(session):
    walk(State.CONCLUDED)
    tick(START + 2 * DAY)
    assert told("case.survey") == []
    tick(START + 3 * DAY)
    tick(START + 4 * DAY)
    assert told("case.survey") == ["marina"]


def test_who_answered_the_survey_is_not_reminded(session):
    one = walk(State.CONCLUDED)
    with clock.at(START + DAY), transaction(one.case):
        outcome.answer(one.case, outcome.Survey(satisfaction=5), by=person("marina"))
    tick(START + 3 * DAY)
    assert told("case.survey") == []


def test_one_question_after_30_and_one_after_90_days(session):
    walk(State.CONCLUDED)
    tick(START + 29 * DAY)
    assert told("case.outcome_30") == []
    tick(START + 30 * DAY)
    tick(START + 31 * DAY)
    assert told("case.outcome_30") == ["marina"]
    tick(START + 90 * DAY)
    assert told("case.outcome_90") == ["marina"]


def test_what_was_said_of_one_case_is_not_said_of_the_others(session):
    said, silent = walk(State.CONCLUDED), walk(State.CONCLUDED)
    died, refused = walk(State.IN_PERSON), walk(State.IN_PERSON)
    for one, cause in ((died, "died"), (refused, "refused")):
        do(one, START, "close_unseen", cause, by="marina")
    with clock.at(START + DAY), transaction(said.case):
        outcome.answer(said.case, outcome.Survey(satisfaction=5), by=person("marina"))
    tick(START + 3 * DAY)
    assert about("case.survey") == [one.case.ref for one in (silent, died, refused)]
    with clock.at(START + 30 * DAY), transaction(said.case):
        outcome.answer_later(said.case, 30, followed="yes", result="Melhorou.", by=person("marina"))
    tick(START + 30 * DAY)
    assert about("case.outcome_30") == [silent.case.ref, refused.case.ref]
    tick(START + 90 * DAY)
    assert about("case.outcome_90") == [said.case.ref, silent.case.ref, refused.case.ref]


def test_of_a_patient_who_died_nothing_more_is_asked(session):
    one = walk(State.IN_PERSON)
    do(one, START + DAY, "close_unseen", "died", by="marina")
    tick(START + 32 * DAY)
    assert told("case.outcome_30") == []


def test_two_workers_at_once_tell_once(application):
    def raise_it():
        return alerts.raise_alert(alerts.Due(number, "case.unassigned", "1"))

    with application.app_context():
        number = walk(at=clock.now() - 40 * HOUR).case.id
    with uncommitted(application, raise_it), application.app_context(), transaction():
        assert not raise_it()
    with application.app_context():
        assert told("case.unassigned") == ["rosangela"]
        assert db.session.query(CaseAlert).count() == 1


def test_what_was_settled_meanwhile_is_not_told(session):
    one = walk()
    with clock.at(START + 40 * HOUR):
        (due,) = alerts.find("case.unassigned")
        one.assign()
        with transaction():
            assert not alerts.raise_alert(due)
    assert told("case.unassigned") == []


def test_one_case_that_fails_does_not_stop_the_others(session, monkeypatch):
    first, second = walk(), walk()
    raise_alert = alerts.raise_alert

    def sometimes(due):
        if due.case_id == first.case.id:
            raise RuntimeError
        return raise_alert(due)

    monkeypatch.setattr(alerts, "raise_alert", sometimes)
    job = jobs.Job("case.unassigned", 1, lambda: alerts.find("case.unassigned"), sometimes)
    with clock.at(START + 40 * HOUR):
        assert jobs.run(job) == 1
    refs = list(db.session.scalars(db.select(Notice.subject).where(Notice.kind == "case.unassigned")))
    assert refs == [second.case.ref]


def test_alerts_stand_in_the_record_of_the_case(session):
    one = walk()
    tick(START + 36 * HOUR)
    words = db.session.scalars(
        db.text("SELECT word FROM audit_events WHERE subject = :ref ORDER BY id"), {"ref": one.case.ref}
    )
    assert list(words)[-1] == "case.unassigned"


def test_finding_uses_the_indexes_of_open_work(session, database):
    if database != "sqlite":
        return  # a planner may rightly read a small table whole
    seen = []

    def keep(_connection, _cursor, statement, parameters, *_):
        if "FROM cases" in statement:
            seen.append((statement, parameters))

    db.event.listen(db.engine, "before_cursor_execute", keep)
    try:
        with clock.at(START):
            for kind in alerts.ALERTS:
                alerts.find(kind)
            actions.ended()
    finally:
        db.event.remove(db.engine, "before_cursor_execute", keep)
    assert len(seen) >= len(alerts.ALERTS)
    for statement, parameters in seen:
        rows = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        plan = " | ".join(row[3] for row in rows)
        assert "SCAN cases" not in plan, plan
