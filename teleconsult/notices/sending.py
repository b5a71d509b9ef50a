"""What waits to be sent and what was given up, as the manager's screen says it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, delete, func, select

from teleconsult import audit, outbox
from teleconsult.errors import N_
from teleconsult.extensions import changed, db
from teleconsult.notices.words import KINDS
from teleconsult.outbox import OPEN, OutboxMessage
from teleconsult.people.models import User

GIVEN_UP = (OutboxMessage.gave_up_at.is_not(None),)

MESSAGES = {kind.template: kind.choice for kind in KINDS.values()} | {
    "digest": N_("Resumo do dia"),
    "account_invitation": N_("Convite para entrar"),
    "account_reset": N_("Link de nova senha"),
    "account_moved": N_("Aviso de que o e-mail da conta mudou"),
    "account_password": N_("Aviso de que a senha foi trocada"),
    "audit_anchor": N_("Âncora do registro"),
    "preview": N_("Miniatura de um arquivo"),
    "inspect": N_("Conferência de um PDF"),
}
"""What a message is, by the template of a mail or by its kind."""

TROUBLES = {
    "ConnectionRefusedError": N_("o servidor não atende"),
    "gaierror": N_("o endereço do servidor não existe"),
    "TimeoutError": N_("o servidor não respondeu a tempo"),
    "SMTPServerDisconnected": N_("o servidor desligou no meio"),
    "SSLCertVerificationError": N_("o certificado do servidor não confere"),
    "SMTPNotSupportedError": N_("o servidor não aceita este tipo de conexão ou de endereço"),
    "PutOff": N_("o servidor pediu para tentar depois"),
    "Rejected": N_("o servidor recusou este endereço ou esta mensagem"),
    "NoMailServer": N_("não há servidor de e-mail configurado"),
    "Permanent": N_("não é possível fazer"),
}
"""The kind of a failure in words; others show as they are."""


def counts() -> tuple[int, int]:
    """Return how many messages wait, and how many were given up."""
    waiting = select(func.count()).select_from(OutboxMessage).where(*OPEN).scalar_subquery()
    given_up = select(func.count()).select_from(OutboxMessage).where(*GIVEN_UP).scalar_subquery()
    row = db.session.execute(select(waiting, given_up)).one()
    return row[0], row[1]


def refused_by(address: str) -> int:
    """Return how many mails to an address were given up."""
    given_up = select(func.count()).where(OutboxMessage.kind == "email", OutboxMessage.address == address, *GIVEN_UP)
    return db.session.scalar(given_up) or 0


def messages(*which: Any) -> Select[*tuple[Any, ...]]:
    """Return the query of messages for a list."""
    return select(
        OutboxMessage.id,
        OutboxMessage.key,
        OutboxMessage.kind,
        OutboxMessage.address,
        OutboxMessage.payload,
        OutboxMessage.created_at,
        OutboxMessage.next_at,
        OutboxMessage.gave_up_at,
        OutboxMessage.attempts,
        OutboxMessage.last_error,
    ).where(*which)


WAITING_FIRST = ((OutboxMessage.next_at, False), (OutboxMessage.id, False))
GIVEN_UP_FIRST = ((OutboxMessage.gave_up_at, True), (OutboxMessage.id, True))


def owners(rows: Iterable[Any]) -> dict[str, Any]:
    """Return whose addresses these messages go to: the reference and name of each person, by address."""
    addresses = {row.address for row in rows if row.kind == "email"}
    found = db.session.execute(select(User.email, User.ref, User.title, User.name).where(User.email.in_(addresses)))
    return {row.email: row for row in found}


def said(row: Any, owner: Any = None) -> dict[str, Any]:
    """Return what the screen shows of a message: what it is, about what, for whom as far as needed, and its trouble."""
    name = row.payload.get("template", row.kind)
    kind, _, code = row.last_error.partition(" ")
    return {
        "key": row.key,
        "what": MESSAGES.get(name, name),
        "ref": row.payload.get("params", {}).get("ref", ""),
        "to": masked(row.address),
        "owner": owner,
        "is_mail": row.kind == "email",
        "trouble": TROUBLES.get(kind, kind),
        "code": code if kind in TROUBLES else "",
        "attempts": row.attempts,
        "created_at": row.created_at,
        "next_at": row.next_at,
        "gave_up_at": row.gave_up_at,
    }


def masked(address: str) -> str:
    """Return enough of an address for somebody of the network to recognise it: 'ma…@rede.example'."""
    name, at, host = address.partition("@")
    return f"{name[:2]}…{at}{host}" if at else ""


def retry(key: str, *, by: User) -> int:
    """Give one message that was given up (or all, when the key is empty) another round of tries; return how many."""
    if key:
        found = db.session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key, *GIVEN_UP))
        count = outbox.retry(found) if found else 0
    else:
        count = outbox.retry_all()
    if count:
        audit.record("system", "outbox.retry", by_id=by.id, messages=count)
    return count


def dismiss(key: str, *, by: User) -> int:
    """Forget one mail that was given up: what it says stands in the product, and nobody can be reached there; return how many."""
    count = changed(delete(OutboxMessage).where(OutboxMessage.key == key, OutboxMessage.kind == "email", *GIVEN_UP))
    if count:
        audit.record("system", "outbox.dismiss", by_id=by.id, messages=count)
    return count
