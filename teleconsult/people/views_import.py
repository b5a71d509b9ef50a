"""People from a file: what it should look like, what it would do, and doing it."""

import csv
import io

from flask import Response as FileResponse
from flask import flash, redirect, render_template, url_for
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response
from wtforms import BooleanField

from teleconsult.checks import show_cns, show_cpf
from teleconsult.errors import NotFound, Overtaken, Refused
from teleconsult.extensions import end_reading, transaction
from teleconsult.people import importing, kept
from teleconsult.people.access import ROLE_WORDS, Permission
from teleconsult.people.actions_import import add_all
from teleconsult.people.blueprint import bp
from teleconsult.people.choices import specialties, units
from teleconsult.people.facts import PersonFacts
from teleconsult.people.gate import current_user, requires
from teleconsult.people.models import KeptForm
from teleconsult.people.table import MOST_ROWS, decode
from teleconsult.web import BaseForm, _l, say, show_refusal
from teleconsult.web.language import spoken
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import language_names

LED = "led"
"""What stands as the path of a preview that was confirmed; its file makes room for the number of people."""

SHOWN = 100
"""Rows that a preview shows; it counts them all."""


class ImportForm(BaseForm):
    """The file of people."""

    file = FileField(_l("Arquivo CSV"), [FileRequired(_l("Escolha o arquivo."))])


class ConfirmForm(BaseForm):
    """That the people of a preview are to be added."""

    invite = BooleanField(_l("Enviar agora a cada pessoa o convite por e-mail"), default=True)


@bp.route("/people/import", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def import_file() -> str | tuple[str, int]:
    """Say what the file should look like; read one, and show what it would do."""
    form = ImportForm()
    if form.validate_on_submit():
        try:
            text = decode(form.file.data.read())
            return _preview(text)
        except Refused as refusal:
            show_refusal(form, refusal)
    words = _words()
    page = render_template(
        "people/import.html",
        form=form,
        columns=[(word, _(importing.HELP[name])) for name, word in words.items()],
        needed=[words[name] for name in importing.NEEDED],
        most=MOST_ROWS,
    )
    return (page, 422) if form.errors else page


def _words() -> dict[str, str]:
    """Return the word over each column, in the reader's language."""
    return {name: words[0] for name, words in importing.headings_in(spoken().code).items()}


def _preview(text: str, news: str = "") -> str | tuple[str, int]:
    """Show the plan of a file; a whole one is kept on the server until it is confirmed, one with bad rows is refused."""
    plan, words = importing.make_plan(text, spoken().code), _words()
    ref = ""
    if not plan.bad:
        with transaction():
            ref = kept.keep(current_user.id, "", [("text", text)], kind="import")
    page = render_template(
        "people/import_preview.html",
        plan=plan,
        bad=[(bad.line, words[bad.column], say(bad.why)) for bad in plan.bad[:SHOWN]],
        ref=ref,
        news=news,
        shown=SHOWN,
        form=ConfirmForm(formdata=None),
        role_words={role: _(word) for role, word in ROLE_WORDS.items()},
        units={unit.id: unit.name for unit in units()},
        specialties={specialty.id: specialty.name for specialty in specialties()},
        languages=language_names(),
        numbers=_numbers,
        registration=_registration,
    )
    return (page, 422) if plan.bad else page


def _numbers(person: PersonFacts) -> list[str]:
    """Return the documents of a person, each in a line."""
    told = ("CPF", person.cpf and show_cpf(person.cpf)), ("CNS", person.cns and show_cns(person.cns))
    return [f"{word} {number}" for word, number in told if number]


def _registration(person: PersonFacts) -> list[str]:
    """Return the registration of a person as it would stand in a case, and what belongs to it, each in a line."""
    council = f"{person.council}-{person.council_uf} {person.council_number}" if person.council else ""
    more = ("RQE", person.rqe), ("CBO", person.cbo)
    return [*([council] if council else ()), *(f"{word} {number}" for word, number in more if number)]


@bp.post("/people/import/<ref>")
@requires(Permission.MANAGE_PEOPLE)
def confirm_import(ref: str) -> str | Response | tuple[str, int]:
    """Add everybody of a preview, or nobody. Confirmed twice, it leads twice to where it led."""
    row, form = _kept(ref), ConfirmForm()
    if row.path:
        return _led(row)
    text = row.content[0][1]
    plan = importing.make_plan(text)
    news = _("A rede mudou depois da conferência: veja o que falta acertar. Ninguém foi cadastrado.")
    if not plan.bad:
        try:
            with transaction(row):
                add_all(plan.people, by=current_user, invite=bool(form.invite.data))
                row.path, row.content = LED, [["count", str(len(plan.people))]]
            return _led(row)
        except Overtaken:
            news = _("Alguém cadastrou uma destas pessoas agora há pouco. Ninguém foi cadastrado.")
    end_reading()
    row = _kept(ref)  # the same preview may have been confirmed at this very moment
    return _led(row) if row.path else _preview(text, news)


def _kept(ref: str) -> KeptForm:
    row = kept.find(ref, current_user.id, kind="import")
    if row is None:
        raise NotFound
    return row


def _led(row: KeptForm) -> Response:
    count = int(row.content[0][1])
    flash(ngettext("%(num)d pessoa cadastrada.", "%(num)d pessoas cadastradas.", count))
    return redirect(url_for("people.index", state="invited"))


@bp.get("/people/import/template.csv")
@requires(Permission.MANAGE_PEOPLE)
def import_template() -> Response:
    """Give a file with the heading alone, as the spreadsheet programs of Brazil open it."""
    out, name = io.StringIO(), _("pessoas.csv")
    csv.writer(out, delimiter=";").writerow(_words().values())
    return FileResponse(
        out.getvalue().encode("utf-8-sig"),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
