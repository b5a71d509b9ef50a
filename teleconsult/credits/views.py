"""The statement of hours: one's own, month by month, with its lines, its spreadsheet and its disputes."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from teleconsult import audit, clock
from teleconsult.cases.still import still_seen
from teleconsult.credits import chart, closing, correcting, statement, versions, words
from teleconsult.credits import rules as r
from teleconsult.errors import NotFound, Refused
from teleconsult.events import panel
from teleconsult.extensions import transaction_apart
from teleconsult.people.access import Permission, Role
from teleconsult.people.gate import acting_role, current_user, requires, signed_in
from teleconsult.people.models import User
from teleconsult.web import BaseForm, _l, page_by_key, show_refusal, twice
from teleconsult.web.csv_out import csv_response
from teleconsult.web.messages import gettext as _

bp = Blueprint("credits", __name__)

BY_NEWEST = ((statement.E.day, True), (statement.E.id, True))


@panel("nav", order=50)
def hours_in_nav(user: User) -> dict[str, Any] | None:
    """Lead consultants to their hours, and managers to everybody's."""
    role = acting_role()
    if role == Role.CONSULTANT and Permission.OWN_HOURS in user.permissions:
        return _item("credits.hours", request.path.startswith("/hours"))
    if role == Role.MANAGER and Permission.MANAGE_CREDITS in user.permissions:
        return _item("credits_desk.overview", request.path.startswith("/credits"))
    return None


def _item(endpoint: str, current: bool) -> dict[str, Any]:
    return {
        "label": _("Horas"), "icon": "hours", "url": url_for(endpoint), "count": 0, "count_new": False, "current": current,
    }  # fmt: skip


@panel("account", order=20)
def hours_in_account(user: User) -> dict[str, str] | None:
    """Lead from the account to one's own hours."""
    if Permission.OWN_HOURS not in user.permissions:
        return None
    return {
        "url": url_for("credits.hours"), "label": _("Minhas horas"), "icon": "hours",
        "text": _("extrato de horas de crédito e declarações"),
    }  # fmt: skip


@panel("notice")
def dispute_of_notice(ref: str, user: User, **_facts: Any) -> str | None:
    """Lead from a notice about a dispute or a declaration to where this person follows it."""
    if ref.startswith("DC-"):
        return url_for("credits_papers.issued", ref=ref)
    if not ref.startswith("CO-"):
        return None
    endpoint = "credits_desk.dispute" if Permission.MANAGE_CREDITS in user.permissions else "credits.followed"
    return url_for(endpoint, ref=ref)


class DisputeForm(BaseForm):
    """What is not right about a line."""

    words = TextAreaField(
        _l("O que não confere?"),
        [DataRequired(_l("Diga o que não confere.")), Length(max=correcting.WORDS_MOST)],
    )


@bp.get("/hours")
@bp.get("/hours/<month>")
@requires(Permission.OWN_HOURS)
def hours(month: str = "") -> str:
    """Show one's own statement of a month: the running one, or any other."""
    return show_statement(signed_in(), words.read_month(month) if month else r.month_of(versions.today()))


def _seen(lines: Iterable[Any]) -> frozenset[str]:
    """Return which cases of one's own lines still open: whoever asked on a case once may see it no more."""
    return still_seen(signed_in(), [line.subject for line in lines if line.subject])


def show_statement(person: User, month: date, own: bool = True) -> str:
    """Return the page of a person's statement: theirs, or as a manager reads it."""
    found = statement.statement_of(person, month)
    query, given = statement.lines(person.id, month)
    page = page_by_key(query, BY_NEWEST, given=given)
    here = (
        url_for("credits.hours", month=words.month_path(month))
        if own
        else url_for("credits_desk.person", ref=person.ref, month=words.month_path(month))
    )
    running = r.month_of(versions.today())
    return render_template(
        "credits/statement.html",
        own=own, consults=found.consults, found=found, page=page, disputes=statement.disputes_of([row.id for row in page.rows]),
        seen=_seen(page.rows) if own else (),
        bars=chart.bars(found.sums, found.month == running), names=[words.month_short(one.month) for one in found.sums],
        values=[words.hours(one.total) for one in found.sums], words=words, here=here,
        running=running, earlier=r.previous_month(month), later=r.next_month(month) if month < running else None,
    )  # fmt: skip


