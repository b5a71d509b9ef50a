"""Check-in, check-out, what was forgotten, and a clock that was set back."""

from datetime import timedelta

import pytest

from teleconsult import clock, jobs
from teleconsult.credits import closing
from teleconsult.errors import Refused
from teleconsult.extensions import transaction
from teleconsult.people import actions as people
from teleconsult.people.access import Role
from teleconsult.people.facts import read_person
from teleconsult.shifts import actions, queries
from tests.shifts.rooms import MONDAY, do, held, laid, local, room, told, whole
from tests.world import person, specialty


def tick(at):
    with clock.at(at):
        return jobs.run(next(job for job in jobs.JOBS if job.name == "shifts.close"))


def test_a_person_comes_and_goes(session):
    shift = laid(room())
    do("check_in", shift, at=local(MONDAY, 7, 30), by="paulo", subject=shift)
    do("check_out", shift, at=local(MONDAY, 11, 50), by="paulo", subject=shift)
    assert (shift.checked_in_at, shift.checked_out_at) == (local(MONDAY, 7, 30), local(MONDAY, 11, 50))
    assert shift.closed_how == "person"
    assert told("paulo", "shift.check_in") == 0
    assert tick(local(MONDAY, 23)) == 0


def test_who_keeps_the_attendance_may_note_it(session):
    shift = laid(room())
    with pytest.raises(Refused):
        do("check_in", shift, at=local(MONDAY, 8), by="lia")
    do("check_in", shift, at=local(MONDAY, 8), by="rosangela")
    with pytest.raises(Refused):
        do("check_out", shift, at=local(MONDAY, 8), by="lia")
    do("check_out", shift, at=local(MONDAY, 12), by="teresa")
    assert told("paulo", "shift.check_in") == told("paulo", "shift.check_out") == 1


@pytest.mark.parametrize("at", [local(MONDAY, 7, 29), local(MONDAY, 12)])
def test_not_before_and_not_after(session, at):
    with pytest.raises(Refused):
        do("check_in", laid(room()), at=at, by="paulo")


def test_once_each_and_in_order(session):
    shift = laid(room())
    with pytest.raises(Refused):
        do("check_out", shift, at=local(MONDAY, 9), by="paulo")
    do("check_in", shift, at=local(MONDAY, 8), by="paulo")
    with pytest.raises(Refused):
        do("check_in", shift, at=local(MONDAY, 8), by="paulo")
    do("check_out", shift, at=local(MONDAY, 12, 20), by="paulo")
    with pytest.raises(Refused):
        do("check_out", shift, at=local(MONDAY, 12, 20), by="paulo")


def test_not_on_leave_and_not_when_cancelled(session):
    place = room()
    shift, other = laid(place), laid(place, who="lia")
    do("take_leave", user=person("paulo"), kind="leave", from_at=local(MONDAY, 8), until_at=local(MONDAY, 10), why="")
    do("cancel_shift", other, why="Obras.")
    for one, who in ((shift, "paulo"), (other, "lia")):
        with pytest.raises(Refused):
            do("check_in", one, at=local(MONDAY, 8), by=who)
    do("check_in", shift, at=local(MONDAY, 10), by="paulo")


def test_a_forgotten_check_out_is_closed_at_the_end_and_told(session):
    shift = laid(room())
    do("check_in", shift, at=local(MONDAY, 8), by="paulo")
    assert tick(local(MONDAY, 12, 29)) == 0
    assert tick(local(MONDAY, 12, 30)) == 1
    assert tick(local(MONDAY, 12, 30)) == 0
    session.expire_all()
    assert (shift.checked_out_at, shift.closed_how) == (local(MONDAY, 12), "forgotten")
    assert told("paulo", "shift.forgotten") == 1


def test_a_clock_set_back_makes_nothing_negative(session):
    shift = laid(room())
    do("check_in", shift, at=local(MONDAY, 8, 5), by="paulo")
    assert tick(local(MONDAY - timedelta(days=3), 8)) == 0
    do("check_out", shift, at=local(MONDAY, 7, 5), by="paulo")
    assert shift.checked_out_at == shift.checked_in_at == local(MONDAY, 8, 5)


def test_going_early_frees_the_rest(session):
    shift = laid(room())
    do("check_in", shift, at=local(MONDAY, 8), by="paulo")
    do("check_out", shift, at=local(MONDAY, 9, 50), by="paulo")
    assert whole(shift) - held(shift) == {local(MONDAY, 10) + timedelta(minutes=15 * n) for n in range(8)}


def test_a_switched_off_consultant_leaves_their_shifts(session):

    place = room()
    now, later = laid(place), laid(place, day=MONDAY + timedelta(days=1))
    swap_of = laid(place, who="lia", day=MONDAY + timedelta(days=1))
    do("offer_swap", swap_of, to=person("paulo"), why="", by="lia")
    do("check_in", now, at=local(MONDAY, 8), by="paulo")
    with clock.at(local(MONDAY, 9)), transaction():
        people.switch_off(person("paulo"), by=person("teresa"))
    assert now.checked_out_at == local(MONDAY, 9)
    assert later.cancelled_at == local(MONDAY, 9)
    assert held(later) == set()
    assert told("rosangela", "shift.uncovered") == 1
    assert told("rosangela", "shift.uncovered_many") == 0

    assert queries.open_swap_of(swap_of) is None
    assert actions.forgotten() == []


