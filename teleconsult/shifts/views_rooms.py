"""Rooms and holidays, kept by who keeps the calendar."""

from functools import partial

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from teleconsult import clock
from teleconsult.network.directory import unit_by, unit_choices
from teleconsult.people.access import Permission
from teleconsult.people.confirm import ask
from teleconsult.people.gate import current_user, requires
from teleconsult.shifts import actions, words
from teleconsult.shifts.asked import FIRST_YEAR, LAST_YEAR, day_of
from teleconsult.shifts.blueprint import bp
from teleconsult.shifts.doing import Answer, done, pressed, shown, told
from teleconsult.shifts.forms_rooms import HolidayForm, RoomForm
from teleconsult.shifts.keeping import every_holiday, every_room, holiday_on
from teleconsult.shifts.models import Room
from teleconsult.shifts.queries import room_by_slug
from teleconsult.typed import carried
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext


@bp.get("/rooms")
@requires(Permission.MANAGE_SHIFTS)
def rooms() -> str:
    """List the rooms, closed ones too."""
    return render_template("shifts/rooms.html", rooms=every_room(), words=words)


@bp.route("/rooms/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_SHIFTS)
def new_room() -> Answer | Response:
    """Open a room."""
    form = RoomForm(units=unit_choices())
    made: list[Room] = []

    def make() -> None:
        unit = unit_by(form.unit.data)
        made.append(actions.open_room(kind=form.kind.data, unit=unit, **form.values(), by=current_user))

    if form.validate_on_submit() and done(form, make):
        told(_("Sala criada. Agora publique os turnos dela."))
        return redirect(url_for("shifts.week", room=made[-1].slug))
    return shown("shifts/room.html", form, room=None)


@bp.route("/rooms/<slug>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_SHIFTS)
def edit_room(slug: str) -> Answer | Response:
    """Change a room: its name, how many it takes, when it is open."""
    room = room_by_slug(slug)
    form = RoomForm(units=(), room=room)
    change = partial(actions.change_room, room, by=current_user)
    if form.validate_on_submit() and done(form, lambda: change(**form.values()), room):
        told(_("Sala salva."))
        return redirect(url_for("shifts.rooms"))
    return shown("shifts/room.html", form, room=room)


@bp.post("/rooms/<slug>/close")
@requires(Permission.MANAGE_SHIFTS)
def close_room(slug: str) -> str | Response:
    """Close a room for good, after saying what that means."""
    room = room_by_slug(slug)
    if not request.form.get("sure"):
        return ask(
            _("Fechar %(name)s?", name=room.name),
            [_("Ninguém mais é posto nela. O que aconteceu continua registrado.")],
            yes=_("Fechar a sala"),
            back={"url": url_for("shifts.edit_room", slug=slug), "label": _("Voltar")},
            fields=[("version", request.form.get("version", ""))],
        )
    if pressed(lambda: actions.close_room(room, by=current_user), room, request.form.get("version")):
        told(_("Sala fechada."))
    return redirect(url_for("shifts.rooms"))


@bp.route("/holidays", methods=["GET", "POST"])
@requires(Permission.MANAGE_SHIFTS)
def holidays() -> Answer | Response:
    """Show the holidays of a year, and add one."""
    year = _year()
    form = HolidayForm()
    add = partial(actions.add_holiday, by=current_user)
    if (
        form.validate_on_submit()
        and (day := form.day.data)
        and done(form, lambda: add(day=day, name=form.name.data or ""))
    ):
        told(_("Feriado acrescentado."))
        return redirect(url_for("shifts.holidays", year=day.year))
    return shown("shifts/holidays.html", form, year=year, rows=every_holiday(year), words=words)


def _year() -> int:
    year = carried(request.values.get("year")) or clock.now().astimezone(clock.home()).year
    return min(max(year, FIRST_YEAR), LAST_YEAR)


@bp.post("/holidays/load")
@requires(Permission.MANAGE_SHIFTS)
def load_holidays() -> Response:
    """Take the holidays of a year from the library; what was struck out stays so."""
    year, loaded = _year(), list[int]()
    if pressed(lambda: loaded.append(actions.load_holidays(year, by=current_user))):
        none = _("Os feriados de %(year)d já estavam todos aqui.", year=year)
        told(ngettext("%(num)d feriado carregado.", "%(num)d feriados carregados.", loaded[0]) if loaded[0] else none)
    return redirect(url_for("shifts.holidays", year=year))


@bp.post("/holidays/<day>/strike", endpoint="strike_holiday", defaults={"verb": "remove_holiday"})
@bp.post("/holidays/<day>/restore", endpoint="restore_holiday", defaults={"verb": "restore_holiday"})
@requires(Permission.MANAGE_SHIFTS)
def strike_or_restore_holiday(day: str, verb: str) -> Response:
    """Strike a holiday out, or take it up again."""
    holiday = holiday_on(day_of(day))
    if pressed(lambda: getattr(actions, verb)(holiday, by=current_user), holiday, request.form.get("version")):
        removed = verb == "remove_holiday"
        told(
            _("Em %(day)s, a sala abre.", day=words.day_inside(holiday.day))
            if removed
            else _("Em %(day)s, a sala fecha.", day=words.day_inside(holiday.day)),
            _("Desfazer") if removed else "",
            url_for("shifts.restore_holiday", day=holiday.day) if removed else "",
        )
    return redirect(url_for("shifts.holidays", year=holiday.day.year))
