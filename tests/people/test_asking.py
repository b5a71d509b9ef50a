"""Who asks, read in one statement: the same person as the ORM reads, and the rest of them when somebody asks for it."""

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import joinedload

from teleconsult import clock
from teleconsult.extensions import db, transaction
from teleconsult.people import asking, sessions
from teleconsult.people.models import Session, User
from tests.counting import statements
from tests.world import person


def _begun(application, key):
    with application.test_request_context(), transaction():
        token = sessions.begin(person(key), shared=False)
    return sessions.token_hash(token)


@pytest.mark.parametrize("key", ["marina", "paulo", "teresa"])
def test_it_is_the_person_whom_the_orm_reads(application, key):
    hashed = _begun(application, key)
    with application.app_context():
        usual = db.session.scalars(
            select(Session).where(Session.token_hash == hashed).options(joinedload(Session.user).joinedload(User.unit))
        ).one()
        told = {name: getattr(usual.user, name) for name in [column.key for column in inspect(User).column_attrs]}
        unit = usual.user.unit and {
            name: getattr(usual.user.unit, name) for name in ("id", "slug", "name", "zone", "note")
        }
        roles, idle = usual.user.roles, usual.idle_until
    with application.app_context(), statements(application) as seen:
        row, user = asking.asker(hashed, clock.now())
        assert (user.roles, user.full_name, row.idle_until, row.user) == (roles, user.full_name, idle, user)
        assert (user.unit is None) == (unit is None)
        assert len(seen) == 1
        assert {name: getattr(user, name) for name in told} == told
        assert (unit and {name: getattr(user.unit, name) for name in unit}) == unit
        assert len(seen) <= 3  # what was left out comes in one statement for the person, one for the unit
        assert not db.session.dirty
        assert not db.session.new


def test_whoever_is_known_already_stays_the_same_object(application):
    hashed = _begun(application, "marina")
    with application.app_context():
        known = person("marina")
        row, user = asking.asker(hashed, clock.now())
        assert user is known is row.user


def test_a_session_that_is_over_is_nobodys(application):
    hashed = _begun(application, "marina")
    with application.app_context():
        later = asking.asker(hashed, clock.now())[0].idle_until
        db.session.remove()
        assert asking.asker(hashed, later) is None
        assert asking.asker("0" * 64, clock.now()) is None


def test_a_change_of_the_person_who_asks_is_written(application, sign_in):
    browser = sign_in("marina")
    browser.post("/language", data={"locale": "en"})
    with application.app_context():
        assert person("marina").language == "en"
    assert 'lang="en"' in browser.get("/account").text
