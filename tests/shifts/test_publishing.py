"""Rooms and what is laid in them: what fits, what is refused and why, what is told."""

from datetime import UTC, date, datetime, timedelta

import pytest

from teleconsult import clock, events
from teleconsult.audit import AuditEvent
from teleconsult.errors import NotFound, Refused
from teleconsult.extensions import db, transaction
from teleconsult.shifts import actions, queries
from teleconsult.shifts.calendar import slots
from teleconsult.shifts.models import Holiday, Shift
from tests.shifts.rooms import EIGHT, MONDAY, NOW, WEEK, held, laid, local, room, told
from tests.world import person, specialty


def test_a_shift_stands_at_its_time_and_place(session):
    shift = laid(room())
    assert (shift.starts_at, shift.ends_at) == (local(MONDAY, 8), local(MONDAY, 12))
    assert shift.workstation == 1
    assert held(shift) == set(slots((shift.starts_at, shift.ends_at)))
    assert told("paulo", "shift.publish") == 1


REFUSED = [
    ({"day": date(2026, 11, 19)}, "day"),  # past
    ({"day": MONDAY + timedelta(days=6)}, "starts"),  # Sunday: closed
    ({"starts": 7 * 60}, "starts"),
    ({"starts": 20 * 60}, "starts"),  # until midnight: the room closes at nine
    ({"minutes": 0}, "ends"),
    ({"minutes": -60}, "ends"),
    ({"starts": EIGHT + 5}, "starts"),
    ({"what": "cardiologia"}, "specialty"),
    ({"who": "marina"}, "user"),
    ({"workstation": 3}, "workstation"),
    ({"workstation": 0}, "workstation"),
]


@pytest.mark.parametrize(("wish", "field"), REFUSED)
def test_what_does_not_fit_is_refused_with_its_field(session, wish, field):
    place = room()
    with pytest.raises(Refused) as refused:
        laid(place, **wish)
    assert refused.value.field == field
    assert db.session.scalar(db.select(db.func.count(Shift.id))) == 0


def test_nobody_is_in_two_places(session):
    place, other = room(), room(name="Sala dois")
    laid(place)
    with pytest.raises(Refused) as refused:
        laid(other, starts=11 * 60 + 45, minutes=60)
    assert refused.value.field == "user"
    laid(other, starts=12 * 60, minutes=60)  # who goes when the next shift comes is in one place


def test_no_room_is_over_its_workstations(session):
    place = room()
    assert [laid(place, who=who).workstation for who in ("paulo", "lia")] == [1, 2]
    with pytest.raises(Refused) as refused:
        laid(place, who="helena", what="cardiologia", starts=11 * 60)
    assert refused.value.field == "workstation"
    with pytest.raises(Refused):
        laid(place, who="helena", what="cardiologia", starts=9 * 60, minutes=60, workstation=2)
    assert laid(place, who="helena", what="cardiologia", starts=12 * 60).workstation == 1


def test_the_quarter_that_runs_is_not_past(session):
    place = room()
    at = local(MONDAY, 8, 14)
    assert laid(place, at=at).starts_at == local(MONDAY, 8)
    with pytest.raises(Refused):
        laid(place, who="lia", at=local(MONDAY, 8, 15))


def test_a_holiday_closes_the_room_until_it_is_struck_out(session):
    place = room()
    with clock.at(NOW), transaction():
        assert actions.load_holidays(2026) > 10
        assert actions.load_holidays(2026) == 0
        assert actions.years_to_load() == [2027]
    with clock.at(datetime(2027, 1, 1, 1, tzinfo=UTC)):  # still the last evening of 2026 in Recife
        assert actions.years_to_load() == [2027]
    with pytest.raises(Refused) as refused:
        laid(place, day=date(2026, 12, 8))
    assert refused.value.params["name"] == "Nossa Senhora da Conceição"
    day = db.session.get_one(Holiday, date(2026, 12, 8))
    with transaction(day):
        actions.remove_holiday(day, by=person("teresa"))
    laid(place, day=date(2026, 12, 8))
    with transaction():
        assert actions.load_holidays(2026) == 0
    assert date(2026, 12, 8) not in queries.holidays_between(date(2026, 1, 1), date(2026, 12, 31))
    with transaction(day):
        actions.restore_holiday(day, by=person("teresa"))
    with pytest.raises(Refused):
        laid(place, day=date(2026, 12, 8), who="lia")


def test_each_change_of_the_days_is_announced(session):
    heard = []

    def hear(days, by):
        heard.append((list(days), by))

    with clock.at(NOW), transaction():
        events.on("holiday.change")(hear)
        try:
            holiday = actions.add_holiday(day=date(2026, 11, 24), name="Aniversário", by=person("teresa"))
            actions.remove_holiday(holiday, by=person("teresa"))
            actions.restore_holiday(holiday, by=person("teresa"))
            actions.load_holidays(2031)
        finally:
            events._registry.handlers["holiday.change"] = [
                row for row in events._registry.handlers["holiday.change"] if row[2] is not hear
            ]
    assert [days for days, _by in heard[:3]] == [[date(2026, 11, 24)]] * 3
    assert len(heard[3][0]) > 10