def test_a_specialty_taken_away_takes_its_shifts(session):

    place = room()
    skin, nerves = laid(place, who="lia"), laid(place, who="lia", what="neurologia", starts=13 * 60)
    lia = person("lia")
    typed = {n: getattr(lia, n) or "" for n in ("name", "title", "email", "cpf", "cns", "council", "council_number", "council_uf", "rqe", "cbo", "language")}  # fmt: skip
    facts = read_person(typed, roles=[Role.CONSULTANT], unit_id=lia.unit_id, specialty_ids=[specialty("neurologia").id])
    with clock.at(local(MONDAY, 7)), transaction():
        people.change(person("lia"), facts, by=person("teresa"))
    assert skin.cancelled_at is not None
    assert nerves.cancelled_at is None
    assert told("lia", "shift.cancel") == 1


def test_who_is_away_for_a_part_of_a_shift_comes_for_the_rest(session):
    shift = laid(room())
    do(
        "take_leave",
        user=person("paulo"),
        kind="leave",
        from_at=local(MONDAY, 7),
        until_at=local(MONDAY, 10),
        why="",
        by="paulo",
    )
    with pytest.raises(Refused, match="para este horário"):
        do("check_in", shift, at=local(MONDAY, 7, 45), by="paulo")
    with pytest.raises(Refused, match="para este horário"):
        do("check_in", shift, at=local(MONDAY, 9, 59), by="paulo")
    do("check_in", shift, at=local(MONDAY, 10), by="paulo")
    assert tick(local(MONDAY, 12, 30)) == 1
    session.refresh(shift)
    assert (shift.checked_in_at, shift.checked_out_at) == (local(MONDAY, 10), local(MONDAY, 12))


def test_a_forgotten_check_out_ends_where_the_leave_begins(session):
    shift = laid(room())
    do(
        "take_leave",
        user=person("paulo"),
        kind="leave",
        from_at=local(MONDAY, 10),
        until_at=local(MONDAY, 18),
        why="",
        by="paulo",
    )
    do("check_in", shift, at=local(MONDAY, 8), by="paulo")
    assert tick(local(MONDAY, 12, 30)) == 1
    session.refresh(shift)
    assert shift.checked_out_at == local(MONDAY, 10)


NOTED = {"came": local(MONDAY, 8), "left": local(MONDAY, 12), "why": "Vi na sala."}


def test_attendance_noted_afterwards_is_told_and_recorded(session):
    shift = laid(room())
    do("note_attendance", shift, at=local(MONDAY, 13), by="rosangela", **NOTED)
    assert told("paulo", "shift.note") == 1
    assert tick(local(MONDAY, 23)) == 0
    with pytest.raises(Refused, match="já foi registrada"):
        do("note_attendance", shift, at=local(MONDAY, 13), by="rosangela", **NOTED)


def test_nobody_notes_their_own_attendance_afterwards(session):
    with pytest.raises(Refused, match="a própria presença"):
        do("note_attendance", laid(room()), at=local(MONDAY, 13), by="paulo", **NOTED)


@pytest.mark.parametrize(
    ("at", "says"),
    [
        (local(MONDAY, 11, 59), "ainda não terminou"),
        (local(MONDAY, 12) + timedelta(days=61), "há mais de 60 dias"),
    ],
)
def test_neither_before_the_end_nor_long_after(session, at, says):
    with pytest.raises(Refused, match=says):
        do("note_attendance", laid(room()), at=at, by="rosangela", **NOTED)


def test_whoever_closes_the_months_notes_it_until_that_month_is_closed(session):
    place, late = room(), local(MONDAY, 12) + timedelta(days=75)
    first, second = laid(place), laid(place, starts=13 * 60)
    do("note_attendance", first, at=late, by="teresa", **NOTED)
    assert first.checked_in_at == NOTED["came"]
    with clock.at(late), transaction():
        closing.close(MONDAY.replace(day=1), by=person("teresa"))
    afternoon = {"came": local(MONDAY, 13), "left": local(MONDAY, 17), "why": "Esqueceu."}
    with pytest.raises(Refused, match="até fechar o mês"):
        do("note_attendance", second, at=late, by="teresa", **afternoon)


def test_nobody_was_there_on_leave_or_in_a_shift_that_was_cancelled(session):
    place = room()
    shift, gone = laid(place), laid(place, starts=13 * 60)
    hours = {"from_at": local(MONDAY, 11), "until_at": local(MONDAY, 12), "kind": "leave", "why": ""}
    do("take_leave", user=person("paulo"), by="paulo", **hours)
    do("cancel_shift", gone, why="Reforma.")
    with pytest.raises(Refused, match="afastamento"):
        do("note_attendance", shift, at=local(MONDAY, 18), by="rosangela", **NOTED)
    with pytest.raises(Refused, match="cancelado"):
        do("note_attendance", gone, at=local(MONDAY, 18), by="rosangela", **NOTED)
    do("note_attendance", shift, at=local(MONDAY, 18), by="rosangela", **NOTED | {"left": local(MONDAY, 11)})
