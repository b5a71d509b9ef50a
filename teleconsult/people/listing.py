"""The list of people as its screen asks for it: filters from the address, pages by key, one statement for roles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from teleconsult.extensions import db
from teleconsult.people.access import Role
from teleconsult.people.models import User, UserRole
from teleconsult.typed import fold
from teleconsult.web.paging import Page, page_by_key

STATES = ("active", "invited", "off", "all")
LONGEST_QUERY = 100


@dataclass(frozen=True)
class Filters:
    """What the address asks for; what it asks wrongly is not asked."""

    text: str = ""
    role: str = ""
    unit_id: int | None = None
    state: str = "active"

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Filters":
        """Read the filters of an address."""
        unit, role, state = args.get("unit", ""), args.get("role", ""), args.get("state", "")
        return cls(
            text=args.get("q", "").strip()[:LONGEST_QUERY],
            role=role if role in set(Role) else "",
            unit_id=int(unit) if unit.isascii() and unit.isdigit() and len(unit) < 10 else None,
            state=state if state in STATES else "active",
        )

    def args(self) -> dict[str, Any]:
        """Return the filters as an address carries them."""
        given = {"q": self.text, "role": self.role, "unit": self.unit_id}
        state = {} if self.state == "active" else {"state": self.state}
        return {name: value for name, value in given.items() if value} | state


def people_page(filters: Filters) -> Page:
    """Return a page of people by name: columns only, in the order of `ix_users_search_key`."""
    query = select(
        User.id,
        User.ref,
        User.title,
        User.name,
        User.email,
        User.search_key,
        User.unit_id,
        User.council,
        User.council_number,
        User.council_uf,
        User.last_sign_in_at,
        User.switched_off_at,
        User.password_hash.is_(None).label("invited"),
    ).where(*_conditions(filters))
    return page_by_key(query, [(User.search_key, False), (User.id, False)])


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found = [User.search_key.contains(word, autoescape=True) for word in fold(filters.text).split()]
    if filters.role:
        found.append(User.id.in_(select(UserRole.user_id).where(UserRole.role == filters.role)))
    if filters.unit_id:
        found.append(User.unit_id == filters.unit_id)
    if filters.state != "all":
        found.append(User.switched_off_at.is_not(None) if filters.state == "off" else User.switched_off_at.is_(None))
    if filters.state == "invited":
        found.append(User.password_hash.is_(None))
    return found


def roles_of(user_ids: Sequence[int]) -> dict[int, list[Role]]:
    """Return the roles of each person, in the order of `Role`."""
    rows = db.session.execute(select(UserRole.user_id, UserRole.role).where(UserRole.user_id.in_(user_ids))).all()
    held = {(user_id, role) for user_id, role in rows}
    return {user_id: [role for role in Role if (user_id, role) in held] for user_id in user_ids}
