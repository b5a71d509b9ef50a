"""The pages of the moves that the table of `screens.py` describes, and the moves that need only a press."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from teleconsult.cases import actions, aside, unsent
from teleconsult.cases.access import Sight, case_for
from teleconsult.cases.blueprint import bp
from teleconsult.cases.forms_moves import MOST_ROWS, SPARE_ROWS, MoveForm
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.moving import (
    DONE,
    GONE,
    again,
    attempt,
    away,
    faster,
    gone_on,
    is_behind,
    names_of,
    overtaken,
    plays_a_part,
    shut,
    still_open,
    too_late,
    words_in,
)
from teleconsult.cases.queries_moves import just_taken
from teleconsult.cases.screens import SCREENS, Screen
from teleconsult.cases.words import words_of
from teleconsult.errors import N_, NotFound
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.web.messages import gettext as _
from teleconsult.web.setup import error_page


def _add(screen: Screen) -> None:
    """Put the page of one move on the blueprint."""

    @requires(screen.permission)
    def view(ref: str) -> Any:
        try:
            case, sight = case_for(current_user, ref)
        except NotFound:
            return away(ref, screen.form, screen.verb, screen.done)
        closed = shut(screen.verb, case, sight) if request.method == "GET" else None
        return _sent_or_shown(screen, case, sight, ref) if closed is None else closed

    view.__doc__ = f"Show and make the move {screen.verb!r}."
    bp.add_url_rule(f"/<ref>/{screen.verb}", screen.verb, view, methods=["GET", "POST"])


def _sent_or_shown(screen: Screen, case: Case, sight: Sight, ref: str) -> Any:
    form: Any = screen.form(**aside.given(screen.aside), version=case.version, seen=case.steps)
    extra = screen.prepare(form, case)
    if request.method == "GET":
        _add_rows(form, request.args.get("more", 0, int))
        return page(screen, case, form, extra)
    if screen.aside and request.form.get("then") == "files":
        return aside.leave_for(screen.aside, ref)
    case_id, status = case.id, _settle(screen, case, form)
    late = _late(screen, case_id, ref, form, status) if status in (GONE, 409) else None
    if late is not None:
        return late
    if status == DONE:
        aside.forget(screen.aside)
        unsent.forget(case, screen.verb)
        return gone_on(case, screen.done, leaves=screen.leaves)
    if sight is not Sight.FULL and not plays_a_part(screen.verb, case):
        # The page shows what goes with the move, the files among it: nobody gets it by a form that never was theirs.
        return error_page(
            422, _("Este passo cabe a outra pessoa."), words_in(form), address=url_for("cases.show", ref=ref)
        )
    return page(screen, case, form, extra, overtaken=faster(case_id) if status == 409 else ""), status


def _settle(screen: Screen, case: Case, form: Any) -> int:
    if "more" in request.form:
        _add_rows(form, SPARE_ROWS)
        _go_on_typing(form)
        return 200
    if not form.validate():
        return overtaken(case, form) if is_behind(case, form) else 422
    return attempt(case, form, lambda: screen.act(case, form, current_user))


def _add_rows(form: Any, count: int) -> None:
    """Lengthen a form's list, if it has one; the page asks for as many as the copy in its browser needs."""
    for _row in range(min(count, MOST_ROWS) if "items" in form else 0):
        form["items"].append_entry()


def _go_on_typing(form: Any) -> None:
    """Let whoever asked for more rows write in the first empty one, and not begin at the top of the page."""
    empty = next((row for row in form["items"] if not row.data), None) if "items" in form else None
    if empty is not None:
        empty.render_kw = {"autofocus": True}


def _late(screen: Screen, case_id: int, ref: str, form: Any, status: int) -> Any:
    """Answer a form that came too late: it was recorded the first time, or there is nothing left to do; None: there is."""
    done = again(screen.verb, case_id, form, screen.done, leaves=screen.leaves)
    if done is not None:
        aside.forget(screen.aside)
        return done
    if status == GONE or not still_open(screen.verb, ref):
        return too_late(case_id, ref, words_in(form))
    return None


def page(screen: Screen, case: Case, form: MoveForm, extra: dict[str, Any], *, overtaken: str = "") -> str:
    """Return the page of a move: its form, what it will do, and the case in short beside it."""
    names = names_of(case)
    return render_template(
        screen.template,
        screen=screen,
        words=words_of(screen.verb, case.state),
        case=case,
        form=form,
        unsent=unsent.copy_of(case, screen.verb),
        will=[_(line, **names) for line in extra.pop("will", screen.will)],
        overtaken=overtaken,
        typed=words_in(form) if extra.get("nobody") else [],
        **({"helps": {}, "nobody": False} | extra),
    )


for _screen in SCREENS.values():
    _add(_screen)


@bp.post("/<ref>/claim")
@requires(Permission.TAKE_CASES)
def claim(ref: str) -> Any:
    """Take a waiting case: one press. Whoever saw it waiting and was too late is told who was faster."""
    try:
        case, _sight = case_for(current_user, ref)
    except NotFound:
        taken = just_taken(current_user, ref, request.form.get("version", ""))
        if taken is None:
            raise
        return too_late(taken, ref)
    held = case.state in (State.ASSIGNED, State.AWAITING_INFORMATION)
    if held and case.holder_id == current_user.id:  # pressed twice
        flash(_("O caso já está com você."))
        return redirect(url_for("cases.show", ref=case.ref))
    return _press(
        case, lambda: actions.claim(case, by=current_user), N_("O caso está com você. %(asker)s recebe o aviso.")
    )


@bp.post("/<ref>/confirm")
@requires(Permission.FILE_CASES)
def confirm(ref: str) -> Any:
    """Confirm, as the named requester, what support filed."""
    case, _sight = case_for(current_user, ref)
    done = N_("Confirmado. Obrigado por conferir.")
    if case.confirm_by_id is None and case.requester_id == current_user.id:  # pressed twice
        return gone_on(case, done)
    return _press(case, lambda: actions.confirm(case, by=current_user), done)


def _press(case: Case, act: Any, done: str) -> Any:
    """Make a move that needs nothing typed; whoever was too late is told who was faster."""
    form = MoveForm(version=case.version)
    case_id, ref, status = case.id, case.ref, attempt(case, form, act)
    if status == DONE:
        return gone_on(case, done)
    if status in (GONE, 409):
        return too_late(case_id, ref)
    return error_page(422, " ".join(form.form_errors), address=url_for("cases.show", ref=ref))
