"""A requester whose account is switched off while a case is open: somebody hears of it until it is handed over."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.cases import alerts
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.network.models import HealthUnit
from teleconsult.notices.models import Notice
from teleconsult.outbox import OutboxMessage
from teleconsult.people import actions as people
from teleconsult.people.facts import PersonFacts
from tests import world
from tests.world import person


def leave(key="marina"):
    db.session.rollback()
    with transaction():
        people.switch_off(person(key), by=person("teresa"))


def take_roles(key, roles):
    db.session.rollback()
    with transaction():
        who = person(key)
        known = {name: getattr(who, name) for name in people.PLAIN}
        facts = PersonFacts(**known, roles=frozenset(roles), unit_id=who.unit_id)
        people.change(who, facts, by=person("teresa"))


def told(kind):
    db.session.rollback()
    found = db.select(Notice.user_id).where(Notice.kind == kind)
    names = {person(key).id: key for key, *_ in world.PEOPLE}
    return sorted(names[user_id] for user_id in db.session.scalars(found))


@pytest.mark.parametrize("verb", ["ask", "answer"])
def test_what_comes_back_is_told_to_who_can_hand_the_case_over(case_in, verb):
    walk = case_in(State.ASSIGNED)
    leave()
    walk.do("ask", ["Foto"], by="paulo") if verb == "ask" else walk.answer()
    assert told(f"case.{verb}") == ["rosangela"]
    db.session.rollback()
    mails = db.session.scalars(db.select(OutboxMessage).where(OutboxMessage.address == "rosangela@rede.example"))
    assert f"case_{verb}" in [row.payload["template"] for row in mails]
    walk.do("hand_over", to=person("jonas"), by="rosangela")
    if verb == "ask":
        walk.do("supply", {1: ("Enviada.", "")}, by="jonas")
        walk.do("ask", ["Outra foto"], by="paulo")
    else:
        walk.do("add", "Veja a referência.", by="paulo")
    assert told("case.ask" if verb == "ask" else "case.add") == (["jonas", "rosangela"] if verb == "ask" else ["jonas"])


def test_while_support_is_there_nobody_else_is_told(session):
    walk = world.new_case()
    walk.submit()
    walk.do("add", "Mais um dado.", by="dora")  # in the requester's name
    walk.assign()
    leave()
    walk.answer()
    assert told("case.answer") == ["dora"]


def test_a_case_about_to_lapse_is_told_and_a_survey_is_not(case_in):
    waiting = case_in(State.AWAITING_INFORMATION)
    done = case_in(State.CONCLUDED)
    leave()
    with clock.at(clock.now() + timedelta(days=7, minutes=1)):
        for kind in ("case.lapse_soon", "case.survey"):
            with transaction():
                (due,) = alerts.find(kind)
                assert due.case_id == (waiting if kind == "case.lapse_soon" else done).case.id
                alerts.raise_alert(due)
    assert (told("case.lapse_soon"), told("case.survey")) == (["rosangela"], [])


def test_it_is_said_before_the_account_is_switched_off(case_in, sign_in):
    case_in(State.CONCLUDED)
    teresa = sign_in("teresa")

    def said(key="MARINA"):
        return teresa.post(f"/people/PE-{key}/switch-off").get_data(as_text=True)

    assert "passar a" not in said()
    case_in(State.ANSWERED)
    assert "1 caso aberto da pessoa precisa passar a um colega da unidade" in said()
    case_in(State.DRAFT)
    assert "2 casos abertos da pessoa precisam passar a colegas da unidade" in said()
    assert "passar a" not in said("JONAS")


def test_each_open_case_is_told_at_once_to_who_can_hand_it_over(case_in):
    """What was answered before was told to the one who went: nobody else would come to know of it."""
    answered, drafted = case_in(State.ANSWERED).case.ref, case_in(State.DRAFT).case.ref
    case_in(State.CONCLUDED)
    leave()
    assert told("case.requester_gone") == ["rosangela", "rosangela"]
    subjects = db.session.scalars(db.select(Notice.subject).where(Notice.kind == "case.requester_gone"))
    assert set(subjects) == {answered, drafted}


def test_who_asks_no_more_is_as_if_gone(case_in):
    """Moved to the management alone, they could not even open what they would be told of."""
    walk = case_in(State.ASSIGNED)
    take_roles("marina", {"manager"})
    assert told("case.requester_gone") == ["rosangela"]
    walk.answer()
    assert told("case.answer") == ["rosangela"]


def test_what_was_told_when_the_role_was_taken_is_not_told_again(case_in):
    """Neither when another role goes, nor when the account is switched off at last: it is the same care."""
    case_in(State.ANSWERED)
    take_roles("marina", {"manager", "administrator"})
    with transaction():  # what was not seen yet is not told again for five minutes in any case
        db.session.execute(db.update(Notice).values(seen_at=clock.now()))
    take_roles("marina", {"manager"})
    leave()
    assert told("case.requester_gone") == ["marina", "rosangela"]


def test_who_stays_in_support_is_told_and_the_desk_when_that_goes_too(case_in):
    case_in(State.ANSWERED)
    take_roles("marina", {"support"})
    assert told("case.requester_gone") == ["marina"]
    take_roles("marina", {"manager"})
    assert told("case.requester_gone") == ["marina", "rosangela"]


def test_a_change_that_leaves_the_requester_tells_nobody(case_in):
    case_in(State.ANSWERED)
    take_roles("marina", {"manager", "requester"})
    assert told("case.requester_gone") == []


def test_the_cases_that_stay_with_who_moved_to_another_unit_are_counted_for_the_management(case_in, sign_in):
    case_in(State.ANSWERED)
    case_in(State.DRAFT)
    case_in(State.CONCLUDED)
    teresa = sign_in("teresa")
    page = "/people/PE-MARINA"
    assert "de outra unidade" not in teresa.get(page).get_data(as_text=True)
    db.session.rollback()
    with transaction():
        marina = person("marina")
        other = db.select(HealthUnit).where(HealthUnit.id != marina.unit_id).limit(1)
        marina.unit = db.session.scalars(other).one()
    assert "2 casos abertos da pessoa são de outra unidade" in teresa.get(page).get_data(as_text=True)
