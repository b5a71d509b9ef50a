"""The plan: what it is made of, that one world has one plan, and what is read of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from teleconsult import clock
from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseSeen
from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from teleconsult.routing import gathering, planning
from teleconsult.routing.models import Plan, PlanLine
from teleconsult.routing.plan_lines import lines_for, planned
from teleconsult.shifts.models import Leave
from teleconsult.web.reasons import kept_reasons
from tests import world
from tests.routing.helping import FRIDAY, cancel, sent, shift

MONDAY = FRIDAY + timedelta(days=2, hours=15)


@pytest.fixture
def friday(session):
    with clock.at(FRIDAY):
        yield FRIDAY


def plans() -> int:
    db.session.rollback()
    return db.session.scalar(db.select(db.func.count()).select_from(Plan))


def told(key: str) -> list[str]:
    db.session.rollback()
    query = db.select(Notice.kind).where(Notice.user_id == world.person(key).id).order_by(Notice.id)
    return list(db.session.scalars(query))


def test_a_case_is_planned_into_the_coming_shift(friday):
    shift_id = shift("paulo", MONDAY)
    case = sent()
    assert planning.replan() == [case.id]
    line = lines_for([case.id])[case.id]
    assert (line.full_name, line.shift_id, line.reads_at) == ("Dr. Paulo Nogueira", shift_id, MONDAY)
    assert line.reads_at < line.median_at < line.ninety_at
    assert not line.late
    assert line.why


def test_the_same_world_is_not_planned_twice(friday):
    shift("paulo", MONDAY)
    sent()
    assert planning.replan()
    assert planning.replan() == []
    assert plans() == 1
    sent()
    assert len(planning.replan()) == 2
    assert plans() == 2


def test_the_watch_sees_what_moves(friday):
    watch = planning.Watch()
    assert watch.moved()
    assert not watch.moved()
    shift_id = shift("paulo", MONDAY)
    assert watch.moved()
    case = sent()
    assert watch.moved()
    cancel(shift_id)
    assert watch.moved()
    assert not watch.moved()
    watch.forget()
    assert watch.moved()
    with transaction(case):
        actions.reprioritise(case, priority="urgent", why="Piorou.", by=world.person("marina"))
    assert watch.moved()


def test_a_specialty_with_nobody_says_so_and_the_administrators_are_told_once(friday):
    shift("helena", FRIDAY - timedelta(days=1), slug="cardiologia")
    case = sent("cardiologia")
    planning.replan()
    found = planned([case.id])
    assert not found.lines
    assert found.unplaced[case.id] == ["Ninguém desta especialidade tem turno marcado."]
    assert told("rosangela").count("case.no_shift") == 1
    with clock.at(FRIDAY + timedelta(hours=2)):
        planning.replan()
    assert told("rosangela").count("case.no_shift") == 1


def test_where_no_calendar_is_kept_nobody_is_told_of_each_case(friday):
    case = sent("neurologia")
    planning.replan()
    assert planned([case.id]).unplaced
    assert "case.no_shift" not in told("rosangela")


def test_who_declined_is_not_proposed_again(friday, case_in):
    shift("paulo", MONDAY)
    shift("lia", MONDAY + timedelta(hours=24))
    case = sent()
    with transaction(case):
        actions.assign(case, to=world.person("paulo"), why="Em turno.", by=world.person("rosangela"))
    with transaction(case):
        actions.decline(case, "Não é da minha área.", by=world.person("paulo"))
    planning.replan()
    assert lines_for([case.id])[case.id].ref == world.person("lia").ref


def test_who_knew_the_patient_is_preferred_between_equals(friday):
    shift("paulo", MONDAY)
    shift("lia", MONDAY)
    walk = world.new_case(consultant="lia")
    walk.submit()
    walk.assign()
    walk.conclude()
    again = world.new_case()
    with transaction(again.case):
        actions.submit(again.case, world.request(), patient=walk.case.patient, by=world.person("marina"))
    planning.replan()
    line = lines_for([again.case.id])[again.case.id]
    assert line.ref == world.person("lia").ref
    assert "Já conhece este paciente ou o caso ligado" in line.told


def test_a_line_whose_shift_is_gone_is_not_shown(friday):
    shift_id = shift("paulo", MONDAY)
    case = sent()
    planning.replan()
    cancel(shift_id)
    assert not lines_for([case.id])


def test_a_person_switched_off_is_nobodys_choice(friday):
    shift("paulo", MONDAY)
    case = sent()
    planning.replan()
    with transaction():
        person = world.person("paulo")
        person.switched_off_at, person.switched_off_by_id = clock.now(), world.person("teresa").id
    assert not lines_for([case.id])
    planning.replan()
    assert planned([case.id]).unplaced


def test_what_is_in_hand_takes_the_first_turns(friday):
    shift("paulo", MONDAY)
    held, waiting = sent(), sent()
    with transaction(held):
        actions.assign(held, to=world.person("paulo"), why="Em turno.", by=world.person("rosangela"))
    planning.replan()
    assert lines_for([waiting.id])[waiting.id].reads_at > MONDAY


def test_a_leave_takes_its_time_out_of_a_shift(friday):
    shift("paulo", MONDAY, hours=4)
    with transaction():
        who = world.person("paulo").id
        db.session.add(
            Leave(
                ref="AF-1", user_id=who, kind="leave", from_at=MONDAY - timedelta(hours=1),
                until_at=MONDAY + timedelta(hours=2), created_at=FRIDAY, created_by_id=who,
            )
        )  # fmt: skip
    case = sent()
    planning.replan()
    assert lines_for([case.id])[case.id].reads_at == MONDAY + timedelta(hours=2)


def given_to_paulo() -> Case:
    case = sent()
    with transaction(case):
        actions.assign(case, to=world.person("paulo"), why="Em turno.", by=world.person("rosangela"))
    return case


def test_the_page_of_a_stranded_case_says_whom_to_give_it_to(friday, sign_in):
    shift_id = shift("paulo", MONDAY)
    shift("lia", MONDAY)
    case = given_to_paulo()
    cancel(shift_id)
    planning.replan()
    page = sign_in("rosangela").get(f"/cases/{case.ref}").get_data(as_text=True)
    assert "Sugestão: Dra. Lia Cordeiro, em turno" in page
    assert "Sugestão" not in sign_in("marina").get(f"/cases/{case.ref}").get_data(as_text=True)


def test_whose_shift_vanished_is_proposed_anew_and_told(friday):
    shift_id = shift("paulo", MONDAY)
    shift("lia", MONDAY)
    case = given_to_paulo()
    cancel(shift_id)
    planning.replan()
    line = lines_for([case.id])[case.id]
    assert line.ref == world.person("lia").ref
    assert told("rosangela").count("case.stranded") == 1
    assert case.holder_id == world.person("paulo").id
    with clock.at(FRIDAY + timedelta(hours=3)):
        planning.replan()
    assert told("rosangela").count("case.stranded") == 1


def test_what_was_opened_stays_whatever_the_calendar_says(friday):
    shift_id = shift("paulo", MONDAY)
    shift("lia", MONDAY)
    case = given_to_paulo()
    with transaction():
        db.session.add(CaseSeen(user_id=world.person("paulo").id, case_id=case.id, number=case.steps))
    cancel(shift_id)
    assert not gathering.gather(FRIDAY).stranded
    planning.replan()
    assert not lines_for([case.id])


def test_who_never_had_a_shift_keeps_what_was_given_by_hand(friday):
    shift("lia", MONDAY)
    given_to_paulo()
    assert not gathering.gather(FRIDAY).stranded


def test_another_shift_in_time_keeps_it(friday):
    shift_id = shift("paulo", MONDAY)
    shift("paulo", MONDAY + timedelta(hours=5))
    given_to_paulo()
    cancel(shift_id)
    assert not gathering.gather(FRIDAY).stranded


def test_two_workers_at_once_make_one_plan(application, friday):
    shift("paulo", MONDAY)
    for _ in range(5):
        sent()
    barrier = Barrier(2)

    def work():
        with application.app_context(), clock.at(FRIDAY):
            barrier.wait(10)
            return planning.replan()

    with ThreadPoolExecutor(2) as pool:
        found = [future.result(60) for future in (pool.submit(work), pool.submit(work))]
    assert sorted(map(len, found)) in ([0, 5], [5, 5])
    assert plans() == (1 if [] in found else 2)
    assert db.session.scalar(db.select(db.func.count()).select_from(PlanLine)) == 5


def test_a_clock_set_back_plans_on(friday):
    shift("paulo", MONDAY)
    case = sent()
    planning.replan()
    with clock.at(FRIDAY - timedelta(days=3)):
        sent()
        assert len(planning.replan()) == 2
        assert lines_for([case.id])


def test_a_case_without_anybody_is_read_back_with_its_reason(session, case_in):
    case = case_in(State.SUBMITTED).case
    with transaction():
        db.session.add(Plan(id=1, made_at=clock.now(), basis="x", status="optimal", cases=1, milliseconds=1))
        db.session.flush()
        db.session.add(
            PlanLine(case_id=case.id, plan_id=1, reasons=kept_reasons([("Na fila desde %(at)s", {"at": clock.now()})]))
        )
    found = planned([case.id])
    assert not found.lines
    assert found.unplaced[case.id][0].startswith("Na fila desde ")
    assert not found.stale
    with clock.at(clock.now() + timedelta(hours=1)):
        assert planned([case.id]).stale
