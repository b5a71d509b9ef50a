"""The distribution gives nobody their own request, and says so where nobody else could have it."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.people.models import User, UserRole, UserSpecialty
from teleconsult.routing import planning
from teleconsult.routing.plan_lines import lines_for, planned
from tests.routing.helping import FRIDAY, sent, shift
from tests.world import person, specialty, walk_to

MONDAY = FRIDAY + timedelta(days=2, hours=15)


@pytest.fixture(autouse=True)
def friday(session):
    """A Friday on which Marina, who asks, answers in Dermatology too."""
    with transaction():
        marina = person("marina")
        marina.role_rows = [UserRole("requester"), UserRole("consultant")]
        marina.specialty_rows = [UserSpecialty(specialty().id)]
    with clock.at(FRIDAY):
        yield


def only_marina_answers() -> None:
    with transaction():
        off = db.update(User).where(User.ref.in_(["PE-PAULO", "PE-LIA"]))
        db.session.execute(off.values(switched_off_at=clock.now(), switched_off_by_id=person("teresa").id))


def test_the_plan_gives_an_own_request_to_somebody_else(session):
    shift("marina", MONDAY)
    shift("paulo", MONDAY + timedelta(hours=5))
    case = sent()
    planning.replan()
    assert lines_for([case.id])[case.id].full_name == "Dr. Paulo Nogueira"


def test_the_plan_says_that_only_the_requester_has_a_shift(session):
    shift("marina", MONDAY)
    case = sent()
    planning.replan()
    assert planned([case.id]).unplaced[case.id] == ["Só tem turno nesta especialidade quem fez o pedido."]


def test_the_plan_does_not_say_that_somebody_declined_who_once_asked(session):
    """Marina asked until she handed the case over: she has a shift, and never answers it."""
    shift("marina", MONDAY)
    case = sent()
    with transaction(case, case.version):
        actions.hand_over(case, to=person("jonas"), by=person("rosangela"))
    planning.replan()
    assert planned([case.id]).unplaced[case.id] == [
        "Todos os que têm turno recusaram este caso, fizeram o pedido ou já estão com ele."
    ]


def test_the_desk_suggests_somebody_else(session, sign_in):
    for key in ("paulo", "lia"):  # they have more to do than Marina
        walk_to(State.ASSIGNED, consultant=key)
    ref = sent().ref
    desk = sign_in("rosangela")
    shown = desk.get(f"/desk/preview/{ref}").get_data(as_text=True)
    assert "Sugestão: " in shown
    assert "Sugestão: Dra. Marina" not in shown
    confirm = desk.post("/desk/assign", data={"case": f"{ref}:2"}).get_data(as_text=True)
    assert "PE-PAULO" in confirm
    assert "PE-MARINA" not in confirm


def test_the_desk_says_that_only_the_requester_answers(session, sign_in):
    only_marina_answers()
    ref = sent().ref
    shown = sign_in("rosangela").get(f"/desk/preview/{ref}").get_data(as_text=True)
    assert "Só quem fez o pedido atende nesta especialidade." in shown