@bp.get("/hours/rules")
@requires(Permission.OWN_HOURS)
def rules() -> str:
    """Show the rules to whom they count for: each line of a statement names its version."""
    return show_rules(own=True)


def show_rules(own: bool) -> str:
    """Return the page of every version of the rules, and of the factors: as they are read, or as a manager changes them."""
    found, today = versions.every_version(), versions.today()
    return render_template(
        "credits/rules.html",
        own=own, versions=list(reversed(found)), today=today, inside=r.INSIDE_WORDS, factors=versions.every_factor(),
        next=versions.next_version(), in_force=r.in_force([versions.rules_of(v) for v in found], today).number,
        words=words,
    )  # fmt: skip


@bp.get("/hours/<month>/export.csv")
@requires(Permission.OWN_HOURS)
def export(month: str) -> Response:
    """Give one's own lines of a month as a spreadsheet."""
    of = words.read_month(month)
    record_export(request.path)
    return spreadsheet(signed_in(), of)


def record_export(path: str) -> None:
    """Record that hours leave the product as a file."""
    with transaction_apart():
        audit.record(f"reader:{current_user.ref}", "credits.export", by_id=current_user.id, asked=path)


def spreadsheet(person: User, month: date) -> Response:
    """Return the lines of a person's month, and their sum, as a spreadsheet."""
    rows = statement.every_line(person.id, month)
    heads = [_("Dia"), _("Minutos"), _("Origem"), _("Código"), _("Motivo"), _("Mês contábil")]
    told: list[list[object]] = [
        [
            row.day.isoformat(), row.minutes, words.title_of(row, row.name_pt or ""), row.subject, words.reason_of(row),
            words.month_path(row.month),
        ]
        for row in rows
    ]  # fmt: skip
    total = [[_("Total"), sum(row.minutes for row in rows), "", "", "", words.month_path(month)]]
    return csv_response(f"horas-{person.ref}-{words.month_path(month)}.csv", heads, [*told, *total])


@bp.get("/hours/shifts/<ref>")
@requires(Permission.OWN_HOURS)
def shift(ref: str) -> str:
    """Show one's own shift, and every line it earned."""
    person_id = signed_in().id
    found = statement.shift_of(person_id, ref)
    lines = statement.lines_of_shift(person_id, found)
    disputes = statement.disputes_of([row.id for row in lines])
    missed = found.came is None and found.ends_at <= clock.now()
    over = missed and closing.is_past_noting(found)
    return render_template(
        "credits/shift.html",
        shift=found,
        lines=lines,
        disputes=disputes,
        words=words,
        missed=missed,
        over=over,
        seen=_seen(lines),
    )


@bp.route("/hours/lines/<path:source>", methods=["GET", "POST"])
@requires(Permission.OWN_HOURS)
def dispute(source: str) -> str | Answer | tuple[str, int]:
    """Let a person say that a line is not right."""
    entry = correcting.entry_for(current_user, source)
    form = DisputeForm()
    line = statement.line(entry.id)
    if not form.validate_on_submit():
        page = render_template("credits/dispute.html", form=form, line=line, seen=_seen([line]), words=words)
        return (page, 422) if form.errors else page
    refs: list[str] = []
    try:
        twice(lambda: refs.append(correcting.dispute(entry, form.words.data or "", by=current_user).ref))
    except Refused as refusal:
        show_refusal(form, refusal)
        return render_template("credits/dispute.html", form=form, line=line, seen=_seen([line]), words=words), 422
    flash(_("Contestação enviada à gerência. A resposta aparece aqui e nos avisos."))
    return redirect(url_for("credits.followed", ref=refs[-1]))


@bp.get("/hours/disputes/<ref>")
@requires(Permission.OWN_HOURS)
def followed(ref: str) -> str:
    """Show one's own dispute and what came of it."""
    found = correcting.dispute_called(ref)
    if found.person_id != current_user.id:
        raise NotFound
    line = statement.line(found.entry_id)
    return render_template("credits/followed.html", found=found, line=line, seen=_seen([line]), words=words)
