"""Shifts laid from a form: a single one at once, one that comes again after every day of it was shown."""

from datetime import date
from typing import Any, NamedTuple

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from teleconsult.errors import Refused
from teleconsult.extensions import db
from teleconsult.network.directory import specialty_by
from teleconsult.people.gate import current_user
from teleconsult.people.queries import person_by_ref
from teleconsult.shifts import actions, words
from teleconsult.shifts.asked import day_of
from teleconsult.shifts.calendar import local_day
from teleconsult.shifts.doing import Answer, done, refuse, shown, told
from teleconsult.shifts.forms import ShiftForm
from teleconsult.shifts.models import Shift, ShiftSeries
from teleconsult.shifts.queries import room_by_slug
from teleconsult.shifts.rules import EVERY, read_rule
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import say

CARRIED = ("room", "who", "day", "starts", "ends", "next_day", "workstation", "every", "weekdays", "until")
"""Fields that the page with every day carries on."""


class Line(NamedTuple):
    """One day of a rule on the page that shows them all: `why` it is left out, or whether it is ticked."""

    day: date
    words: str
    why: str
    kept: bool


def series_of(shift: Shift) -> ShiftSeries | None:
    """Return the series that a shift belongs to, if it belongs to one."""
    return db.session.get(ShiftSeries, shift.series_id) if shift.series_id else None


def rule_words(rule: str) -> str:
    """Return how often something comes again: 'Toda semana: segunda e quarta'."""
    every, weekdays = read_rule(rule)
    if not every:
        return _("Repete-se por uma regra própria")
    return _("%(every)s: %(days)s", every=_(EVERY[every]), days=words.weekday_words(weekdays))


def publish(form: ShiftForm) -> Response | None:
    """Publish a single shift and lead to it on the calendar; None when the form says why not."""
    laid: list[Shift] = []
    if not done(form, lambda: laid.append(actions.publish(**_who(form), **form.placed(), by=current_user))):
        return None
    shift = laid[0]
    day = local_day(shift.starts_at, shift.room.zone)
    told(
        _("Turno de %(day)s criado para %(name)s.", day=words.day_inside(day), name=shift.user.full_name),
        _("Desfazer"),
        url_for("shifts.undo", ref=shift.ref),
    )
    return redirect(url_for("shifts.week", room=shift.room.slug, day=day, _anchor=shift.ref))


def lay_series(form: ShiftForm) -> Answer | Response:
    """Show every day of what comes again; publish the days that are ticked once that page is sent."""
    if "sure" not in request.form:
        return _preview(form)
    left_out = days_left_out(request.form.getlist("shown"), request.form.getlist("keep"))
    laid: list[actions.Laid] = []
    given = {**_who(form), **_rule(form), "skip": left_out, "by": current_user}
    if not done(form, lambda: laid.append(actions.publish_series(**given))):
        return _preview(form)
    told(ngettext("%(num)d turno publicado.", "%(num)d turnos publicados.", len(laid[0].shifts)))
    return redirect(url_for("shifts.month", room=form.room.data, day=form.day.data))


def days_left_out(offered: list[str], kept: list[str]) -> frozenset[date]:
    """Return the days that were shown and not kept."""
    return frozenset(day for text in offered if text not in kept and (day := day_of(text)))


def _preview(form: ShiftForm) -> Answer:
    try:
        laid = actions.preview_series(**_who(form), **_rule(form), by=current_user)
    except Refused as refusal:
        refuse(form, refusal)
        return shown("shifts/new.html", form)
    placed = form.placed()
    return shown(
        "shifts/preview.html",
        form,
        lines=_lines(laid),
        count=len(laid.shifts),
        name=form.whose(),
        span=words.span_words(placed["starts"], placed["starts"] + placed["minutes"]),
        rule=rule_words(form.rule()),
        carried=[pair for pair in request.form.items(multi=True) if pair[0] in CARRIED],
    )


def _lines(laid: actions.Laid) -> list[Line]:
    """Return every day of the rule, in order: those that fit ticked unless they were unticked before."""
    offered, kept = request.form.getlist("shown"), request.form.getlist("keep")
    lines = []
    for shift in laid.shifts:
        day = local_day(shift.starts_at, shift.room.zone)
        lines.append(Line(day, words.day_words(day), "", day.isoformat() in kept or day.isoformat() not in offered))
    lines += [Line(row.day, words.day_words(row.day), say(row.why), False) for row in laid.left_out]
    return sorted(lines)


def _who(form: ShiftForm) -> dict[str, Any]:
    wanted = form.wanted()
    return {
        "room": room_by_slug(form.room.data),
        "user": person_by_ref(wanted.person),
        "specialty": specialty_by(wanted.specialty),
    }


def _rule(form: ShiftForm) -> dict[str, Any]:
    placed = form.placed()
    return {
        "first_day": placed["day"],
        "starts": placed["starts"],
        "minutes": placed["minutes"],
        "rule": form.rule(),
        "until": form.until.data,
    }
