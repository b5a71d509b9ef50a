"""The rules of hours and the factor of the career plan: the next version, its effect on last month, the day it begins."""

from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from teleconsult.credits import previewing, versions, words
from teleconsult.credits import rules as r
from teleconsult.credits.forms import FactorForm, RulesForm
from teleconsult.credits.rules import Rules
from teleconsult.credits.views import show_rules
from teleconsult.credits.views_desk import bp
from teleconsult.errors import Refused
from teleconsult.extensions import transaction
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.web import show_refusal
from teleconsult.web.messages import gettext as _


@bp.get("/rules")
@requires(Permission.MANAGE_CREDITS)
def rules() -> str:
    """Show every version of the rules, and the factors, to who writes them."""
    return show_rules(own=False)


@bp.route("/rules/next", methods=["GET", "POST"])
@requires(Permission.MANAGE_CREDITS)
def next_rules() -> str | Answer | tuple[str, int]:
    """Write the next version; "preview" shows what it would have paid for last month, and saves nothing."""
    found = versions.next_version()
    base = found or versions.every_version()[-1]
    form = RulesForm(version=found.version if found else 0, begins_on=_first_day(found), **_amounts(base))
    if not form.validate_on_submit():
        page = _page(form)
        return (page, 422) if form.errors else page
    try:
        if "preview" in request.form:
            return _page(form, _effect(form))
        with transaction(found, form.version.data if found else None):
            versions.save_next(form.begins_on.data or date.max, form.amounts(), by=current_user)
    except Refused as refusal:
        show_refusal(form, refusal)
        return _page(form), 422
    flash(_("A próxima versão das regras foi guardada. Até o dia em que começa, ainda pode ser mudada."))
    return redirect(url_for("credits_desk.rules"))


def _first_day(found: Any) -> date:
    return (
        found.begins_on
        if found
        else max(r.next_month(r.month_of(versions.today())), versions.today() + timedelta(days=1))
    )


def _amounts(row: Any) -> dict[str, Any]:
    return versions.rules_of(row).amounts()


def _effect(form: RulesForm) -> list[previewing.Effect]:
    amounts: dict[str, Any] = r.amounts_checked(form.amounts())
    month = r.previous_month(r.month_of(versions.today()))
    return previewing.effect(Rules(0, form.begins_on.data or date.max, **amounts), month)


def _page(form: RulesForm, effect: list[previewing.Effect] | None = None) -> str:
    last = r.previous_month(r.month_of(versions.today()))
    return render_template("credits/rules_next.html", form=form, effect=effect, last=last, words=words)


@bp.route("/rules/factor", methods=["GET", "POST"])
@requires(Permission.MANAGE_CREDITS)
def factor() -> str | Answer | tuple[str, int]:
    """Set how many points of the career plan an hour is worth, from a day on."""
    form = FactorForm(begins_on=r.month_of(versions.today()))
    if not form.validate_on_submit():
        page = render_template("credits/factor.html", form=form)
        return (page, 422) if form.errors else page
    try:
        with transaction():
            versions.set_factor(form.begins_on.data or date.max, form.thousandths(), by=current_user)
    except Refused as refusal:
        show_refusal(form, refusal)
        return render_template("credits/factor.html", form=form), 422
    flash(_("O fator foi guardado."))
    return redirect(url_for("credits_desk.rules"))
