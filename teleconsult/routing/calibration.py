"""How promises were kept: the share of those whose time has come, with how sure that is, by month and by specialty.

A promise counts when its time has passed: kept if the answer came by then, not kept if it came later or is awaited
still. What was answered early is not counted before its time either, or the last weeks would look better than they are.
What was returned, cancelled or lapsed before its time promised nothing any more, and is left out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from teleconsult import clock, events
from teleconsult.extensions import db
from teleconsult.network.models import Specialty
from teleconsult.routing import learning
from teleconsult.routing.promising import Share, Wait, share_of, waits
from teleconsult.web.language import spoken
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import in_language, local, percent

SINCE = timedelta(days=180)
TOLD = ((50, "median_at"), (90, "ninety_at"))
"""The two shares that a promise tells, and the column of each."""


class Line(NamedTuple):
    """One line of a table: of which month or specialty, and the share kept."""

    name: str
    share: Share


class Point(NamedTuple):
    """One point of the picture, in its coordinates: what was told and what came, with the interval's ends."""

    told: int
    share: Share
    x: float
    y: float
    low_y: float
    high_y: float


@dataclass(frozen=True)
class Calibration:
    """What the management sees of the promises of the last half year."""

    all: Share
    points: Sequence[Point]
    months: Sequence[Line]
    specialties: Sequence[Line]
    awaited: int
    overdue: int


WIDTH, HEIGHT, LEFT, TOP = 240, 160, 40, 12
"""The picture's field, and where it begins."""


def calibration(found: Sequence[Wait], now: datetime, names: Mapping[int, str]) -> Calibration:
    """Return how the promises of these waits were kept."""
    ninety = [(wait, kept) for wait in found if (kept := wait.kept(wait.first.ninety_at, now)) is not None]
    awaited = [wait for wait in found if wait.awaited]
    return Calibration(
        all=_share(kept for _, kept in ninety),
        points=[_point(told, _share(_told(found, column, now))) for told, column in TOLD],
        months=[
            Line(f"{spoken().months[month]} {year}", share)
            for (year, month), share in sorted(_by(ninety, _month).items(), reverse=True)
        ],
        specialties=sorted(
            Line(names.get(number, ""), share) for number, share in _by(ninety, lambda w: w.first.specialty_id).items()
        ),
        awaited=len(awaited),
        overdue=sum(wait.first.ninety_at <= now for wait in awaited),
    )


def _told(found: Iterable[Wait], column: str, now: datetime) -> Iterable[bool]:
    kept = (wait.kept(getattr(wait.first, column), now) for wait in found)
    return [one for one in kept if one is not None]


def _share(kept: Iterable[bool]) -> Share:
    ones = list(kept)
    return share_of(sum(ones), len(ones))


def _by(ninety: Iterable[tuple[Wait, bool]], key: Callable[[Wait], Any]) -> dict[Any, Share]:
    found: dict[Any, list[bool]] = {}
    for wait, kept in ninety:
        found.setdefault(key(wait), []).append(kept)
    return {name: _share(kept) for name, kept in found.items()}


def _month(wait: Wait) -> tuple[int, int]:
    made = local(wait.first.made_at)
    return made.year, made.month


def _point(told: int, share: Share) -> Point:
    def y(value: float) -> float:
        return round(TOP + HEIGHT * (1 - value), 1)

    return Point(told, share, round(LEFT + WIDTH * told / 100, 1), y(share.share), y(share.low), y(share.high))


@events.panel("distribution", order=20)
def promises_panel(**_facts: Any) -> dict[str, Any]:
    """Return how promises were kept, for the management's page of the distribution."""
    now = clock.now()
    rows = learning.promised(now - SINCE)
    used = sorted({row.specialty_id for row, _ in rows})
    names = {
        row.id: in_language(row.name_pt, row.name_en)
        for row in db.session.execute(
            select(Specialty.id, Specialty.name_pt, Specialty.name_en).where(Specialty.id.in_(used))
        )
    }
    found = calibration(waits(row for row, _ in rows), now, names)
    return {"template": "routing/calibration.html", "look": found, "percent": percent, "interval": interval}


def interval(share: Share) -> str:
    """Show how sure a share is: '85% a 96%'."""
    return _("%(low)s a %(high)s", low=percent(share.low), high=percent(share.high))
