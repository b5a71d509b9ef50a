"""What managers do with hours: months and their review, disputes and corrections, what people and units earned."""

from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from teleconsult import audit
from teleconsult.credits import closing, correcting, listing, statement, versions, words
from teleconsult.credits import rules as r
from teleconsult.credits.forms import AnswerForm, CloseForm, CorrectionForm
from teleconsult.credits.late import too_late
from teleconsult.credits.models import CreditDispute, CreditEntry
from teleconsult.credits.views import record_export, show_statement, spreadsheet
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import transaction, transaction_apart
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires, signed_in
from teleconsult.people.models import User
from teleconsult.people.queries import person_by_ref
from teleconsult.shifts.models import Shift
from teleconsult.typed import read_minutes
from teleconsult.web import page_by_key, say, show_refusal
from teleconsult.web.csv_out import csv_response
from teleconsult.web.messages import gettext as _

bp = Blueprint("credits_desk", __name__, url_prefix="/credits")

ON_REVIEW = 10
BY_NAME = ((User.name, False), (User.id, False))
BY_NUMBER = ((CreditEntry.id, False),)
BY_BEGINNING = ((Shift.starts_at, False), (Shift.id, False))
BY_AGE = ((CreditDispute.opened_at, True), (CreditDispute.id, True))


@bp.get("")
@requires(Permission.MANAGE_CREDITS)
def overview() -> str:
    """Show the months, what waits for an answer, and the rules of the day."""
    return render_template(
        "credits/overview.html",
        months=closing.months(), waiting=listing.open_disputes(), rules=versions.every_version(),
        next=versions.next_version(), factors=versions.every_factor(), words=words, today=versions.today(),
        running=r.month_of(versions.today()),
    )  # fmt: skip


@bp.get("/months/<month>")
@requires(Permission.MANAGE_CREDITS)
def review(month: str) -> str:
    """Show a month before it is closed: who earned what, and what looks odd."""
    return _review(words.read_month(month), CloseForm())


def _review(of: date, form: CloseForm, sentence: str = "") -> str:
    people = page_by_key(closing.people_in(of), BY_NAME, ON_REVIEW)
    odd = closing.first_oddities(of, ON_REVIEW + 1)
    found = next((m for m in closing.months(240) if m.month == of), closing.Month(of, 0, 0, None, ""))
    unnoted, until_closed = closing.count_unnoted(of)
    return render_template(
        "credits/review.html",
        month=of, found=found, people=people, sums=closing.sums_of(of, [row.id for row in people.rows]),
        odd=odd[:ON_REVIEW], more_odd=len(odd) > ON_REVIEW, odd_words=closing.ODD_WORDS, form=form, words=words,
        unnoted=unnoted, until_closed=until_closed, first_unnoted=closing.first_unnoted(of, ON_REVIEW),
        why_not=partial(closing.why_not_noted, user=signed_in(), is_open=found.is_open),
        sentence=sentence, waiting=closing.open_disputes(of), still_open=closing.still_open(of),
        over=of < r.month_of(versions.today()),
    )  # fmt: skip


@bp.get("/months/<month>/odd")
@requires(Permission.MANAGE_CREDITS)
def oddities(month: str) -> str:
    """Show every line of a month that looks odd."""
    of = words.read_month(month)
    page = page_by_key(closing.oddities(of), BY_NUMBER)
    return render_template("credits/odd.html", month=of, page=page, odd_words=closing.ODD_WORDS, words=words)


@bp.get("/months/<month>/unnoted")
@requires(Permission.MANAGE_CREDITS)
def unnoted(month: str) -> str:
    """Show every shift of a month of which nobody said who was there."""
    of = words.read_month(month)
    page = page_by_key(closing.unnoted(of), BY_BEGINNING)
    why_not = partial(closing.why_not_noted, user=signed_in(), is_open=not closing.is_closed(of))
    return render_template("credits/unnoted.html", month=of, page=page, why_not=why_not, words=words)


@bp.post("/months/<month>/close")
@requires(Permission.MANAGE_CREDITS)
def close(month: str) -> Answer | tuple[str, int]:
    """Close a month for good."""
    of, form = words.read_month(month), CloseForm()
    try:
        with transaction():
            closing.close(of, by=current_user)
    except Refused as refusal:
        return _review(of, form, say(refusal)), 422
    flash(_("O mês foi fechado. Correções entram no mês aberto."))
    return redirect(url_for("credits_desk.review", month=month))


