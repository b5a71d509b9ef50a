"""Signing in and out, and the language of the pages."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from teleconsult import events
from teleconsult.errors import NotFound
from teleconsult.extensions import transaction
from teleconsult.people import account, kept, sessions
from teleconsult.people import sign_in as door
from teleconsult.people.access import Permission
from teleconsult.people.blueprint import bp
from teleconsult.people.confirm import ask
from teleconsult.people.forms import SignInForm
from teleconsult.people.gate import current_user, public, requires
from teleconsult.people.models import User
from teleconsult.people.throttle import in_words, limited, network_of_caller
from teleconsult.people.turned_away import page_before, say_it_waits
from teleconsult.web.messages import gettext as _
from teleconsult.web.paths import own_path
from teleconsult.web.refs import case_in
from teleconsult.web.setup import LANGUAGES
from teleconsult.web.words import localtime

READABLE = 20
"""From this length on a kept value is a text worth showing; shorter ones are choices and codes."""


@bp.route("/sign-in", methods=["GET", "POST"])
@public
@limited("120 per minute", of="sign-in")
def sign_in() -> str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Let a person in by e-mail or CPF and password."""
    form = SignInForm(next=request.args.get("next", ""), kept=request.args.get("kept", ""))
    if not form.validate_on_submit():
        if current_user.is_authenticated:
            return redirect(_way_on(form.next.data, form.kept.data, current_user))
        page = render_template("people/sign_in.html", form=form)
        return (page, 422) if form.errors else page
    wait, typed = door.FAILED.wait(), (form.who.data or "", form.password.data or "")
    entered = door.sign_in(*typed, shared=bool(form.shared.data), known_at=network_of_caller() if wait else None)
    if entered is None:
        return _stopped(form, wait) if wait else _failed(form)
    sessions.enter(entered.user, entered.token)
    _welcome(entered.user)
    return redirect(_way_on(form.next.data, form.kept.data, entered.user))


def _failed(form: SignInForm) -> tuple[str, int]:
    door.FAILED.count()
    form.form_errors += [
        _("O CPF, o e-mail ou a senha não conferem."),
        _("Depois de muitas tentativas a conta descansa por alguns minutos. Criar nova senha acaba com a espera."),
    ]
    return render_template("people/sign_in.html", form=form), 401


def _stopped(form: SignInForm, wait: int) -> tuple[str, int, dict[str, str]]:
    """Say the same to everybody: it must not show who comes in from this address."""
    form.form_errors += [
        _("Muitas tentativas deste endereço em pouco tempo. %(wait)s", wait=in_words(wait)),
        _("Quem entrou daqui no último mês não precisa esperar: confira o CPF ou e-mail e a senha."),
    ]
    return render_template("people/sign_in.html", form=form), 429, {"Retry-After": str(wait)}


def _way_on(target: str | None, ref: str | None, user: User) -> str:
    if ref and kept.find(ref, user.id):
        return url_for("people.kept_form", ref=ref)
    if ref:
        say_it_waits()
    own = kept.latest(user.id)
    if own:
        way = {"label": _("Ver"), "url": url_for("people.kept_form", ref=own)}
        told: Any = {"text": _("Há um formulário seu que não chegou a ser enviado."), "action": way}
        flash(told, "warning")
    return own_path(target)


def _welcome(user: User) -> None:
    """Say when the person was last here, and what the floors above have to say at this moment."""
    if user.previous_sign_in_at:
        flash(_("Último acesso: %(when)s.", when=localtime(user.previous_sign_in_at)))
    for told in events.panels("after_sign_in", user=user):
        flash(told, "warning")


@bp.get("/kept/<ref>")
@requires(Permission.OWN_ACCOUNT)
def kept_form(ref: str) -> str:
    """Offer to send again what could not be taken when the session had ended."""
    row = kept.find(ref, current_user.id)
    if row is None:
        raise NotFound
    long = [value for _name, value in row.content if len(value) >= READABLE]
    texts = [next(iter(events.panels("kept_text", text=value)), value) for value in long]
    act = next(iter(events.panels("kept_form", path=row.path)), "")
    return render_template("people/kept.html", row=row, texts=texts, about=case_in(row.path), act=act)


@bp.post("/kept/<ref>/discard")
@requires(Permission.OWN_ACCOUNT)
def discard_kept(ref: str) -> str | Response:
    """Forget what was kept."""
    if not request.form.get("sure"):
        return ask(
            _("Descartar o que foi guardado?"),
            [_("O texto que você escreveu é apagado e não pode ser recuperado.")],
            yes=_("Descartar"),
            back={"url": url_for("people.kept_form", ref=ref), "label": _("Voltar")},
        )
    with transaction():
        kept.discard(ref, current_user.id)
    flash(_("O texto guardado foi descartado."))
    return redirect("/")


@bp.post("/sign-out")
@requires(Permission.OWN_ACCOUNT)
def sign_out() -> Response:
    """End this session."""
    with transaction():
        door.sign_out(current_user)
    sessions.leave()
    flash(_("Você saiu. Até a próxima."))
    return redirect(url_for("people.sign_in"))


@bp.post("/language")
@public
def language() -> Response:
    """Choose the language of the pages: for good when signed in, otherwise in this browser."""
    locale = request.form.get("locale", "")
    if locale in LANGUAGES:
        cookie["language"] = locale
        if current_user.is_authenticated:
            with transaction():
                account.choose_language(locale, by=current_user)
    return redirect(page_before())
