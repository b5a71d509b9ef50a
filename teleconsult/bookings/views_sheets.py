"""Booking sheets of units without a line: imported with a preview, booked by the district, given back within the week."""

import csv
import io
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import Response as FileResponse
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from teleconsult import audit, clock
from teleconsult.bookings import queries_quota, queries_sheets, sheets
from teleconsult.bookings.actions import sheets as actions
from teleconsult.bookings.models_quota import BookingSheet
from teleconsult.bookings.steps import LISTED, STATE_WORDS, State
from teleconsult.bookings.words import mark_of, visit_time
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.network.directory import unit_by, unit_choices
from teleconsult.network.models import HealthUnit
from teleconsult.people import kept
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires, signed_in
from teleconsult.people.table import MOST_ROWS, decode
from teleconsult.web import BaseForm, _l, say, show_refusal
from teleconsult.web.csv_out import csv_response
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import in_language, local, localdate, localtime

bp = Blueprint("sheets", __name__, url_prefix="/bookings/sheets")

SHOWN = 100
"""Rows that a preview shows; it counts them all."""

MARK, TAKEN = "booking_sheet", "taken_as"


class SheetForm(BaseForm):
    """A sheet, and the unit that sent it."""

    unit = SelectField(_l("Unidade que enviou"), [InputRequired(_l("Escolha a unidade."))])
    file = FileField(_l("Arquivo CSV"), [FileRequired(_l("Escolha o arquivo."))])


class ConfirmSheetForm(BaseForm):
    """That the good rows of a sheet are to be taken."""

    over_why = StringField(_l("Por que passar da cota de planilhas"), [Length(max=300)])


@bp.route("", methods=["GET", "POST"])
@requires(Permission.IMPORT_SHEETS)
def index() -> Any:
    """Show the sheets that came, what is overdue among them, and take another."""
    form, status = SheetForm(), 200
    form.unit.choices = [
        ("", _("Escolha a unidade")),
        *((row.slug, row.name) for row in unit_choices(current_user.supported_district)),
    ]
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                return _preview(unit_by(form.unit.data), decode(form.file.data.read()))
            except Refused as refusal:
                show_refusal(form, refusal)
    page = queries_sheets.sheets_page(signed_in())
    return render_template(
        "bookings/sheets.html",
        form=form,
        page=page,
        today=local(clock.now()).date(),
        columns=[words[0] for words in sheets.HEADINGS.values()],
        most=MOST_ROWS,
    ), status


def _preview(unit: HealthUnit, text: str, form: ConfirmSheetForm | None = None) -> Any:
    """Show what a sheet would bring: the rows that can be taken, and each that cannot, by name."""
    plan = sheets.make_plan(text, unit)
    ref = ""
    if plan.rows:
        user_id = current_user.id
        with transaction():
            ref = kept.keep(user_id, "", [("text", text), (MARK, unit.slug)], kind="import")
    return render_template(
        "bookings/sheet_preview.html",
        unit=unit,
        balance=queries_quota.sheets_words(unit),
        plan=plan,
        bad=[(bad.line, bad.column, say(bad.why)) for bad in plan.bad[:SHOWN]],
        rows=plan.rows[:SHOWN],
        shown=SHOWN,
        ref=ref,
        form=form or ConfirmSheetForm(formdata=None),
    ), 422 if form is not None else 200


@bp.post("/take/<ref>")
@requires(Permission.IMPORT_SHEETS)
def take(ref: str) -> Any:
    """Take the good rows of a preview; whoever sends it again is led to what came of it."""
    row, form = kept.find(ref, current_user.id, kind="import"), ConfirmSheetForm()
    content = dict(row.content) if row is not None else {}
    if TAKEN in content:
        return _taken(queries_sheets.sheet_by(content[TAKEN], signed_in()))
    if MARK not in content:
        flash(_("Esta conferência não vale mais. Envie a planilha de novo para conferir."), "warning")
        return redirect(url_for("sheets.index"))
    # Who was moved to another district since the preview takes nothing for the one before.
    text, unit = content["text"], queries_sheets.unit_of(content[MARK], signed_in())
    if not form.validate():
        return _preview(unit, text, form)
    try:
        with transaction():
            made = actions.take(unit, text, by=signed_in(), over_why=form.over_why.data or "")
            made_ref, count = made.ref, len(made.lines)
            kept.settle(ref, current_user.id, [(TAKEN, made_ref)])
    except (Refused, Overtaken) as fault:
        return _not_taken(queries_sheets.unit_of(content[MARK], signed_in()), text, form, fault)
    flash(ngettext("%(num)d paciente na planilha.", "%(num)d pacientes na planilha.", count))
    return redirect(url_for("sheets.show", ref=made_ref))


