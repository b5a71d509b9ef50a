"""Who answers for what the operator's commands give out, and in whose zone and language it is written."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask_babel import force_locale
from sqlalchemy import or_, select

from teleconsult import checks
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.people.access import Role
from teleconsult.people.gate import seen_by
from teleconsult.people.models import User


def account(text: str) -> User:
    """Return the person of an e-mail, a CPF or a reference.

    Raises:
        Refused: there is none.
    """
    wanted = text.strip()
    known = or_(User.email == wanted.lower(), User.ref == wanted.upper(), User.cpf == checks.normalise(wanted))
    found = db.session.scalar(select(User).where(known))
    if found is None:
        raise Refused(N_("Não há conta com este e-mail, CPF ou código."))
    return found


def answering(text: str) -> User:
    """Return the manager who answers for what is given out: the record names that person.

    Raises:
        Refused: there is no such account, or it is none of an active manager.
    """
    found = account(text)
    if found.switched_off_at is not None or not found.has(Role.MANAGER):
        raise Refused(N_("Quem responde pela entrega precisa ser da gestão, com a conta ativa."))
    return found


@contextmanager
def as_read_by(user: User, language: str) -> Iterator[None]:
    """Let pages be made outside of a request as this person would read them, in this language."""
    with seen_by(user, Role.MANAGER), force_locale(language):
        yield
