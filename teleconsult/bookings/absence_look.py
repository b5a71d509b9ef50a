"""Missed visits and the overbooking model in words and as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import format_decimal

from teleconsult.bookings.absence import PRIOR_RATE, PRIOR_VISITS, Rate, pooled
from teleconsult.bookings.overbooking import Suggestion
from teleconsult.bookings.queries_absence import Group
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import in_language, percent

FLOOR, TOP, STEP, WIDTH = 172.0, 32.0, 60, 36
"""Of a drawing of 360 by 196: where no visit is missed and where all are, and the place of each bar."""

CERTAIN = 30
"""Visits from which a rate is shown without the remark that they are few."""


@dataclass(frozen=True)
class Bar:
    """One bar with its interval: numbers for the drawing, words for its figure and name."""

    x: int
    middle: int
    y: float
    height: float
    low_y: float
    high_y: float
    value: str
    name: str


@dataclass(frozen=True)
class Outlook:
    """The model of one session, in words: formula, figures, the chance of each outcome, and what is suggested."""

    made: Suggestion
    rate: str
    interval: str
    visits: int
    assumed: str
    comes: str
    limit: str
    options: Sequence[dict[str, Any]]
    chances: Sequence[tuple[int, str, bool]]


def total(lead: Sequence[Group]) -> dict[str, Any]:
    """Return all groups together, as one row."""
    return _row(Group(_("Todas as consultas"), "", pooled(group.rate for group in lead)))


def rows(groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Return the groups in words."""
    return [_row(group) for group in groups]


def _row(group: Group) -> dict[str, Any]:
    low, high = group.rate.interval
    return {
        "name": _called(group),
        "visits": group.rate.visits,
        "missed": group.rate.missed,
        "share": share_words(group.rate.share),
        "interval": _("%(low)s a %(high)s", low=share_words(low), high=share_words(high)) if group.rate.visits else "",
        "few": 0 < group.rate.visits < CERTAIN,
    }


def _called(group: Group) -> str:
    if not group.name:
        return _("Não informado")
    return in_language(group.name, group.english) if group.english else _(group.name)


def share_words(share: float | None) -> str:
    """Show a share as per cent: '12%'; None: there were no visits."""
    return _("sem consultas") if share is None else percent(share)


def bars(groups: Sequence[Group]) -> list[Bar]:
    """Return the bars of the chart of lead time against absence; a group without visits has only its name."""
    return [_bar(number, group) for number, group in enumerate(groups)]


def _bar(number: int, group: Group) -> Bar:
    share, (low, high) = group.rate.share, group.rate.interval
    x = 12 + number * STEP
    y = _height(share or 0.0)
    known = group.rate.visits > 0
    return Bar(
        x, x + WIDTH // 2, y, round(FLOOR - y, 1), _height(low) if known else FLOOR, _height(high) if known else FLOOR,
        percent(share or 0.0, short=True) if known else "–", ("≤7", "8–14", "15–30", "31–60", "61–90", "91+")[number],
    )  # fmt: skip


def _height(share: float) -> float:
    return round(FLOOR - share * (FLOOR - TOP), 1)


def outlook_of(rate: Rate, made: Suggestion, limit: float) -> Outlook:
    """Return the model of a session in words, with what happens without and with further bookings."""
    low, high = rate.interval
    shown = [made.plain, made.outlook] if made.extra else [made.plain]
    return Outlook(
        made=made,
        rate=share_words(rate.share),
        interval=_("%(low)s a %(high)s", low=share_words(low), high=share_words(high)),
        visits=rate.visits,
        assumed=_("%(share)s, que pesa como %(count)d consultas", share=share_words(PRIOR_RATE), count=PRIOR_VISITS),
        comes=share_words(1 - rate.expected),
        limit=share_words(limit),
        options=[
            {
                "booked": look.booked,
                "extra": look.booked - look.places,
                "expected": _tenths(look.expected),
                "idle": _tenths(look.idle),
                "risk": share_words(look.risk),
                "suggested": look is shown[-1],
            }
            for look in [*shown, made.next_one]
        ],
        chances=[
            (count, share_words(chance), count > made.outlook.places)
            for count, chance in enumerate(made.outlook.chances)
            if chance >= 0.005
        ],
    )


def _tenths(number: float) -> str:
    return str(format_decimal(round(number, 1)))