@bp.get("/people/<ref>/<month>")
@requires(Permission.MANAGE_CREDITS)
def person(ref: str, month: str) -> str:
    """Show somebody's statement; that it was read is recorded."""
    found, of = person_by_ref(ref), words.read_month(month)
    page = show_statement(found, of, own=False)
    with transaction_apart():
        audit.record(f"reader:{current_user.ref}", "credits.view", by_id=current_user.id, subject=ref, month=month)
    return page


@bp.get("/people/<ref>/<month>/export.csv")
@requires(Permission.MANAGE_CREDITS)
def person_export(ref: str, month: str) -> Response:
    """Give somebody's lines of a month as a spreadsheet."""
    of = words.read_month(month)
    record_export(request.path)
    return spreadsheet(person_by_ref(ref), of)


@bp.get("/export.csv")
@requires(Permission.MANAGE_CREDITS)
def export() -> Response:
    """Give what each person earned in a span of months, by unit, for the human-resources body."""
    since, until = listing.span_asked(request.args)
    record_export(f"{since:%Y-%m}..{until:%Y-%m}")
    heads = [
        _("Unidade"), _("CNES"), _("Código"), _("Nome"), _("Registro"), _("Minutos de turno"), _("Minutos de trabalho"),
        _("Minutos de atividades"), _("Total em minutos"), _("Pontos no PCCV"),
    ]  # fmt: skip
    return csv_response(f"horas-{since:%Y%m}-{until:%Y%m}.csv", heads, listing.by_unit(since, until))


@bp.get("/disputes")
@requires(Permission.MANAGE_CREDITS)
def disputes() -> str:
    """List disputes, those that wait first."""
    state = request.args.get("state", "open")
    state = state if state in listing.STATES else "open"
    page = page_by_key(listing.disputes(state), BY_AGE)
    return render_template("credits/disputes.html", page=page, state=state, states=listing.STATES, words=words)


@bp.route("/disputes/<ref>", methods=["GET", "POST"])
@requires(Permission.MANAGE_CREDITS)
def dispute(ref: str) -> str | Answer | tuple[str, int]:
    """Answer a dispute: accepted with a correction, or declined with the reason."""
    found = correcting.dispute_called(ref)
    form = AnswerForm(version=found.version)
    shown = {"found": found, "line": statement.line(found.entry_id), "worth": correcting.stands_at(found.entry)}
    if form.validate_on_submit():
        try:
            with transaction(found, form.version.data):
                _answer(found, form)
        except Refused as refusal:
            show_refusal(form, refusal)
        except Overtaken:
            return too_late(form, request.path, found.answered_by_id, found.answer)
        else:
            flash(_("A resposta foi enviada a quem contestou."))
            return redirect(url_for("credits_desk.dispute", ref=ref))
    page = render_template("credits/answer.html", form=form, words=words, **shown)
    return (page, 422) if form.errors else page


def _answer(found: CreditDispute, form: AnswerForm) -> None:
    if form.decision.data == "accept":
        minutes = read_minutes(form.minutes.data or "")
        correcting.accept(found, minutes, answer=form.answer.data or "", by=current_user)
    else:
        correcting.decline(found, answer=form.answer.data or "", by=current_user)


@bp.route("/lines/<path:source>", methods=["GET", "POST"])
@requires(Permission.MANAGE_CREDITS)
def correct(source: str) -> str | Answer | tuple[str, int]:
    """Write what a line should have been worth, as an entry that names it."""
    entry = listing.entry_called(source)
    worth = correcting.stands_at(entry)
    form = CorrectionForm(minutes=worth)
    shown: dict[str, Any] = {"line": statement.line(entry.id), "worth": worth, "person": entry.person, "words": words}
    if form.validate_on_submit():
        try:
            with transaction():
                correcting.correct(entry, form.minutes.data or 0, why=form.why.data or "", by=current_user)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            flash(
                _(
                    "A correção foi lançada: o lançamento agora vale %(hours)s.",
                    hours=words.hours(form.minutes.data or 0),
                )
            )
            return redirect(
                url_for(
                    "credits_desk.person", ref=entry.person.ref, month=words.month_path(r.month_of(versions.today()))
                )
            )
    page = render_template("credits/correct.html", form=form, **shown)
    return (page, 422) if form.errors else page
