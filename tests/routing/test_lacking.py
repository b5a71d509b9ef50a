"""The management's first screen says what a network still lacks: in its first hour, and when the last of a role has gone."""

import re

from teleconsult import clock
from teleconsult.extensions import db, transaction
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.models import User, UserRole
from teleconsult.shifts.models import Room
from tests import world


def steps(browser):
    """The addresses of the steps that the first screen names."""
    html = browser.get("/overview").get_data(as_text=True)
    found = re.search(r'aria-labelledby="falta">(.*?)</section>', html, re.DOTALL)
    return re.findall(r'<a href="([^"]+)"', found.group(1)) if found else []


def empty(application, but=("manager",)):
    """Leave nothing of the network but its manager, or who has one of these roles."""
    now = clock.now()
    with application.app_context(), transaction():
        db.session.execute(db.update(HealthUnit).values(closed_at=now))
        db.session.execute(db.update(Specialty).values(teleconsult=False))
        db.session.execute(db.update(Room).values(closed_at=now))
        keep = db.select(UserRole.user_id).where(UserRole.role.in_(but))
        off = db.update(User).where(User.id.not_in(keep)).values(switched_off_at=now, switched_off_by_id=1)
        db.session.execute(off)


def test_a_new_network_is_led_through_its_first_hour_in_order(application, sign_in):
    empty(application)
    people = ["/people/new"] * 3
    assert steps(sign_in("teresa")) == ["/units/new", "/specialties/new", *people, "/rooms/new"]


def test_of_a_room_is_said_what_is_so_without_one(application, sign_in):
    """“Ninguém assume nem recebe casos”, it said, to a manager whose consultants did."""
    empty(application)
    page = sign_in("teresa").get("/overview").get_data(as_text=True)
    assert "sem turno marcado, todo consultor pode assumir" in page


def test_the_steps_lead_somewhere(application, sign_in):
    empty(application)
    teresa = sign_in("teresa")
    assert {teresa.get(path).status_code for path in steps(teresa)} == {200}


def test_what_is_there_is_not_asked_for(application, sign_in):
    assert not {"/units/new", "/specialties/new", "/people/new"} & set(steps(sign_in("teresa")))


def test_the_last_administrator_is_missed(application, sign_in):
    """Without one nobody is told of what comes into the queue."""
    with application.app_context(), transaction():
        off = db.update(User).where(User.id == world.person("rosangela").id)
        db.session.execute(off.values(switched_off_at=clock.now(), switched_off_by_id=1))
    teresa = sign_in("teresa")
    assert "/people/new" in steps(teresa)
    assert "Convidar a administração técnica" in teresa.get("/overview").get_data(as_text=True)


def test_a_room_and_a_quota_are_asked_for_no_unit_that_is_not_there(application, sign_in):
    """The room had a list with nothing to choose, the quotas a table with nothing but its head."""
    teresa, rosangela = sign_in("teresa"), sign_in("rosangela")
    for path in ("/rooms/new", "/bookings/quotas"):
        assert 'href="/units/new"' not in teresa.get(path).get_data(as_text=True)
    empty(application, but=("manager", "administrator"))
    for path in ("/rooms/new", "/bookings/quotas"):
        assert 'href="/units/new"' in teresa.get(path).get_data(as_text=True), path
    page = rosangela.get("/rooms/new").get_data(as_text=True)
    assert "Ainda não há unidade aberta" in page
    assert "/units/new" not in page


def test_a_person_cannot_be_asked_for_a_unit_that_is_not_there(application, sign_in):
    teresa = sign_in("teresa")
    assert "Ainda não há" not in teresa.get("/people/new").get_data(as_text=True)
    empty(application)
    page = teresa.get("/people/new").get_data(as_text=True)
    assert 'href="/units/new"' in page
    assert 'href="/specialties/new"' in page
