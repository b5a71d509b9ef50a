"""The roster as the whole network reads it: who answers when, for which specialty; on the screen and on paper.

Only for who is signed in: nothing of the product is open before that but its door. It tells names and hours, and not
who has come, who is ill, or who would rather swap.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from flask import render_template, request

from teleconsult import clock
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.shifts import words
from teleconsult.shifts.asked import Asked, rooms_and_chosen, specialty_choices
from teleconsult.shifts.blueprint import bp
from teleconsult.shifts.models import Room
from teleconsult.shifts.queries import holidays_between
from teleconsult.shifts.showing import Shown, days, in_room, today_in
from teleconsult.shifts.week import WHOLE, monday_of
from teleconsult.web.words import local


class RosterDay(NamedTuple):
    """One day of the roster that has something to say."""

    words: str
    holiday: str
    shifts: Sequence[Shown]


@bp.get("/shifts/roster")
@requires(Permission.READ_ROSTER)
def roster() -> str:
    """Show who answers on which day, for a week or a month."""
    return render_template("shifts/roster.html", **_roster())


@bp.get("/shifts/roster/print")
@requires(Permission.READ_ROSTER)
def roster_print() -> str:
    """Show the same on paper."""
    return render_template("shifts/roster_print.html", now=clock.now(), **_roster())


def _roster() -> dict[str, Any]:
    asked, span = Asked.of(request.args), "month" if request.args.get("span") == "month" else "week"
    rooms, room = rooms_and_chosen(asked)
    given: dict[str, Any] = {"asked": asked, "span": span, "rooms": rooms, "room": room, "words": words}
    if room is None:
        return given | {"days": (), "title": words.month_name(local(clock.now()).date())}
    first, last = _span(span, asked.day or today_in(room))
    month = span == "month"
    return given | {
        "days": _days(room, first, last, asked.specialty),
        "first": first,
        "before": (first - timedelta(days=1)) if month else first - timedelta(days=WHOLE),
        "after": last + timedelta(days=1),
        "title": words.month_title(room.name, first) if month else words.days_title(room.name, first, last),
        "choices": specialty_choices(),
        "may_manage": Permission.MANAGE_SHIFTS in current_user.permissions,
    }


def _span(span: str, day: date) -> tuple[date, date]:
    if span == "month":
        first = day.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return monday_of(day), monday_of(day) + timedelta(days=WHOLE - 1)


def _days(room: Room, first: date, last: date, specialty: str) -> list[RosterDay]:
    holidays = holidays_between(first, last)
    there: dict[date, list[Shown]] = {}
    for shift in in_room(room, first, last):
        if shift.tone != "off" and specialty in ("", shift.slug):
            there.setdefault(shift.day, []).append(shift)
    count = (last - first).days + 1
    return [
        RosterDay(words.day_words(day), holidays.get(day, ""), there.get(day, ()))
        for day in days(first, count)
        if day in there or day in holidays
    ]
