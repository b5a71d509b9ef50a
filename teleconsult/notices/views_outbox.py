"""The outbox on the screen of the managers: what waits, what was given up, and another try."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from teleconsult import mail
from teleconsult.events import panel
from teleconsult.extensions import transaction
from teleconsult.notices import sending
from teleconsult.outbox import OPEN
from teleconsult.people.access import Permission
from teleconsult.people.confirm import ask
from teleconsult.people.gate import current_user, requires
from teleconsult.people.models import User
from teleconsult.web import page_by_key
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext

bp = Blueprint("outbox", __name__, url_prefix="/outbox")


@bp.get("")
@requires(Permission.WATCH_OUTBOX)
def index() -> str:
    """Show what was given up, or what waits."""
    waiting = request.args.get("show") == "waiting"
    which, order = (OPEN, sending.WAITING_FIRST) if waiting else (sending.GIVEN_UP, sending.GIVEN_UP_FIRST)
    page = page_by_key(sending.messages(*which), order)
    owners = sending.owners(page.rows)
    return render_template(
        "notices/outbox.html",
        page=page,
        rows=[sending.said(row, owners.get(row.address)) for row in page.rows],
        counts=sending.counts(),
        waiting=waiting,
        folder=mail.folder().name if mail.is_kept_in_files() else "",
    )


@bp.post("/retry")
@requires(Permission.WATCH_OUTBOX)
def retry() -> Response:
    """Try one message again, or all."""
    with transaction():
        count = sending.retry(request.form.get("key", ""), by=current_user)
    words = ngettext("%(num)d mensagem volta à fila.", "%(num)d mensagens voltam à fila.", count)
    flash(words if count else _("Nada mudou: esta mensagem já voltou à fila."))
    return redirect(url_for("outbox.index"))


@bp.post("/dismiss")
@requires(Permission.WATCH_OUTBOX)
def dismiss() -> str | Response:
    """Forget one mail that cannot be delivered, after saying what that means."""
    key = request.form.get("key", "")
    if not request.form.get("sure"):
        return ask(
            _("Dispensar este e-mail?"),
            [_("Ele não é mais tentado e sai desta lista. O que ele dizia de um caso continua nos avisos da pessoa.")],
            yes=_("Dispensar"),
            back={"url": url_for("outbox.index"), "label": _("Voltar")},
            fields=[("key", key)],
        )
    with transaction():
        count = sending.dismiss(key, by=current_user)
    flash(_("O e-mail saiu da lista.") if count else _("Nada mudou: este e-mail não está mais entre os que pararam."))
    return redirect(url_for("outbox.index"))


@panel("account", order=90)
def outbox_in_account(user: User) -> dict[str, str] | None:
    """Lead managers to the outbox when all is well, too."""
    if Permission.WATCH_OUTBOX not in user.permissions:
        return None
    text = _("e-mails que esperam ou pararam")
    return {"url": url_for("outbox.index"), "label": _("Envios"), "icon": "mail", "text": text}
