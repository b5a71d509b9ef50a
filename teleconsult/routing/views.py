"""The triage desk: the queue, its preview, giving out one or many, and the print by specialty."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from teleconsult import audit, clock, events
from teleconsult.cases.access import Sight
from teleconsult.cases.clocks import PRIORITY_WORDS
from teleconsult.cases.lifecycle import State
from teleconsult.cases.rows import Moment, called, due_words_of, specialty_words
from teleconsult.extensions import transaction
from teleconsult.network.directory import by_name, unit_filter
from teleconsult.people.access import Permission, Role
from teleconsult.people.gate import acting_role, current_user, requires, signed_in
from teleconsult.people.models import User
from teleconsult.routing import batch, passing, queries
from teleconsult.routing.actions import Order, assign_many
from teleconsult.routing.desk import address, desk_for, flag_of, preview, questions_words
from teleconsult.routing.given import given_by
from teleconsult.routing.hints import turn_words
from teleconsult.routing.plan_lines import Proposed, lines_for
from teleconsult.routing.queries import SHOWN, SORTS, asked_of
from teleconsult.web import BaseForm, _l
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext

bp = Blueprint("routing", __name__, url_prefix="/desk")


@events.panel("nav", order=10)
def _queue_item(user: User) -> dict[str, Any] | None:
    if acting_role() != Role.ADMINISTRATOR or Permission.TRIAGE not in user.permissions:
        return None
    return {
        "label": _("Fila"),
        "icon": "inbox",
        "url": url_for("routing.desk"),
        "count": _waiting_count,
        "count_new": True,
        "current": request.endpoint == "routing.desk",
    }


def _waiting_count(_user: User) -> int:
    if "waiting_count" not in g:
        g.waiting_count = queries.waiting_count()
    count: int = g.waiting_count
    return count


@bp.get("")
@requires(Permission.TRIAGE)
def desk() -> str:
    """Show the queue by specialty, what is nearest to its deadline first; the address holds every filter."""
    asked = asked_of(request.args)
    look = desk_for(asked, signed_in(), request.args.get("case", ""))
    if asked.show == State.SUBMITTED and look.total is not None:
        g.waiting_count = look.total
    return render_template(
        "routing/desk.html",
        asked=asked,
        desk=look,
        address=partial(address, asked, url_for("routing.desk")),
        shown=SHOWN,
        sorts=asked.sorts,
        shown_choices=[(state, _(word)) for state, word in SHOWN.items()],
        sort_choices=[(name, _(SORTS[name])) for name in asked.sorts],
        priority_choices=[("", _("Toda prioridade")), *((value, _(word)) for value, word in PRIORITY_WORDS.items())],
        unit_choices=unit_filter(),
        case_base=url_for("cases.show", ref="_")[:-1],
        may_open_shift=Permission.MANAGE_SHIFTS in current_user.permissions,
    )


@bp.get("/preview/<ref>")
@requires(Permission.TRIAGE)
def case_preview(ref: str) -> str:
    """Show what stands beside the list for one case; a part of a page."""
    found = preview(ref, current_user)
    if found is None:
        abort(404)
    return render_template("routing/_preview.html", case=found)


class AssignForm(BaseForm):
    """Why the marked cases go where they go; what was marked and chosen is read beside it, a field a case."""

    why = StringField(_l("Motivo, na linha do tempo de cada caso"), [Length(max=300)])

    def holds(self, others: Sequence[str]) -> bool:
        """Tell whether it is valid; what goes to others than proposed wants a reason."""
        content = self.validate()
        if others and not self.why.data:
            self.why.errors = [
                ngettext(
                    "Escreva o motivo: %(names)s vai para outra pessoa, e não para quem foi sugerido.",
                    "Escreva o motivo: %(names)s vão para outra pessoa, e não para quem foi sugerido.",
                    len(others),
                    names="; ".join(others),
                )
            ]
            return False
        return content


@bp.post("/assign")
@requires(Permission.TRIAGE)
def assign() -> str | Response | tuple[str, int]:
    """Say what giving out the marked cases will do and, once that is confirmed, do it case by case."""
    form, marks = AssignForm(), batch.read_marks(request.form.getlist("case"))
    if not marks:
        flash(_("Marque ao menos um caso para distribuir."), "warning")
        return redirect(url_for("routing.desk"))
    made = batch.plan(
        marks, current_user, {ref: request.form[f"to-{ref}"] for ref in marks if f"to-{ref}" in request.form}
    )
    sure, orders = "sure" in request.form and made.lines, batch.orders_of(made, marks, form.why.data or "")
    nobody = bool(sure and not orders)
    if not sure or nobody or not form.holds(batch.others_than_proposed(made)):
        over = batch.MOST if len(marks) > batch.MOST else 0
        page = render_template("routing/assign.html", form=form, batch=made, over=over, nobody=nobody)
        return (page, 422) if form.errors or nobody else page
    return _given_out(orders, [*made.gone, *made.left_out])


@bp.post("/suggested")
@requires(Permission.TRIAGE)
def suggested() -> Response:
    """Give out what is proposed, as it was seen: one case or the whole page, with one press."""
    gives = batch.read_gives(request.form.getlist("give"))
    return _given_out(*batch.confirmed(gives, current_user))


def _given_out(orders: Sequence[Order], left: Sequence[str]) -> Response:
    """Do it, say how it went, and lead to what went where and why."""
    done, others = batch.told(assign_many(orders, by=current_user), left)
    if done:
        flash(done)
    for sentence in others:
        flash(sentence, "warning")
    return redirect(url_for("routing.given" if done else "routing.desk"))


@bp.get("/given")
@requires(Permission.TRIAGE)
def given() -> str:
    """Show what one gave out lately: to whom, why, and when the answer is expected."""
    return render_template("routing/given.html", rows=given_by(signed_in()), now=clock.now())


class PassForm(BaseForm):
    """Why cases that were given out are passed on; what was marked and chosen is read beside it."""

    why = StringField(_l("Motivo"), [DataRequired(_l("Escreva o motivo.")), Length(max=300)])


@bp.post("/pass-on")
@requires(Permission.TRIAGE)
def pass_on() -> str | Response | tuple[str, int]:
    """Say what passing on the marked cases will do and, once that is confirmed, do it case by case."""
    form, marks = PassForm(), batch.read_marks(request.form.getlist("case"))
    if not marks:
        flash(_("Marque ao menos um caso."), "warning")
        return redirect(url_for("routing.given"))
    picked = {ref: request.form[f"to-{ref}"] for ref in marks if f"to-{ref}" in request.form}
    made = passing.plan(marks, current_user, picked)
    sure, orders = "sure" in request.form and made.lines, passing.orders_of(made, marks, form.why.data or "")
    nobody = bool(sure and not orders)
    if not sure or nobody or not form.validate():
        page = render_template("routing/pass_on.html", form=form, passing=made, nobody=nobody)
        return (page, 422) if form.errors or nobody else page
    return _given_out(orders, passing.stayed(made))


@bp.get("/print")
@requires(Permission.TRIAGE)
def print_queue() -> str:
    """Show the waiting requests on paper, a sheet for each specialty; recorded as printed."""
    asked, moment = asked_of(request.args), Moment()
    rows = queries.waiting_to_print(asked, current_user)
    more, rows = len(rows) > queries.PRINT_MOST, rows[: queries.PRINT_MOST]
    lines = lines_for(row.id for row in rows)
    sheets: dict[str, list[dict[str, Any]]] = {}
    for row in by_name(rows):
        sheets.setdefault(specialty_words(row), []).append(_printed(row, lines.get(row.id), moment))
    page = render_template(
        "routing/print.html", sheets=sheets, more=more, most=queries.PRINT_MOST, asked=asked, now=clock.now(),
        back=address(asked, url_for("routing.desk")),
    )  # fmt: skip
    user_id, stream, refs = current_user.id, f"reader:{current_user.ref}", [row.ref for row in rows]
    with transaction():
        audit.record(stream, "desk.print", by_id=user_id, cases=refs)
    return page


def _printed(row: Any, line: Proposed | None, moment: Moment) -> dict[str, Any]:
    return {
        "to": line.full_name if line is not None else "",
        "turn": turn_words(line, moment.now) if line is not None else "",
        "ref": row.ref,
        "name": called(row, Sight.ROUTING, moment),
        "unit": row.unit_name,
        "asker": f"{row.requester_title} {row.requester_name}".strip(),
        "questions": questions_words(row.questions),
        "flag": flag_of(row.priority),
        "sent_at": row.submitted_at,
        "due": due_words_of(row, moment),
    }
