"""Shifts that come again: previewed, published, ended; holidays and what does not fit."""

from datetime import date, timedelta

import pytest

from teleconsult.errors import Refused
from teleconsult.extensions import db
from teleconsult.shifts.models import Shift, ShiftSeries, ShiftSlot
from tests.shifts.rooms import EIGHT, MONDAY, NOW, do, held, laid, local, room, told, whole
from tests.world import person, specialty

UNTIL = date(2026, 12, 18)


def lay(place, verb="publish_series", rule="FREQ=WEEKLY;BYDAY=MO,TU", until=UNTIL, at=NOW, **more):
    given = {"user": person("paulo"), "specialty": specialty(), "first_day": MONDAY, "starts": EIGHT, "minutes": 240}
    return do(verb, room=place, rule=rule, until=until, at=at, **(given | more))


def shifts():
    return db.session.scalars(db.select(Shift).order_by(Shift.starts_at)).all()


def test_a_series_is_laid_but_for_holidays_and_skipped_days(session):
    place = room()
    do("load_holidays", 2026)
    laid_ = lay(place, skip={date(2026, 12, 14)})
    assert [row.day for row in laid_.left_out] == [date(2026, 12, 8), date(2026, 12, 14)]
    assert len(laid_.shifts) == len(shifts()) == 6
    assert all(held(shift) == whole(shift) for shift in laid_.shifts)
    assert {shift.series_id for shift in shifts()} == {laid_.series.id}
    assert told("paulo", "shift.publish_series") == 1


def test_a_preview_writes_nothing_and_names_what_does_not_fit(session):
    place = room(workstations=1)
    laid(place, who="lia", day=date(2026, 11, 30), starts=10 * 60)
    seen = lay(place, verb="preview_series")
    assert [(row.day, row.why.field, row.fits_not) for row in seen.left_out] == [
        (date(2026, 11, 30), "workstation", True)
    ]
    assert len(seen.shifts) == 7
    assert len(shifts()) == 1
    with pytest.raises(Refused) as refused:
        lay(place)
    assert refused.value.params["day"] == "30/11/2026"
    assert len(shifts()) == 1
    assert len(lay(place, skip={date(2026, 11, 30)}).shifts) == 7


def test_a_preview_shows_days_that_are_past(session):
    seen = lay(room(), verb="preview_series", first_day=date(2026, 11, 9))
    assert [row.day for row in seen.left_out] == [date(2026, 11, day) for day in (9, 10, 16, 17)]
    assert {row.why.field for row in seen.left_out} == {"day"}


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"until": None}, "until"),
        ({"until": date(2060, 1, 1), "rule": "FREQ=DAILY"}, "until"),
        ({"rule": "sempre"}, "rule"),
        ({"minutes": 0}, "ends"),
        ({"first_day": date(2026, 11, 16), "until": date(2026, 11, 17)}, "rule"),  # all of it is past
        ({"rule": "", "until": None, "first_day": date(2026, 11, 16)}, "day"),
    ],
)
def test_a_series_that_is_none_is_refused(session, wish, field):
    with pytest.raises(Refused) as refused:
        lay(room(), **wish)
    assert refused.value.field == field
    assert db.session.scalar(db.select(db.func.count(ShiftSeries.id))) == 0


def test_a_rule_with_no_repetition_is_one_shift(session):
    done = lay(room(), rule="", until=None)
    assert [shift.starts_at for shift in done.shifts] == [local(MONDAY, 8)]
    assert done.series.until == MONDAY


def test_nights_that_run_into_each_other_are_one_persons_conflict(session):
    place = room(hours=[(day, 0, 1440) for day in range(7)])
    done = lay(place, rule="FREQ=DAILY", until=MONDAY + timedelta(days=6), starts=22 * 60, minutes=1440)
    assert len(done.shifts) == 7  # each begins as the last one ends
    assert session.scalar(db.select(db.func.count()).select_from(ShiftSlot)) == 7 * 96


def test_a_series_ends_from_a_day_on(session):
    place = room()
    series = lay(place).series
    with pytest.raises(Refused):
        do("end_series", series, from_day=date(2026, 12, 1), why=" ")
    assert do("end_series", series, from_day=date(2026, 12, 1), why="Mudou de hospital.") == 5
    live = [shift for shift in shifts() if shift.cancelled_at is None]
    assert [shift.starts_at for shift in live] == [local(date(2026, 11, day), 8) for day in (23, 24, 30)]
    assert all(held(shift) == (whole(shift) if shift in live else set()) for shift in shifts())
    assert told("paulo", "shift.end_series") == 1
    assert do("end_series", series, from_day=MONDAY, why="De todo.") == 3
    with pytest.raises(Refused):
        do("end_series", series, from_day=MONDAY, why="De novo.")
    lay(place, user=person("lia"), specialty=specialty("neurologia"))


def test_a_thousand_shifts_are_laid_in_one_go(session):
    place = room(hours=[(day, 0, 1440) for day in range(7)])
    done = lay(place, rule="FREQ=DAILY", until=MONDAY + timedelta(days=999), minutes=60)
    assert len(done.shifts) == 1000
    assert session.scalar(db.select(db.func.count()).select_from(ShiftSlot)) == 4000
