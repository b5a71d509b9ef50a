"""The calendar's tables with rows in them, down to the revision that made them and below, and up again."""

import flask_migrate

from teleconsult.extensions import db, transaction
from teleconsult.shifts import feeds
from tests import world
from tests.shifts.rooms import MONDAY, do, laid, local, room
from tests.test_migrations import fresh, orphans  # noqa: F401 (a fixture is asked for by its name)

TABLES = ("rooms", "room_hours", "holidays", "shift_series", "shifts", "shift_slots", "leaves", "swaps", "feeds")
MADE_BY, BEFORE = "0012", "0011"


def counts():
    found = {table: db.session.scalar(db.text(f"SELECT count(*) FROM {table}")) for table in TABLES}  # noqa: S608 (names written above)
    db.session.rollback()
    return found


def test_rows_of_the_calendar_survive(fresh):  # noqa: F811 (the fixture)
    flask_migrate.upgrade()
    world.populate()
    place = room()
    do("load_holidays", 2026)
    shift = laid(place)
    do(
        "publish_series", room=place, user=world.person("lia"), specialty=world.specialty(), first_day=MONDAY,
        starts=480, minutes=60, rule="FREQ=WEEKLY", until=MONDAY.replace(month=12, day=20),
    )  # fmt: skip
    do("offer_swap", shift, to=None, why="", by="paulo")
    do(
        "take_leave",
        user=world.person("lia"),
        kind="leave",
        from_at=local(MONDAY, 8),
        until_at=local(MONDAY, 9),
        why="",
    )
    with transaction():
        feeds.open_feed(world.person("paulo"))
    db.session.remove()
    wanted = counts()
    assert all(wanted.values()), wanted
    flask_migrate.downgrade(revision=MADE_BY)
    assert counts() == wanted
    flask_migrate.upgrade()
    assert counts() == wanted
    assert orphans() == []
    flask_migrate.downgrade(revision=BEFORE)
    flask_migrate.upgrade()
    assert not any(counts().values())
    assert orphans() == []
