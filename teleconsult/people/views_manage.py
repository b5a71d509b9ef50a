"""People for who manages them: the list, and one person on a page of their own."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from teleconsult import events
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.people import actions, choices, leaving
from teleconsult.people.access import ROLE_WORDS, Permission
from teleconsult.people.blueprint import bp
from teleconsult.people.confirm import ask
from teleconsult.people.faster import own_window
from teleconsult.people.forms_manage import PersonForm
from teleconsult.people.gate import current_user, requires
from teleconsult.people.listing import Filters, people_page, roles_of
from teleconsult.people.models import User
from teleconsult.people.queries import last_change_of, person_by_ref
from teleconsult.web import show_overtaken, show_refusal
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import localtime


@bp.get("/people")
@requires(Permission.MANAGE_PEOPLE)
def index() -> str:
    """List the people of the network, by name."""
    filters = Filters.of(request.args)
    page = people_page(filters)
    return render_template(
        "people/index.html",
        filters=filters,
        page=page,
        roles=roles_of([row.id for row in page.rows]),
        role_words={role: _(word) for role, word in ROLE_WORDS.items()},
        units={unit.id: unit.name for unit in choices.units()},
    )


@bp.route("/people/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def create() -> str | Response | tuple[str, int]:
    """Add a person, who gets an invitation."""
    form = PersonForm()
    facts = form.read() if form.validate_on_submit() else None
    if facts is not None:
        try:
            with transaction():
                user = actions.create(facts, by=current_user)
            flash(_("Cadastro de %(name)s feito; o convite vai por e-mail.", name=user.full_name))
            return redirect(url_for("people.show", ref=user.ref))
        except Refused as refusal:
            show_refusal(form, refusal)
    page = render_template("people/create.html", form=form)
    return (page, 422) if form.errors else page


@bp.route("/people/<ref>", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def show(ref: str) -> str | Response | tuple[str, int]:
    """Show one person, and change what is known of them and what they may do."""
    user = person_by_ref(ref)
    form, clash = PersonForm(user=user), ""
    facts = form.read() if "back" not in request.form and form.validate_on_submit() else None
    if facts is not None:
        hangs = leaving.what_hangs(user, facts) if form.is_based_on(user) and "sure" not in request.form else []
        if hangs:
            return _ask_to_save(user, hangs)
        try:
            with transaction(user, form.version.data):
                again = actions.change(user, facts, by=current_user)
            flash(_("Salvo."))
            if again:
                _tell_invited(user)
            return redirect(url_for("people.show", ref=ref))
        except Refused as refusal:
            show_refusal(form, refusal)
        except Overtaken:
            clash = _who_was_faster(user)
            show_overtaken(form, clash)
            form.tell_saved(user, facts, own=user.id == current_user.id)
    told = {"clash": clash, "notes": events.panels("person.note", person=user)}
    page = render_template("people/show.html", form=form, user=user, is_me=user.id == current_user.id, **told)
    return (page, 422) if form.errors else page


def _ask_to_save(user: User, hangs: list[str]) -> str:
    """Say what hangs on what is taken away; both ways on carry the whole form, so that going back loses nothing of it."""
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "back")]
    question = _("Salvar o que muda para %(name)s?", name=user.full_name)
    return ask(
        question, hangs, yes=_("Salvar"), back={"name": "back", "label": _("Voltar ao formulário")}, fields=typed
    )


def _who_was_faster(user: User) -> str:
    by, at = last_change_of(user) or (None, None)
    if by is None or at is None:
        return _("Este registro mudou enquanto você escrevia. Confira: salvar de novo põe o seu no lugar.")
    return own_window((by, at)) or _(
        "%(name)s salvou este registro enquanto você escrevia (%(when)s). Confira: salvar de novo põe o seu no lugar.",
        name=by.full_name,
        when=localtime(at),
    )


@bp.post("/people/<ref>/switch-off")
@requires(Permission.MANAGE_PEOPLE)
def switch_off(ref: str) -> str | Response:
    """Close an account, after saying what will happen."""
    user = person_by_ref(ref)
    if not request.form.get("sure"):
        return ask(
            _("Desligar a conta de %(name)s?", name=user.full_name),
            leaving.what_happens(user),
            yes=_("Desligar a conta"),
            back=_to(user),
        )
    with transaction(user):
        actions.switch_off(user, by=current_user)
    flash(_("A conta de %(name)s está desligada.", name=user.full_name))
    return redirect(url_for("people.show", ref=ref))


@bp.post("/people/<ref>/switch-on")
@requires(Permission.MANAGE_PEOPLE)
def switch_on(ref: str) -> str | Response:
    """Open an account again, after saying what will happen."""
    user = person_by_ref(ref)
    if not user.is_active and not request.form.get("sure"):
        return ask(
            _("Ligar de novo a conta de %(name)s?", name=user.full_name),
            [
                _("A pessoa volta a entrar com a senha que tinha e com os mesmos papéis e especialidades.")
                if user.password_hash
                else _(
                    "A pessoa ainda não criou a senha, e o convite de antes não vale mais: envie outro depois de ligar."
                ),
                _("Os casos que voltaram à fila não voltam a ela por si."),
            ],
            yes=_("Ligar a conta"),
            back=_to(user),
        )
    with transaction(user):
        actions.switch_on(user, by=current_user)
    flash(_("A conta de %(name)s está ligada de novo.", name=user.full_name))
    return redirect(url_for("people.show", ref=ref))


@bp.post("/people/<ref>/invite")
@requires(Permission.MANAGE_PEOPLE)
def invite(ref: str) -> Response:
    """Send the invitation again."""
    user = person_by_ref(ref)
    with transaction(user):
        actions.invite_again(user, by=current_user)
    _tell_invited(user)
    return redirect(url_for("people.show", ref=ref))


def _tell_invited(user: User) -> None:
    flash(_("Outro convite vai para %(email)s. O anterior não vale mais.", email=user.email))


def _to(user: User) -> dict[str, Any]:
    return {"url": url_for("people.show", ref=user.ref), "label": _("Voltar")}
