"""The agenda: the day with its attendance on one screen, publishing sessions, changing them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from teleconsult import clock, events
from teleconsult.bookings import actions, agenda_look, card, queries_agenda
from teleconsult.bookings.agenda import weekly
from teleconsult.bookings.forms_agenda import MissForm, MoveSessionForm, PublishForm, WhyForm
from teleconsult.bookings.queries import request_by
from teleconsult.bookings.stepping import already_changed, nobody_else
from teleconsult.bookings.world import last_booking
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.network.directory import specialty_by, unit_by, unit_choices, visit_choices
from teleconsult.people import queries as people
from teleconsult.people.access import Permission, Role
from teleconsult.people.gate import acting_role, current_user, requires, signed_in
from teleconsult.people.models import User
from teleconsult.shifts.asked import FIRST_YEAR, LAST_YEAR
from teleconsult.typed import legible, read_day
from teleconsult.web import say, show_overtaken, show_refusal
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import in_language, local

bp = Blueprint("agenda", __name__, url_prefix="/bookings/agenda")

AHEAD = timedelta(days=28)


@events.panel("nav", order=27)
def _agenda_item(user: User) -> dict[str, Any] | None:
    if Permission.READ_AGENDA not in user.permissions or acting_role() != Role.CONSULTANT:
        return None
    current = (request.endpoint or "").startswith("agenda.")
    return {
        "label": _("Consultas"), "icon": "inperson", "url": url_for("agenda.day"), "count": 0, "count_new": False,
        "current": current,
    }  # fmt: skip


def _day_asked() -> date:
    text = request.args.get("day", "")
    try:
        found = read_day(text, "day") if text else local(clock.now()).date()
    except Refused:
        abort(404)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        abort(404)
    return found


@bp.get("")
@requires(Permission.READ_AGENDA)
def day() -> str:
    """Show the sessions of a day with who is booked, and mark who came."""
    user, on = signed_in(), _day_asked()
    sessions = queries_agenda.sessions_on(on, user)
    return render_template(
        "bookings/day.html",
        day=on,
        before=on - timedelta(days=1),
        after=on + timedelta(days=1),
        today=local(clock.now()).date(),
        sessions=agenda_look.sessions(sessions, user),
        coming=queries_agenda.days_with_sessions(on, on + AHEAD, user),
        runs=Permission.RUN_AGENDA in user.permissions,
        manages=Permission.MANAGE_QUOTAS in user.permissions,
        miss=MissForm(formdata=None),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.RUN_AGENDA)
def new() -> Any:
    """Publish a session, or sessions that come again."""
    form = PublishForm()
    named = [(row.slug, in_language(row.name_pt, row.name_en)) for row in visit_choices()]
    form.specialty.choices = [("", _("Escolha")), *named]
    form.unit.choices = [(row.slug, row.name) for row in unit_choices()]
    form.specialist.choices = [
        ("", _("Quem não tem conta: escreva o nome")),
        *((row.ref, f"{row.title} {row.name}".strip()) for row in queries_agenda.consultants()),
    ]
    if request.method == "GET" and current_user.unit is not None:
        form.unit.data = current_user.unit.slug
    status = 200
    if request.method == "POST":
        made = _try(form, lambda: actions.publish(_plan(form), by=signed_in())) if form.validate() else None
        if made:
            flash(ngettext("%(num)d dia publicado na agenda.", "%(num)d dias publicados na agenda.", len(made)))
            return redirect(url_for("agenda.day", day=made[0].day.isoformat()))
        status = 422
    return render_template("bookings/publish.html", form=form), status


def _plan(form: PublishForm) -> actions.Plan:
    person = people.person_by_ref(form.specialist.data) if form.specialist.data else None
    first_day = form.first_day.data or local(clock.now()).date()
    return actions.Plan(
        unit=unit_by(form.unit.data),
        specialty=specialty_by(form.specialty.data),
        specialist=person,
        specialist_name=person.full_name if person else (form.specialist_name.data or ""),
        room=form.room.data or "",
        first_day=first_day,
        starts=form.minute(),
        slot_minutes=form.slot_minutes.data or 0,
        first=form.first.data or 0,
        returns=form.returns.data or 0,
        rule=weekly(form.weekdays.data or []) if form.repeats.data else "",
        until=form.until.data if form.repeats.data else None,
        without=form.exceptions(),
    )


def _try(form: Any, act: Callable[[], Any], subject: Any = None) -> Any:
    """Act in a transaction and return what came of it; None when it was refused, which is said on the form."""
    try:
        with transaction(subject):
            return act()
    except Refused as refusal:
        show_refusal(form, refusal)
    except Overtaken:
        show_overtaken(form, _("Nada foi gravado. Confira o que mudou e tente de novo."))
    return None


@bp.get("/sessions/<ref>")
@requires(Permission.RUN_AGENDA)
def session(ref: str) -> str:
    """Show one session: block and open its slots, cancel it, add a place."""
    found = queries_agenda.session_by(ref)
    return render_template(
        "bookings/session.html", session=agenda_look.sessions([found], signed_in())[0], why=WhyForm(formdata=None)
    )


@bp.route("/sessions/<ref>/cancel", methods=["GET", "POST"])
@requires(Permission.RUN_AGENDA)
def cancel_session(ref: str) -> Any:
    """Cancel a session: everybody booked in it goes back to the list."""
    found, form, status = queries_agenda.session_by(ref), WhyForm(), 200
    if request.method == "POST":
        row = queries_agenda.session_row(ref)
        count = (
            _try(form, lambda: actions.cancel_session(row, form.why.data or "", by=signed_in()), row)
            if form.validate()
            else None
        )
        if count is not None:
            flash(
                ngettext(
                    "Agenda cancelada. %(num)d pedido voltou à lista sem perder o tempo de espera.",
                    "Agenda cancelada. %(num)d pedidos voltaram à lista sem perder o tempo de espera.",
                    count,
                )
            )
            return redirect(url_for("agenda.day", day=found.row.day.isoformat()))
        status = 422
    return render_template(
        "bookings/cancel_session.html", form=form, session=agenda_look.session(found, signed_in())
    ), status


@bp.route("/sessions/<ref>/move", methods=["GET", "POST"])
@requires(Permission.RUN_AGENDA)
def move_session(ref: str) -> Any:
    """Move a session to another day or hour: everybody booked in it moves along."""
    found, form, status = queries_agenda.session_by(ref), MoveSessionForm(), 200
    if request.method == "POST":
        row = queries_agenda.session_row(ref)
        day = form.day.data or found.row.day
        counts = (
            _try(form, lambda: actions.move_session(row, day, form.minute(), form.why.data or "", by=signed_in()), row)
            if form.validate()
            else None
        )
        if counts is not None:
            flash(ngettext("%(num)d consulta mudou junto.", "%(num)d consultas mudaram junto.", counts[0]))
            if counts[1]:
                flash(ngettext("%(num)d voltou à lista.", "%(num)d voltaram à lista.", counts[1]), "warning")
            return redirect(url_for("agenda.day", day=day.isoformat()))
        status = 422
    else:
        here = found.row.starts_at.astimezone(ZoneInfo(found.row.zone))
        form.day.data, form.starts.data = found.row.day, here.time()
    return render_template(
        "bookings/move_session.html", form=form, session=agenda_look.session(found, signed_in())
    ), status


@bp.post("/sessions/<ref>/<int:number>/block", endpoint="block", defaults={"verb": "block"})
@bp.post("/sessions/<ref>/<int:number>/unblock", endpoint="unblock", defaults={"verb": "unblock"})
@bp.post("/sessions/<ref>/<int:number>/add", endpoint="add_place", defaults={"verb": "add_place"})
@requires(Permission.RUN_AGENDA)
def change_slot(ref: str, number: int, verb: str) -> Response:
    """Block a slot with its reason, open it again, or add a place at its hour."""
    slot, form = queries_agenda.slot_row(ref, number), WhyForm()
    if verb == "block" and not form.validate():
        flash(_said(form), "warning")
        return redirect(url_for("agenda.session", ref=ref))

    def act() -> bool:
        if verb == "block":
            actions.block(slot, form.why.data or "", by=signed_in())
        elif verb == "unblock":
            actions.unblock(slot, by=signed_in())
        else:
            actions.add_place(slot.session, number=number, by=signed_in())
        return True

    freed = _("Horário bloqueado. Quem estava nele voltou à lista de espera, e a unidade recebe o aviso.")
    words = {
        "block": freed if slot.request_id is not None else _("Horário bloqueado."),
        "unblock": _("Horário aberto."),
        "add_place": _("Vaga acrescentada."),
    }
    done = _try(form, act)
    flash(words[verb] if done else _said(form), "message" if done else "warning")
    return redirect(url_for("agenda.session", ref=ref))


def _said(form: Any) -> str:
    return " ".join(str(line) for line in [*form.form_errors, *(error for field in form for error in field.errors)])


@bp.post("/visits/<ref>/attend", endpoint="attend", defaults={"verb": "attend"})
@bp.post("/visits/<ref>/miss", endpoint="miss", defaults={"verb": "miss"})
@bp.post("/visits/<ref>/correct", endpoint="correct", defaults={"verb": "correct"})
@requires(Permission.RUN_AGENDA)
def mark(ref: str, verb: str) -> Response:
    """Mark that a patient came or did not, or take the mark back; marked twice is said."""
    found = request_by(ref)
    words = {
        "attend": _("Presença anotada."),
        "miss": _("Falta anotada. A unidade recebe o aviso."),
        "correct": _("Presença desfeita: anote de novo."),
    }
    try:
        with transaction(found, request.form.get("version")):
            if verb == "attend":
                actions.attend(found, by=signed_in())
            elif verb == "miss":
                actions.miss(found, request.form.get("cause", ""), by=signed_in())
            else:
                actions.correct(found, legible(request.form.get("why", "")), by=signed_in())
        flash(words[verb])
    except Refused as refusal:
        flash(say(refusal), "warning")
    except Overtaken:
        own = nobody_else(card.last_step(request_by(ref)))
        flash(already_changed() if own else _("Outra pessoa anotou esta consulta há pouco. Confira abaixo."), "warning")
    # A day of twenty is marked from its middle on: the page comes back at the visit, not at its top.
    booking = last_booking(found)
    place = f"vaga-{booking.session.ref}-{booking.slot.number}" if booking is not None else None
    return redirect(url_for("agenda.day", day=request.form.get("day") or None, _anchor=place))
