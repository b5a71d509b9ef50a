"""The zones of a feed, as dateutil reads them, against the zones that Python knows."""

import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz

from teleconsult.shifts.vtimezone import zone_component

FIRST, LAST = datetime(2018, 1, 1, tzinfo=UTC), datetime(2019, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize("name", ["America/Recife", "America/Sao_Paulo", "Europe/Lisbon", "America/Noronha"])
def test_a_zone_is_read_back_as_it_is(name):
    zone = zone_component(name, FIRST, LAST)
    read = tz.tzical(io.StringIO(zone.to_ical().decode())).get(name)
    moment = FIRST
    while moment < LAST:
        wall = moment.astimezone(ZoneInfo(name)).replace(tzinfo=None)
        again = wall.replace(tzinfo=ZoneInfo(name))
        # What comes twice or never says nothing of a moment.
        if again.astimezone(UTC) == moment and again.replace(fold=1).utcoffset() == again.utcoffset():
            assert wall.replace(tzinfo=read).utcoffset() == again.utcoffset(), moment
        moment += timedelta(hours=3)
