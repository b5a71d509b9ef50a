"""The calendar of the demonstration can be laid on any day, and shows what there is to see."""

from collections import Counter
from datetime import UTC, datetime

import flask_migrate
import pytest
from sqlalchemy import func, select

from teleconsult import clock, create_app
from teleconsult.demo import cast, reader, shifts
from teleconsult.extensions import db, transaction
from teleconsult.network import loader
from teleconsult.people import passwords
from teleconsult.shifts.models import Leave, Shift, ShiftSlot, Swap
from tests.conftest import SETTINGS


class Enough(Exception):
    """Undoes what was laid, for the next day to lay it anew."""


@pytest.fixture(scope="module")
def staffed(tmp_path_factory):
    """The network and its people, without stories and without a calendar."""
    var = tmp_path_factory.mktemp("var")
    made = create_app(SETTINGS | {"PROFILE": "demo", "VAR": var, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{var}/demo.db"})
    with made.app_context():
        flask_migrate.upgrade()
        with transaction():
            loader.load(reader.HERE / "reference", "DS IV")
            cast.enter(reader.load(), passwords.hash_password(cast.PASSWORD))
    return made


def test_no_hour_of_the_week_has_more_people_than_workstations():
    at_once = Counter((day, hour) for _, _, days, hour in shifts.WEEK for day in days.split(","))
    assert max(at_once.values()) == 3
    assert {hour for _, _, _, hour in shifts.WEEK} <= {8, 13, 17}
    people = Counter((who, day, hour) for who, _, days, hour in shifts.WEEK for day in days.split(","))
    assert max(people.values()) == 1


MOMENTS = [
    datetime(2026, 11, 22, 1, 30, tzinfo=UTC),  # Saturday night
    datetime(2026, 11, 23, 3, 5, tzinfo=UTC),  # Monday, just begun
    datetime(2026, 11, 27, 13, 0, tzinfo=UTC),  # Friday, in a shift
    datetime(2026, 12, 31, 23, 59, tzinfo=UTC),
    datetime(2027, 2, 28, 12, 0, tzinfo=UTC),
    datetime(2028, 9, 6, 20, 0, tzinfo=UTC),  # before a holiday
]


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_the_calendar_is_laid_on_any_day(staffed, now):
    with staffed.app_context(), clock.at(now), pytest.raises(Enough), transaction():
        _lay_and_undo(now)


def _lay_and_undo(now):
    emails = {person.email: key for key, person in reader.load().people.items()}
    people = {emails[user.email]: user for user in db.session.scalars(select(cast.User))}
    shifts.mark_holidays(now)
    shifts.lay(people, now)
    _hold(now)
    raise Enough


def _hold(now):
    session = db.session
    past = session.scalars(select(Shift).where(Shift.ends_at < now)).all()
    coming = session.scalar(select(func.count()).where(Shift.starts_at > now))
    assert coming > 100
    assert [shift.closed_how for shift in past].count("forgotten") == 1
    assert [shift.checked_in_at for shift in past].count(None) == 1
    assert session.scalar(select(func.count(Leave.id))) == 1
    swap = session.scalars(select(Swap)).one()
    assert swap.shift.starts_at > now
    away = session.scalars(select(Shift).join(Leave, Leave.user_id == Shift.user_id).where(Shift.starts_at.between(Leave.from_at, Leave.until_at))).all()  # fmt: skip
    assert len(away) == 1
    assert not session.scalars(select(ShiftSlot.at).where(ShiftSlot.shift_id == away[0].id)).all()