def _not_taken(unit: HealthUnit, text: str, form: ConfirmSheetForm, fault: Refused | Overtaken) -> Any:
    there = actions.taken_today(unit, text)
    if there is not None:
        return _taken(there)
    if isinstance(fault, Refused):
        show_refusal(form, fault)
    else:
        flash(_("Outra planilha entrou neste momento, e esta não foi importada. Confira de novo."), "warning")
    return _preview(unit, text, form)


def _taken(sheet: BookingSheet) -> Response:
    """Say that a sheet came already, by whom and when, and lead to it."""
    when = localtime(sheet.imported_at)
    if sheet.imported_by_id == current_user.id:
        flash(_("Você já importou esta planilha: %(when)s. Nada entrou de novo.", when=when), "warning")
    else:
        name = sheet.imported_by.full_name
        flash(
            _("%(person)s já importou esta planilha: %(when)s. Nada entrou de novo.", person=name, when=when), "warning"
        )
    return redirect(url_for("sheets.show", ref=sheet.ref))


@bp.get("/<ref>")
@requires(Permission.IMPORT_SHEETS)
def show(ref: str) -> str:
    """Show a sheet, what is booked of it, and what is still to be booked."""
    sheet = queries_sheets.sheet_by(ref, signed_in())
    lines = queries_sheets.lines_of(sheet)
    return render_template(
        "bookings/sheet.html",
        sheet=sheet,
        lines=[(line, mark_of(line.state), visit_time(line.at, line.zone)) for line in lines],
        listed=LISTED,
        left=queries_sheets.left_of(lines),
        late=sheet.returned_at is None and sheet.due_on < local(clock.now()).date(),
    )


@bp.get("/<ref>/sheet.csv")
@requires(Permission.IMPORT_SHEETS)
def download(ref: str) -> FileResponse:
    """Give the sheet back as CSV, in the columns of Quadro 2, with the bookings made; recorded as an export."""
    sheet = queries_sheets.sheet_by(ref, signed_in())
    lines, name, user_id, subject = queries_sheets.lines_of(sheet), f"{sheet.ref}.csv", current_user.id, sheet.ref
    with transaction():
        audit.record("system", "sheet.export", by_id=user_id, subject=subject, cases=[row.case_ref for row in lines])
    heads = [*(words[0] for words in sheets.HEADINGS.values()), "SITUAÇÃO", "DIA E HORA", "MÉDICO", "LOCAL"]
    return csv_response(name, heads, [_csv_row(line) for line in lines])


def _csv_row(line: Any) -> list[str]:
    return [
        line.name,
        localdate(line.birth_date),
        line.mother_name,
        line.address,
        line.neighbourhood,
        line.municipality,
        in_language(line.name_pt, line.name_en),
        _(STATE_WORDS[State(line.state)]),
        visit_time(line.at, line.zone),
        line.specialist_name or "",
        ", ".join(filter(None, (line.place, line.room))),
    ]


@bp.post("/<ref>/give-back")
@requires(Permission.IMPORT_SHEETS)
def give_back(ref: str) -> Response:
    """Say that the sheet went back to its unit."""
    sheet = queries_sheets.sheet_by(ref, signed_in())
    try:
        with transaction(sheet, request.form.get("version")):
            actions.give_back(sheet, by=signed_in())
        flash(_("Planilha devolvida à unidade."))
    except Refused as refusal:
        flash(say(refusal), "warning")
    return redirect(url_for("sheets.index"))


@bp.get("/template.csv")
@requires(Permission.IMPORT_SHEETS)
def template() -> FileResponse:
    """Give a sheet with the heading alone, as the spreadsheet programs of Brazil open it."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerow(words[0] for words in sheets.HEADINGS.values())
    return FileResponse(
        out.getvalue().encode("utf-8-sig"),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="planilha-de-marcacao.csv"'},
    )
