"""Sending files, reading them, saying what they are, withdrawing them."""

from functools import partial
from typing import Any, cast

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length

from teleconsult import audit
from teleconsult.attachments import actions, panels, queries, serve, taking
from teleconsult.attachments.kinds import KIND_WORDS
from teleconsult.attachments.models import Attachment
from teleconsult.attachments.receive import Stored, UploadRequest
from teleconsult.attachments.storage import forget
from teleconsult.cases import lifecycle
from teleconsult.cases.access import Sight, case_for, record_reading
from teleconsult.cases.models import Case
from teleconsult.cases.moving import no_longer, taken_by, why_not
from teleconsult.cases.needs import WITHDRAWN
from teleconsult.cases.world import facts_for
from teleconsult.errors import N_, NotFound, Refused
from teleconsult.extensions import csrf, transaction, transaction_apart
from teleconsult.people import kept
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.web import BaseForm, _l, say, show_refusal
from teleconsult.web.dates import DayField
from teleconsult.web.messages import gettext as _

bp = Blueprint("attachments", __name__)
NO_MORE = N_("Este caso não recebe mais arquivos na situação em que está.")


@bp.record_once
def _straight_to_storage(state: BlueprintSetupState) -> None:
    """Let the form parser write files where they will stay."""
    cast(Flask, state.app).request_class = UploadRequest


class DescribeForm(BaseForm):
    """What is said of a file."""

    caption = StringField(_l("Legenda"), [Length(max=200)])
    kind = SelectField(_l("Tipo"))
    taken_on = DayField(_l("Data do exame ou da foto"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [(kind, _(word)) for kind, word in KIND_WORDS.items()]


class WithdrawForm(BaseForm):
    """Why a file is withdrawn."""

    why = TextAreaField(_l("Motivo"), [Length(max=500)])


@bp.get("/cases/<ref>/files")
@requires(Permission.READ_CASES)
def files(ref: str) -> Any:
    """Show the files of a case on a page of their own: where forms without scripts lead, so that no text is lost."""
    try:
        case = _case_to_add_to(ref)
    except Refused as refusal:
        flash(say(refusal), "warning")
        return redirect(_page_of(ref))
    except NotFound:
        return no_longer(ref)
    page = render_template(
        "attachments/files.html", case=case, part=panels.draft_files(case, current_user), back=_text_of(case)
    )
    if case.requester_id != current_user.id:
        record_reading(case, current_user)
    return page


def _text_of(case: Case) -> str:
    """Return the page on which the text stands that these files go with."""
    if lifecycle.being_written(case):
        return url_for("cases.edit_step", ref=case.ref, step="questions")
    if any(move.verb == "supply" for move in lifecycle.open_moves(case, current_user, facts_for(case, current_user))):
        return url_for("cases.supply", ref=case.ref)
    message = url_for("cases.add", ref=case.ref)
    if kept.find_path(message, current_user.id) is not None:
        return message
    return _page_of(case.ref)


@bp.post("/cases/<ref>/files")
@csrf.exempt  # type: ignore[untyped-decorator]  # checked inside: the check would read the whole body before it is known who sends it
@requires(Permission.READ_CASES)
def send(ref: str) -> Any:
    """Take one file as the raw body (a script, with its name in a header), or several from a plain form."""
    name = taking.name_sent()
    if name is not None:
        try:
            case = _case_to_add_to(ref)
        except Refused as refusal:
            return {"error": say(refusal)}, 422
        except NotFound:
            return {"error": taken_by(ref)}, 422
        return taking.one(partial(_keep, case), name, _line)
    try:
        case = _case_to_add_to(ref)
    except NotFound:
        return no_longer(ref)
    taking.several(partial(_keep, case))
    return redirect(taking.came_from() or _page_of(ref))


def _line(row: Attachment) -> str:
    return render_template("attachments/item.html", file=queries.one_of(row, current_user))


def _case_to_add_to(ref: str) -> Case:
    case, sight = case_for(current_user, ref)
    if sight is not Sight.FULL:
        raise NotFound
    facts = facts_for(case, current_user)
    if not panels.may_add(case, current_user, facts):
        raise _told(case, Refused(NO_MORE if facts.consented else WITHDRAWN))
    return case


def _told(case: Case, refusal: Refused) -> Refused:
    """Return a refusal that says first what happened to the case, if that is why: a file may have come for half an hour."""
    return Refused("%(why)s", why=why_not("add", case, refusal))


def _keep(case: Case, stored: Stored, said: dict[str, Any]) -> Attachment:
    """Write the row of a file that is stored, unless it is there already, and tell the other side; in one transaction."""
    with transaction(case):
        # While it came, the request may have gone to somebody else.
        if lifecycle.being_written(case) and not panels.may_add(case, current_user):
            raise _told(case, Refused(NO_MORE))
        row = queries.same_of(case, stored, said, current_user)
        if row is None:
            row = actions.add(case, stored, by=current_user, **said)
            try:
                actions.send(case, [row], by=current_user)
            except Refused as refusal:
                raise _told(case, refusal) from refusal
    return row


@bp.get("/files/<ref>")
@requires(Permission.READ_CASES)
def download(ref: str) -> Response:
    """Give a file to whoever sees its case whole; the reading is recorded first, if there is something to read."""
    row = queries.file_for(current_user, ref)
    answer = serve.download(row, show="show" in request.args)
    _record(row, "attachment.view")
    return answer


@bp.get("/files/<ref>/preview")
@requires(Permission.READ_CASES)
def preview(ref: str) -> Response:
    """Give the small picture of a file; its page was recorded already."""
    row = queries.file_for(current_user, ref)
    if row.previewed_at is None:
        raise NotFound
    return serve.preview(row)


@bp.route("/files/<ref>/edit", methods=["GET", "POST"])
@requires(Permission.READ_CASES)
def describe(ref: str) -> Any:
    """Say what a file is: caption, kind, date."""
    row = queries.file_for(current_user, ref)
    form = DescribeForm(obj=row)
    if form.validate_on_submit():
        said = {"caption": form.caption.data, "kind": form.kind.data, "taken_on": form.taken_on.data}
        try:
            with transaction(row.case):
                actions.describe(row, **said, by=current_user)
            return redirect(_page_of(row.case.ref))
        except Refused as refusal:
            show_refusal(form, refusal)
    page = render_template("attachments/describe.html", row=row, form=form, back=_page_of(row.case.ref))
    return (page, 422) if form.errors else page


@bp.route("/files/<ref>/withdraw", methods=["GET", "POST"])
@requires(Permission.READ_CASES)
def withdraw(ref: str) -> Any:
    """Withdraw a file one sent, after saying what will happen."""
    row = queries.file_for(current_user, ref)
    form, back = WithdrawForm(), _page_of(row.case.ref)
    if form.validate_on_submit():
        try:
            with transaction(row.case):
                key = actions.withdraw(row, why=form.why.data or "", by=current_user)
            if key:
                forget(key)
            flash(_("Arquivo retirado."), "success")
            return redirect(back)
        except Refused as refusal:
            show_refusal(form, refusal)
    page = render_template("attachments/withdraw.html", row=row, form=form, back=back)
    return (page, 422) if form.errors else page


def _page_of(ref: str) -> str:
    return url_for("cases.show", ref=ref)


def _record(row: Attachment, word: str) -> None:
    with transaction_apart():
        audit.record(f"reader:{current_user.ref}", word, by_id=current_user.id, subject=row.case.ref, file=row.ref)
