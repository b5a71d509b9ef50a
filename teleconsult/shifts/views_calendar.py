"""The calendar of a room by week and by month, for who keeps it."""

from datetime import timedelta

from flask import render_template, request
from werkzeug.wrappers import Response

from teleconsult import events
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.shifts import words
from teleconsult.shifts.asked import Asked, rooms_and_chosen, specialty_choices
from teleconsult.shifts.blueprint import bp
from teleconsult.shifts.month import month_of
from teleconsult.shifts.showing import today_in
from teleconsult.shifts.week import WHOLE, week_of


@bp.get("/shifts")
@requires(Permission.MANAGE_SHIFTS)
def week() -> str | Response:
    """Show a week of a room: who is where, what is free, what is particular."""
    asked = Asked.of(request.args)
    rooms, room = rooms_and_chosen(asked)
    if room is None:
        return render_template("shifts/no_room.html")
    look = week_of(room, asked.day or today_in(room), asked.specialty)
    return render_template(
        "shifts/week.html",
        asked=asked,
        rooms=rooms,
        room=room,
        week=look,
        title=words.days_title(room.name, look.first, look.last),
        before=look.first - timedelta(days=WHOLE),
        after=look.first + timedelta(days=WHOLE),
        choices=specialty_choices(),
        warnings=events.panels("shifts_warnings"),
        may_subscribe=Permission.OWN_SHIFTS in current_user.permissions,
        words=words,
    )


@bp.get("/shifts/month")
@requires(Permission.MANAGE_SHIFTS)
def month() -> str | Response:
    """Show a month of a room, a line for each shift."""
    asked = Asked.of(request.args)
    rooms, room = rooms_and_chosen(asked)
    if room is None:
        return render_template("shifts/no_room.html")
    look = month_of(room, asked.day or today_in(room), asked.specialty)
    return render_template(
        "shifts/month.html",
        asked=asked,
        rooms=rooms,
        room=room,
        month=look,
        title=words.month_title(room.name, look.first),
        choices=specialty_choices(),
        warnings=events.panels("shifts_warnings"),
        words=words,
    )
