"""Who is on duty, with a calendar and without one; who could be; who comes."""

from datetime import timedelta

from teleconsult import clock
from teleconsult.cases.lifecycle import State
from teleconsult.errors import Refused
from teleconsult.extensions import db, read, transaction
from teleconsult.shifts import actions, roster
from tests.shifts.rooms import EIGHT, MONDAY, NOW, do, laid, local, room
from tests.world import person, specialty

IN_SHIFT, AFTER = local(MONDAY, 9), local(MONDAY, 13)


def names(people):
    return [one.name.split()[0] for one in people]


def duty(slug, at):
    return names(roster.on_duty(specialty(slug).id, at))


def test_without_a_calendar_every_consultant_is_on_duty(session):
    assert duty("dermatologia", NOW) == ["Lia", "Paulo"]
    assert not roster.has_calendar(specialty().id, NOW)
    assert roster.is_on_duty(person("paulo").id, specialty().id, NOW)


def test_with_one_only_who_is_in_a_shift(session):
    laid(room())
    derma, cardio = specialty().id, specialty("cardiologia").id
    assert roster.has_calendar(derma, NOW)
    assert not roster.has_calendar(cardio, NOW)
    assert duty("dermatologia", NOW) == []
    assert duty("dermatologia", IN_SHIFT) == ["Paulo"]
    assert duty("dermatologia", local(MONDAY, 12)) == []  # it ends at noon
    assert duty("cardiologia", NOW) == ["Helena"]
    assert roster.duties_of(person("paulo").id, IN_SHIFT) == {derma}
    assert roster.duties_of(person("paulo").id, AFTER) == frozenset()
    assert names(roster.able(derma)) == ["Lia", "Paulo"]
    assert roster.held_by(person("lia").id) == {derma, specialty("neurologia").id}
    ids = {"specialties": [derma, cardio]}
    assert len(read(roster.ABLE_IN, ids)) == 3


def test_a_consultant_in_a_shift_serves_every_specialty_they_hold_the_shifts_own_first(session):
    place = room()
    laid(place, who="lia", what="neurologia")
    laid(place, who="paulo")
    assert duty("dermatologia", IN_SHIFT) == ["Paulo", "Lia"]
    assert duty("neurologia", IN_SHIFT) == ["Lia"]
    assert duty("dermatologia", AFTER) == []


def test_a_calendar_is_remembered_for_a_while(session):
    laid(room())
    assert roster.has_calendar(specialty().id, local(MONDAY + timedelta(days=28), 11))
    assert not roster.has_calendar(specialty().id, local(MONDAY + timedelta(days=28), 13))
    assert duty("dermatologia", local(MONDAY + timedelta(days=28), 13)) == ["Lia", "Paulo"]


def test_a_cancelled_shift_is_no_calendar(session):
    shift = laid(room())
    with clock.at(NOW), transaction(shift):
        actions.cancel_shift(shift, why="Mudou o plano.", by=person("teresa"))
    assert duty("dermatologia", NOW) == ["Lia", "Paulo"]


def test_who_is_on_leave_is_on_duty_nowhere(session):
    laid(room())
    with clock.at(NOW), transaction():
        actions.take_leave(
            user=person("paulo"), kind="leave", from_at=local(MONDAY, 9), until_at=local(MONDAY, 10), why="", by=person("teresa")
        )  # fmt: skip
    assert duty("dermatologia", local(MONDAY, 8, 59)) == ["Paulo"]
    assert duty("dermatologia", local(MONDAY, 9)) == []
    assert duty("dermatologia", local(MONDAY, 10)) == ["Paulo"]
    came = roster.coming([specialty().id], NOW, NOW + timedelta(days=14))
    assert [(row.starts_at, row.ends_at) for row in came] == [
        (local(MONDAY, 8), local(MONDAY, 9)), (local(MONDAY, 10), local(MONDAY, 12)),
    ]  # fmt: skip


def test_who_has_checked_out_is_off_duty(session):
    shift = laid(room())
    do("check_in", shift, at=local(MONDAY, 8), by="paulo")
    do("check_out", shift, at=local(MONDAY, 10), by="paulo")
    assert duty("dermatologia", local(MONDAY, 9, 59)) == ["Paulo"]
    assert duty("dermatologia", local(MONDAY, 10)) == []
    came = roster.coming([specialty().id], NOW, NOW + timedelta(days=14))
    assert [(row.starts_at, row.ends_at) for row in came] == [(local(MONDAY, 8), local(MONDAY, 10))]
    assert roster.coming([specialty().id], local(MONDAY, 11), NOW + timedelta(days=14)) == []


def test_coming_shows_whoever_holds_one_of_the_specialties(session):
    place = room()
    laid(place, who="lia", what="neurologia")
    laid(place, who="helena", what="cardiologia", starts=EIGHT + 240)
    found = roster.coming([specialty().id], NOW, NOW + timedelta(days=14))
    assert [(row.user_id, row.specialty_id) for row in found] == [(person("lia").id, specialty("neurologia").id)]
    assert found[0].specialties == {specialty().id, specialty("neurologia").id}
    assert len(roster.coming(None, NOW, NOW + timedelta(days=14))) == 2
    with transaction():
        lia, teresa = person("lia"), person("teresa")
        lia.switched_off_at, lia.switched_off_by_id = NOW, teresa.id
    assert roster.coming([specialty().id], NOW, NOW + timedelta(days=14)) == []


def test_a_case_is_claimed_on_duty_and_assigned_at_any_time(session, case_in):
    laid(room())
    walk = case_in(State.SUBMITTED)
    with clock.at(NOW):
        try:
            walk.do("claim", by="paulo")
            raise AssertionError("claimed off duty")
        except Refused:
            pass
        walk.do("assign", to=person("lia"), why="Para o próximo turno.", by="rosangela")
    assert walk.case.holder_id == person("lia").id
    other = case_in(State.SUBMITTED)
    with clock.at(IN_SHIFT):
        other.do("claim", by="paulo")
    assert other.case.holder_id == person("paulo").id


def test_the_list_shows_what_waits_also_off_duty(application, session, sign_in, case_in):
    walk = case_in(State.SUBMITTED)
    ref = walk.case.ref
    place = room()
    now = clock.now()
    day = (now + timedelta(days=8 - now.weekday())).date()
    laid(place, day=day, at=now)
    db.session.remove()
    browser = sign_in("paulo")
    page = browser.get("/waiting").get_data(as_text=True)
    assert ref in page
    assert f"/cases/{ref}/claim" not in page
    assert "fora de turno" in page
    page = browser.get(f"/cases/{ref}").get_data(as_text=True)
    assert "Assumir o caso<small>Você está fora de turno: assumir um caso da fila fica disponível" in page
    assert f'action="/cases/{ref}/claim"' not in page
