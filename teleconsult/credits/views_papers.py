"""Papers of hours: asking for a declaration, having it again, revoking it, and statements as PDF."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer
from wtforms import SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs are of an older release
from wtforms.validators import DataRequired, InputRequired, Length

from teleconsult.credits import declaring, papers, versions, words
from teleconsult.credits import rules as r
from teleconsult.credits.declaring import Asked
from teleconsult.credits.late import too_late
from teleconsult.credits.models_activities import CreditDeclaration
from teleconsult.credits.views import record_export
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires, signed_in
from teleconsult.people.models import User
from teleconsult.people.queries import person_by_ref
from teleconsult.web import BaseForm, VersionedForm, _l, page_by_key, show_refusal, twice
from teleconsult.web.dates import DayField
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import language_names

bp = Blueprint("credits_papers", __name__)

BY_NEWEST = ((CreditDeclaration.id, True),)


class DeclarationForm(BaseForm):
    """Which declaration is wanted."""

    audience = SelectField(_l("Declaração"))
    from_on = DayField(_l("De"), [InputRequired(_l("Escreva o primeiro dia."))], near=True)
    until_on = DayField(_l("Até"), [InputRequired(_l("Escreva o último dia."))], near=True)
    language = SelectField(_l("Língua"))

    def __init__(self, *args: Any, audiences: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.audience.choices = [SelectChoice(one, papers.title_of(one)) for one in audiences]
        self.language.choices = [SelectChoice(code, name) for code, name in language_names().items()]

    def asked(self) -> Asked:
        """Return what was asked for."""
        return Asked(
            self.audience.data or "", self.from_on.data or date.min, self.until_on.data or date.min, self.language.data or ""
        )  # fmt: skip


class RevokeForm(VersionedForm):
    """Why a declaration becomes void."""

    why = TextAreaField(_l("Motivo"), [DataRequired(_l("Escreva o motivo.")), Length(max=500)])


@bp.route("/hours/declarations", methods=["GET", "POST"])
@requires(Permission.OWN_HOURS)
def issue() -> str | Answer | tuple[str, int]:
    """Show one's declarations; issue one for a period, or lead to the same one when nothing changed since."""
    person = signed_in()
    since, until = _period(request.args.get("month", ""))
    audiences = declaring.audiences_of(person)
    form = DeclarationForm(audiences=audiences, from_on=since, until_on=until, language=person.language)
    if form.validate_on_submit():
        try:
            found = _issued(person, form.asked())
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return redirect(url_for("credits_papers.issued", ref=found))
    mine = page_by_key(declaring.declarations(person), BY_NEWEST)
    page = render_template(
        "credits/declarations.html", form=form, page=mine, words=words, papers=papers, several=len(audiences) > 1
    )
    return (page, 422) if form.errors else page


def _period(month: str) -> tuple[date, date]:
    """Return the months up to the asked one, this year: what a declaration is mostly asked for."""
    of = words.read_month(month) if month else r.month_of(versions.today())
    last = r.next_month(of).toordinal() - 1
    return date(of.year, 1, 1), min(date.fromordinal(last), versions.today())


def _issued(person: User, asked: Asked) -> str:
    facts = declaring.facts_of(person, asked)
    before = _same(person, asked, facts)
    if before:
        return before
    code = declaring.new_code()
    # Made before the transaction begins: nobody waits for a PDF. Whoever presses twice has two made, and one issued.
    pdf, signed_by = papers.declaration(facts, asked, code)
    refs: list[str] = []
    twice(
        lambda: refs.append(
            _same(person, asked, facts) or declaring.issue(person, asked, facts, (code, pdf, signed_by), by=person).ref
        )
    )
    flash(_("A declaração foi emitida."))
    return refs[-1]


def _same(person: User, asked: Asked, facts: declaring.Facts) -> str:
    """Return the reference of the declaration that states just this, or ''."""
    found = declaring.standing(person, asked)
    return found.ref if found is not None and declaring.says_the_same(found, facts) else ""


@bp.get("/hours/declarations/<ref>")
@requires(Permission.OWN_HOURS)
def issued(ref: str) -> str:
    """Show one of one's own declarations: its code, where it is verified, the file."""
    found = declaring.declaration_called(ref, signed_in())
    return render_template("credits/declaration.html", found=found, own=True, form=None, **_shown(found))


def _shown(found: CreditDeclaration) -> dict[str, Any]:
    return {
        "words": words, "papers": papers, "code": declaring.shown(found.code), "address": papers.address_of(found.code),
        "last": declaring.last_of(found),
    }  # fmt: skip


@bp.get("/hours/declarations/<ref>.pdf")
@requires(Permission.OWN_HOURS)
def file(ref: str) -> Response:
    """Give the file of one of one's own declarations."""
    return _file(declaring.declaration_called(ref, signed_in()))


@bp.get("/credits/declarations/<ref>.pdf")
@requires(Permission.MANAGE_CREDITS)
def any_file(ref: str) -> Response:
    """Give the file of any declaration to who manages hours."""
    return _file(declaring.declaration_called(ref, None))


def _file(found: CreditDeclaration) -> Response:
    content, name = found.pdf, f"declaracao-{found.ref}.pdf"
    record_export(request.path)
    return _pdf(content, name)


def _pdf(content: bytes, name: str) -> Response:
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.get("/hours/<month>/statement.pdf")
@requires(Permission.OWN_HOURS)
def statement_pdf(month: str) -> Response:
    """Give one's own statement of a month as a PDF."""
    return _statement(signed_in(), words.read_month(month))


@bp.get("/credits/people/<ref>/<month>/statement.pdf")
@requires(Permission.MANAGE_CREDITS)
def statement_of(ref: str, month: str) -> Response:
    """Give somebody's statement of a month as a PDF."""
    return _statement(person_by_ref(ref), words.read_month(month))


def _statement(person: User, month: date) -> Response:
    content, name = papers.statement_paper(person, month), f"horas-{person.ref}-{words.month_path(month)}.pdf"
    record_export(request.path)
    return _pdf(content, name)


@bp.get("/credits/declarations")
@requires(Permission.MANAGE_CREDITS)
def all_declarations() -> str:
    """List every declaration, newest first."""
    return render_template(
        "credits/declarations_all.html",
        page=page_by_key(declaring.declarations(), BY_NEWEST),
        words=words,
        papers=papers,
    )


@bp.route("/credits/declarations/<ref>", methods=["GET", "POST"])
@requires(Permission.MANAGE_CREDITS)
def revoke(ref: str) -> str | Answer | tuple[str, int]:
    """Show a declaration; posting makes it void."""
    found = declaring.declaration_called(ref)
    form = RevokeForm(version=found.version)
    if form.validate_on_submit():
        try:
            with transaction(found, form.version.data):
                declaring.revoke(found, form.why.data or "", by=current_user)
        except Refused as refusal:
            show_refusal(form, refusal)
        except Overtaken:
            return too_late(form, request.path, found.revoked_by_id, found.revoked_why)
        else:
            flash(_("A declaração foi revogada. Quem conferir o código fica sabendo."))
            return redirect(url_for("credits_papers.revoke", ref=ref))
    page = render_template("credits/declaration.html", found=found, own=False, form=form, **_shown(found))
    return (page, 422) if form.errors else page
