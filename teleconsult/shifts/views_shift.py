"""A shift: laid, looked at, moved, taken off the calendar, and each of these undone."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from teleconsult.errors import NotFound
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires, signed_in
from teleconsult.shifts import actions
from teleconsult.shifts.asked import consultants, day_of
from teleconsult.shifts.blueprint import bp
from teleconsult.shifts.calendar import DAY, local_day
from teleconsult.shifts.doing import Answer, done, pressed, shown, told
from teleconsult.shifts.forms import AttendanceForm, ChangeForm, ShiftForm, WhyForm, time_of
from teleconsult.shifts.laying import lay_series, publish, rule_words, series_of
from teleconsult.shifts.models import Shift
from teleconsult.shifts.queries import open_rooms, room_by_slug, shift_by_ref
from teleconsult.shifts.shift_page import day_of_shift, place_of, span_of_shift, told_of
from teleconsult.typed import carried
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext


@bp.route("/shifts/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_SHIFTS)
def create() -> Answer | Response:
    """Lay a shift, or one that comes again: then every day of it is shown first."""
    specialty = request.args.get("specialty", "")
    able = consultants(specialty)
    form = ShiftForm(rooms=open_rooms("telehealth"), consultants=able, **_offered(able, specialty))
    if not form.validate_on_submit() or "edit" in request.form:
        return shown("shifts/new.html", form)
    if form.every.data:
        return lay_series(form)
    return publish(form) or shown("shifts/new.html", form)


def _offered(able: Sequence[Any], specialty: str) -> dict[str, Any]:
    """Return what the address fills in: a free workstation of the calendar leads here, or what nobody is on shift for."""
    args = request.args
    only = [f"{row.ref} {row.slug}" for row in able if row.slug == specialty]
    starts, ends = carried(args.get("starts")), carried(args.get("ends"))
    return {
        "data": {
            "room": args.get("room"),
            "who": args.get("who") or (only[0] if len(only) == 1 else ""),
            "day": day_of(args.get("day", "")),
            "starts": time_of(starts) if starts is not None else None,
            "ends": time_of(ends) if ends is not None else None,
            "next_day": ends is not None and ends > DAY,
            "every": "",
        }
    }


@bp.route("/shifts/<ref>", methods=["GET", "POST"])
@requires(Permission.MANAGE_SHIFTS)
def show(ref: str) -> Answer | Response:
    """Show one shift, and put it elsewhere."""
    shift = shift_by_ref(ref)
    form = ChangeForm(rooms=open_rooms("telehealth"), data=_present(shift))
    before = place_of(shift)
    move = partial(actions.move_shift, shift, by=current_user)
    if form.validate_on_submit() and done(
        form, lambda: move(room=room_by_slug(form.room.data), **form.placed()), shift
    ):
        _say_moved(shift, before)
        return redirect(_calendar(shift))
    return shown("shifts/show.html", form, shift=shift, **told_of(shift, signed_in()))


def _present(shift: Shift) -> dict[str, Any]:
    place = place_of(shift)
    ends = place["starts"] + place["minutes"]
    return {
        "version": shift.version,
        "room": shift.room.slug,
        "day": local_day(shift.starts_at, shift.room.zone),
        "starts": time_of(place["starts"]),
        "ends": time_of(ends),
        "next_day": ends > DAY,
        "workstation": shift.workstation,
    }


@bp.post("/shifts/<ref>/move")
@requires(Permission.MANAGE_SHIFTS)
def move(ref: str) -> Response:
    """Put a shift on another day or at another hour, as by dragging it; also back to where it was."""
    shift = shift_by_ref(ref)
    before, asked = place_of(shift), request.values
    day, starts = day_of(asked.get("day", "")), carried(asked.get("starts"))
    if day is None or starts is None:
        return redirect(_calendar(shift))
    room = room_by_slug(asked.get("room", before["room"]))
    minutes = carried(asked.get("minutes")) or before["minutes"]
    put = partial(actions.move_shift, shift, room=room, day=day, starts=starts, minutes=minutes, by=current_user)
    if pressed(lambda: put(workstation=carried(asked.get("workstation"))), shift, asked.get("version")):
        _say_moved(shift, before if "undo" not in asked else None)
    return redirect(_calendar(shift))


def _say_moved(shift: Shift, before: dict[str, Any] | None) -> None:
    text = _(
        "Turno de %(name)s: agora %(day)s, %(span)s.",
        name=shift.user.full_name, day=day_of_shift(shift), span=span_of_shift(shift),
    )  # fmt: skip
    if before is None:
        told(text)
        return
    told(text, _("Desfazer"), url_for("shifts.move", ref=shift.ref, version=shift.version, undo=1, **before))


@bp.post("/shifts/<ref>/attendance/check-in", endpoint="note_check_in", defaults={"verb": "check_in"})
@bp.post("/shifts/<ref>/attendance/check-out", endpoint="note_check_out", defaults={"verb": "check_out"})
@requires(Permission.MANAGE_SHIFTS)
def note(ref: str, verb: str) -> Response:
    """Note for somebody that they have come to their shift, or that they have left it."""
    shift = shift_by_ref(ref)
    if pressed(lambda: getattr(actions, verb)(shift, by=current_user), shift, request.form.get("version")):
        come = _("Entrada de %(name)s registrada.", name=shift.user.full_name)
        told(come if verb == "check_in" else _("Saída de %(name)s registrada.", name=shift.user.full_name))
    return redirect(url_for("shifts.show", ref=ref))


@bp.route("/shifts/<ref>/attendance", methods=["GET", "POST"])
@requires(Permission.MANAGE_SHIFTS)
def attendance(ref: str) -> Answer | Response:
    """Note of a shift that is over who was there, and from when to when."""
    shift = shift_by_ref(ref)
    form = AttendanceForm(data={"version": shift.version})

    def note_it() -> None:
        came, left = form.moments(shift)
        actions.note_attendance(shift, came=came, left=left, why=form.why.data or "", by=signed_in())

    if form.validate_on_submit() and done(form, note_it, shift):
        told(_("Presença de %(name)s registrada.", name=shift.user.full_name))
        return redirect(url_for("shifts.show", ref=ref))
    return shown(
        "shifts/attendance.html", form, shift=shift, day=day_of_shift(shift, first=True), span=span_of_shift(shift)
    )


@bp.route("/shifts/<ref>/cancel", methods=["GET", "POST"])
@requires(Permission.MANAGE_SHIFTS)
def cancel(ref: str) -> Answer | Response:
    """Take a shift off the calendar, with the reason."""
    shift = shift_by_ref(ref)
    form = WhyForm(data={"version": shift.version})
    if form.validate_on_submit() and done(
        form, lambda: actions.cancel_shift(shift, why=form.why.data or "", by=current_user), shift
    ):
        told(
            _(
                "Turno de %(name)s cancelado: %(day)s, %(span)s.",
                name=shift.user.full_name,
                day=day_of_shift(shift),
                span=span_of_shift(shift),
            ),
            _("Desfazer"),
            url_for("shifts.restore", ref=ref),
        )
        return redirect(_calendar(shift))
    return shown(
        "shifts/cancel.html", form, shift=shift, day=day_of_shift(shift, first=True), span=span_of_shift(shift)
    )


@bp.post("/shifts/<ref>/restore")
@requires(Permission.MANAGE_SHIFTS)
def restore(ref: str) -> Response:
    """Put a shift that was taken off back on the calendar."""
    shift = shift_by_ref(ref)
    if pressed(lambda: actions.restore_shift(shift, by=current_user), shift):
        told(_("O turno de %(name)s voltou à escala.", name=shift.user.full_name))
    return redirect(_calendar(shift))


@bp.post("/shifts/<ref>/undo")
@requires(Permission.MANAGE_SHIFTS)
def undo(ref: str) -> Response:
    """Take back a shift that has just been laid."""
    shift = shift_by_ref(ref)
    why = _("Desfeito logo depois de publicado.")
    if pressed(lambda: actions.cancel_shift(shift, why=why, by=current_user), shift):
        told(_("O turno de %(name)s não está mais na escala.", name=shift.user.full_name))
    return redirect(_calendar(shift))


@bp.route("/shifts/<ref>/end-series", methods=["GET", "POST"])
@requires(Permission.MANAGE_SHIFTS)
def end_series(ref: str) -> Answer | Response:
    """Take a shift and all that follow it in its series off the calendar."""
    shift = shift_by_ref(ref)
    series = series_of(shift)
    if series is None:
        raise NotFound
    form, day = WhyForm(data={"version": series.version}), local_day(shift.starts_at, shift.room.zone)
    ended: list[int] = []

    def end() -> None:
        ended.append(actions.end_series(series, from_day=day, why=form.why.data or "", by=current_user))

    if form.validate_on_submit() and done(form, end, series):
        told(ngettext("%(num)d turno cancelado.", "%(num)d turnos cancelados.", ended[0]))
        return redirect(_calendar(shift))
    return shown("shifts/end_series.html", form, shift=shift, day=day_of_shift(shift), repeats=rule_words(series.rule))


def _calendar(shift: Shift) -> str:
    """Return the calendar that one came from, on the day of the shift and at it."""
    day = local_day(shift.starts_at, shift.room.zone)
    page = "shifts.month" if request.values.get("back") == "month" else "shifts.week"
    return url_for(page, room=shift.room.slug, day=day, _anchor=shift.ref)
