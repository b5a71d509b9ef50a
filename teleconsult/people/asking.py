"""Who asks: the session, the person, their roles and their unit, in one kept statement a request.

They are objects of the ORM as if it had loaded them, without the cost of its loading, which was a fifth of a page.
What few pages need of a person (how they sign in, when, their documents) is left out, and read if somebody asks for it.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm.attributes import set_committed_value

from teleconsult.extensions import db, read
from teleconsult.loading import as_loaded, attach, columns_of, taken
from teleconsult.people.models import Session, User, UserRole

OF_SESSION = frozenset({"address", "agent", "created_at"})
OF_USER = frozenset({
    "email", "cpf", "cns", "search_key", "password_hash", "previous_hash", "password_set_at", "failures", "rests_until",
    "terms_accepted_at", "created_at", "created_by_id", "switched_off_by_id",
})  # fmt: skip
OF_UNIT = frozenset({
    "services", "note", "search_key", "historical_phones", "address", "phone", "microregion", "code", "cnes",
})  # fmt: skip
"""What is left out of each."""


class _Asked(NamedTuple):
    """The statement, and its columns: those of the session, of the person, of the unit; the role comes last."""

    statement: Select[Any]
    columns: Sequence[Sequence[str]]
    unit_model: Any


@cache
def _asked() -> _Asked:
    # Made at the first request and not above: the unit is a model of a higher floor.
    unit = User.unit.property.mapper.class_
    left_out = ((Session, OF_SESSION), (User, OF_USER), (unit, OF_UNIT))
    columns = {model: columns_of(model, but) for model, but in left_out}
    now = bindparam("now", type_=Session.idle_until.type)
    wanted = [getattr(model, name) for model, names in columns.items() for name in names]
    statement = (
        select(*wanted, UserRole.role.label("held"))
        .select_from(Session)
        .join(User, User.id == Session.user_id)
        .outerjoin(UserRole, UserRole.user_id == User.id)
        .outerjoin(unit, unit.id == User.unit_id)
        .where(
            Session.token_hash == bindparam("token_hash"),
            Session.ended_at.is_(None),
            Session.idle_until > now,
            Session.expires_at > now,
            User.switched_off_at.is_(None),
        )
    )
    return _Asked(statement, tuple(columns.values()), unit)


def asker(token_hash: str, now: datetime) -> tuple[Session, User] | None:
    """Return a live session and its person; None when it ended, idled out or expired, or the person is switched off."""
    asked, session = _asked(), db.session()
    rows = read(asked.statement, {"token_hash": token_hash, "now": now})
    if not rows:
        return None
    values = iter(rows[0])
    # In the order in which they are asked for.
    of_session, of_user, of_unit = (taken(names, values) for names in asked.columns)
    if len(session.identity_map):  # something was read before: two objects of one row there must not be
        known = session.get(Session, of_session["id"])
        return (known, known.user) if known is not None else None
    row, user = as_loaded(Session, of_session), as_loaded(User, of_user)
    roles = [as_loaded(UserRole, {"user_id": user.id, "role": found.held}) for found in rows if found.held is not None]
    set_committed_value(user, "role_rows", roles)
    set_committed_value(user, "unit", None if of_unit["id"] is None else as_loaded(asked.unit_model, of_unit))
    set_committed_value(row, "user", user)
    attach(row, user, *roles, *([user.unit] if user.unit else ()))
    return row, user