def test_a_holiday_of_ones_own(session):
    with clock.at(NOW), transaction():
        actions.add_holiday(day=date(2026, 11, 24), name=" Aniversário da sala ", by=person("teresa"))
    assert queries.holidays_between(MONDAY, MONDAY + timedelta(days=7)) == {date(2026, 11, 24): "Aniversário da sala"}
    for day, name in ((date(2026, 11, 24), "Outro"), (date(2026, 1, 1), "Passado"), (date(2026, 12, 1), " ")):
        with clock.at(NOW), pytest.raises(Refused), transaction():
            actions.add_holiday(day=day, name=name, by=person("teresa"))


def test_support_rooms_take_no_consultants(session):
    with pytest.raises(Refused) as refused:
        laid(room(name="Computadores", kind="support"))
    assert refused.value.field == "room"


@pytest.mark.parametrize(
    ("wish", "field"),
    [({"name": "!"}, "name"), ({"workstations": 0}, "workstations"), ({"zone": "Recife"}, "zone"), ({"hours": []}, "hours")],
)  # fmt: skip
def test_a_room_that_is_none_is_refused(session, wish, field):
    with pytest.raises(Refused) as refused:
        room(**wish)
    assert refused.value.field == field


def test_a_room_has_one_name(session):
    room()
    with pytest.raises(Refused):
        room(name="Sala  de Telessaúde")
    with pytest.raises(NotFound):
        queries.room_by_slug("nenhuma")


def change(place, **wish):
    given = {"name": place.name, "workstations": place.workstations, "zone": place.zone, "hours": WEEK}
    with clock.at(NOW), transaction(place):
        actions.change_room(place, **(given | wish), by=person("teresa"))


def test_a_room_changes_only_around_what_stands_in_it(session):
    place = room()
    laid(place)
    laid(place, who="lia")
    for wish, field in (({"workstations": 1}, "workstations"), ({"hours": [(0, 9 * 60, 21 * 60)]}, "hours")):
        with pytest.raises(Refused) as refused:
            change(place, **wish)
        assert refused.value.field == field
    with clock.at(NOW), pytest.raises(Refused), transaction(place):
        actions.close_room(place, by=person("teresa"))
    change(place, name="Sala nova", workstations=3, hours=[(0, EIGHT, 12 * 60), (2, 0, 1440)])
    assert [(row.weekday, row.opens, row.closes) for row in place.hours] == [(0, EIGHT, 720), (2, 0, 1440)]
    with clock.at(local(MONDAY, 12)), transaction(place):
        actions.close_room(place, by=person("teresa"))
    with pytest.raises(Refused):
        laid(place, day=MONDAY + timedelta(days=2))


def test_in_another_zone_shifts_keep_their_time_of_day(session):
    place = room()
    one, two = laid(place), laid(place, who="lia", starts=18 * 60, minutes=180)
    change(place, zone="America/Manaus")
    assert [shift.starts_at for shift in (one, two)] == [local(MONDAY, 9), local(MONDAY, 19)]
    assert held(one) == set(slots((one.starts_at, one.ends_at)))
    assert told("paulo", "shift.change") == 1
    other = room(name="Sala dois")
    laid(other, starts=12 * 60 + 60, minutes=60)  # one hour after Paulo's shift in the other room ends
    laid(place, day=MONDAY + timedelta(days=1), starts=11 * 60, minutes=60)  # 12:00 in Recife
    laid(other, day=MONDAY + timedelta(days=1), starts=11 * 60, minutes=60)
    with pytest.raises(Refused) as refused:
        change(place, zone="America/Recife")
    assert refused.value.field == "zone"
    assert place.zone == "America/Manaus"


def test_a_room_in_use_keeps_its_zone(session):
    place = room()
    laid(place)
    with clock.at(local(MONDAY, 9)), pytest.raises(Refused), transaction(place):
        actions.change_room(
            place, name=place.name, workstations=2, zone="America/Manaus", hours=WEEK, by=person("teresa")
        )


def test_a_night_shift_is_held_across_midnight(session):
    place = room(hours=[(day, 0, 1440) for day in range(7)])
    shift = laid(place, starts=22 * 60, minutes=480)
    assert (shift.starts_at, shift.ends_at) == (local(MONDAY, 22), local(MONDAY + timedelta(days=1), 6))
    with pytest.raises(Refused):
        laid(place, day=MONDAY + timedelta(days=1), starts=5 * 60 + 45, minutes=60)


def test_the_record_says_who_laid_it(session):
    shift = laid(room())
    row = db.session.scalars(db.select(AuditEvent).where(AuditEvent.stream == f"shift:{shift.ref}")).one()
    assert (row.word, row.user_id, row.data["room"]) == ("shift.publish", person("teresa").id, "sala-de-telessaude")
    assert isinstance(datetime.fromisoformat(row.data["starts"]), datetime)
    assert specialty().slug == row.data["specialty"]
