"""Missed visits, with how sure the figures are; and what further bookings in one session would risk."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from teleconsult import clock
from teleconsult.bookings import absence_look, actions, queries_absence, settings
from teleconsult.bookings.overbooking import suggest
from teleconsult.bookings.queries_agenda import session_row
from teleconsult.errors import Refused
from teleconsult.extensions import transaction
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.web import VersionedForm, _l, show_refusal
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext

bp = Blueprint("absence", __name__, url_prefix="/bookings")

MONTHS = {"3": 92, "6": 183, "12": 366}
"""What one may ask for: days that the months are taken to have."""


@bp.get("/absence")
@requires(Permission.READ_AGENDA)
def absence() -> str:
    """Show the share of missed visits by specialty, unit, neighbourhood and lead time, each with its interval."""
    months = request.args.get("months", "12")
    months = months if months in MONTHS else "12"
    since = clock.now() - timedelta(days=MONTHS[months])
    lead = queries_absence.by_lead_time(since)
    return render_template(
        "bookings/absence.html",
        months=months,
        choices=[(value, ngettext("%(num)d mês", "%(num)d meses", int(value))) for value in MONTHS],
        total=absence_look.total(lead),
        bars=absence_look.bars(lead),
        lead=absence_look.rows(lead),
        tables=[
            (_("Por especialidade"), absence_look.rows(queries_absence.by_specialty(since))),
            (_("Por unidade"), absence_look.rows(queries_absence.by_unit(since))),
            (_("Por bairro do paciente"), absence_look.rows(queries_absence.by_neighbourhood(since))),
        ],
    )


class AddPlacesForm(VersionedForm):
    """How many places to add; the suggestion is filled in, and a person decides."""

    extra = IntegerField(_l("Vagas a mais"), [InputRequired(), NumberRange(min=1, max=20)])


@bp.route("/agenda/sessions/<ref>/overbooking", methods=["GET", "POST"])
@requires(Permission.RUN_AGENDA)
def overbooking(ref: str) -> str | Response | tuple[str, int]:
    """Show what further bookings in one session would bring and risk, and add them when a person says so."""
    session = session_row(ref)
    look, cap = _outlook(session), settings.number("overbooking_cap")
    given = sum(slot.extra for slot in session.slots)
    form = AddPlacesForm(version=session.version, extra=max(0, look.made.extra - given) or None)
    if form.validate_on_submit():
        try:
            with transaction(session, form.version.data):
                actions.add_places(session, form.extra.data or 0, by=current_user)
            flash(
                ngettext(
                    "%(num)d vaga a mais nesta agenda.", "%(num)d vagas a mais nesta agenda.", form.extra.data or 0
                )
            )
            return redirect(url_for("agenda.session", ref=ref))
        except Refused as refusal:
            show_refusal(form, refusal)
    page = render_template("bookings/overbooking.html", session=session, look=look, cap=cap, given=given, form=form)
    return (page, 422) if form.errors else page


def _outlook(session: Any) -> absence_look.Outlook:
    rate = queries_absence.rate_of_session(session, clock.now() - timedelta(days=MONTHS["12"]))
    places = sum(not slot.extra and slot.blocked_at is None for slot in session.slots)
    limit = settings.number("overbooking_risk") / 100
    made = suggest(max(1, places), 1 - rate.expected, limit=limit, cap=settings.number("overbooking_cap"))
    return absence_look.outlook_of(rate, made, limit)
