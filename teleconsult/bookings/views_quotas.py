"""What units and other districts may book in a month: shown with what they used, and set by the management."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs are of an older release
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from teleconsult.bookings import queries_quota, settings
from teleconsult.bookings.actions import setting
from teleconsult.bookings.allowance import WEEKDAYS
from teleconsult.errors import NotFound, Refused
from teleconsult.extensions import transaction
from teleconsult.network.directory import specialty_by, unit_by, visit_choices
from teleconsult.people.access import Permission
from teleconsult.people.gate import requires, signed_in
from teleconsult.web import BaseForm, _l, show_refusal
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import in_language

bp = Blueprint("quotas", __name__, url_prefix="/bookings/quotas")


class AllowanceForm(BaseForm):
    """What a unit may book each month; what is left empty is not set."""

    weekday = SelectField(_l("Dia de marcação"), default="")
    forms = IntegerField(_l("Formulários de referência por mês"), [Optional(), NumberRange(0, setting.MOST)])
    sheets = IntegerField(_l("Planilhas de marcação por mês"), [Optional(), NumberRange(0, setting.MOST)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.weekday.choices = [
            SelectChoice("", _("Qualquer dia")),
            *(SelectChoice(str(n), _(word)) for n, word in enumerate(WEEKDAYS)),
        ]


class AgreementForm(BaseForm):
    """What was agreed with another district for a specialty."""

    district = StringField(_l("Distrito"), [DataRequired(_l("Escreva o nome do distrito.")), Length(max=40)])
    specialty = SelectField(_l("Especialidade"), [InputRequired(_l("Escolha a especialidade."))])
    forms = IntegerField(
        _l("Primeiras consultas por mês"),
        [InputRequired(_l("Escreva um número inteiro.")), NumberRange(0, setting.MOST)],
    )


class NumbersForm(BaseForm):
    """Windows and limits of booking."""

    offer_hours = IntegerField(_l("Horas para aceitar uma vaga oferecida"), [InputRequired()])
    sheet_return_days = IntegerField(_l("Dias para devolver a planilha"), [InputRequired()])
    counter_referral_days = IntegerField(_l("Dias até cobrar a contrarreferência"), [InputRequired()])
    overbooking_cap = IntegerField(_l("Vagas a mais por agenda, no máximo"), [InputRequired()])
    overbooking_risk = IntegerField(_l("Risco aceito de vir mais gente que vagas, em por cento"), [InputRequired()])


@bp.get("")
@requires(Permission.MANAGE_QUOTAS)
def index() -> str:
    """Show every allowance with what was used this month."""
    return render_template(
        "bookings/quotas.html",
        units=queries_quota.units_with_allowances(),
        agreements=queries_quota.agreements(),
        weekdays=WEEKDAYS,
        numbers=settings.every(),
    )


@bp.route("/units/<slug>", methods=["GET", "POST"])
@requires(Permission.MANAGE_QUOTAS)
def unit(slug: str) -> Any:
    """Set what a unit may book each month."""
    found = unit_by(slug)
    row = setting.own_allowance(found)
    form = AllowanceForm(obj=row)
    if request.method == "GET" and row is not None:
        form.weekday.data = "" if row.weekday is None else str(row.weekday)
    if form.validate_on_submit() and _done(
        form,
        lambda: setting.set_allowance(
            found,
            weekday=int(form.weekday.data) if form.weekday.data else None,
            forms=form.forms.data,
            sheets=form.sheets.data,
            by=signed_in(),
        ),
    ):
        flash(_("Cota mudada."))
        return redirect(url_for("quotas.index"))
    return render_template("bookings/quota_form.html", form=form, unit=found, row=row), 422 if form.errors else 200


@bp.route("/agreements/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_QUOTAS)
def agree() -> Any:
    """Agree with another district on first visits of a specialty."""
    form = AgreementForm()
    form.specialty.choices = [(row.slug, in_language(row.name_pt, row.name_en)) for row in visit_choices()]
    if form.validate_on_submit() and _done(
        form,
        lambda: setting.agree(
            form.district.data or "", specialty_by(form.specialty.data), forms=form.forms.data or 0, by=signed_in()
        ),
    ):
        flash(_("Acordo registrado."))
        return redirect(url_for("quotas.index"))
    return render_template("bookings/agreement_form.html", form=form), 422 if form.errors else 200


@bp.post("/agreements/<int:number>/end")
@requires(Permission.MANAGE_QUOTAS)
def end_agreement(number: int) -> Response:
    """End an agreement with another district."""
    row = queries_quota.agreement(number)
    if row is None:
        raise NotFound
    with transaction(row):
        setting.end_agreement(row, by=signed_in())
    flash(_("Acordo encerrado. O que foi marcado continua marcado."))
    return redirect(url_for("quotas.index"))


@bp.route("/numbers", methods=["GET", "POST"])
@requires(Permission.MANAGE_QUOTAS)
def numbers() -> Any:
    """Set the windows and limits of booking."""
    form = NumbersForm(data=settings.every())
    if form.validate_on_submit() and _done(
        form, lambda: setting.set_numbers({name: form[name].data for name in settings.DEFAULTS}, by=signed_in())
    ):
        flash(_("Prazos e limites mudados."))
        return redirect(url_for("quotas.index"))
    return render_template("bookings/numbers_form.html", form=form), 422 if form.errors else 200


def _done(form: BaseForm, change: Any) -> bool:
    """Make the change in a transaction; a refusal is said on the form."""
    try:
        with transaction():
            change()
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    return True
