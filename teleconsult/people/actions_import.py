"""Adding many people at once, in a few statements. The caller holds the transaction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert

from teleconsult import audit, clock
from teleconsult.extensions import db
from teleconsult.people import links
from teleconsult.people.access import Role
from teleconsult.people.actions import PLAIN
from teleconsult.people.facts import PersonFacts
from teleconsult.people.managers import count_managers, take_the_seat
from teleconsult.people.models import LinkKind, User, UserRole, UserSpecialty, search_key_of
from teleconsult.web.refs import new_ref

TOLD_AT_A_TIME = 200
"""People in one event of the record."""


def add_all(people: Sequence[PersonFacts], *, by: User, invite: bool) -> None:
    """Add people, and send each their invitation. The unique keys refuse who came at the same moment.

    Raises:
        Refused: `by` manages no more.
    """
    take_the_seat(by)
    rows = [_row(facts, by) for facts in people]
    ids = list(db.session.scalars(insert(User).returning(User.id, sort_by_parameter_order=True), rows))
    held = list(zip(ids, people, strict=True))
    _insert(UserRole, [{"user_id": i, "role": str(role)} for i, facts in held for role in facts.roles])
    _insert(UserSpecialty, [{"user_id": i, "specialty_id": n} for i, facts in held for n in facts.specialty_ids])
    if any(Role.MANAGER in facts.roles for facts in people):
        count_managers()
    if invite:
        addressed = [links.Addressee(i, facts.email, facts.language) for i, facts in held]
        links.send_all(addressed, LinkKind.INVITATION)
    _record(rows, people, by, invite)


def _row(facts: PersonFacts, by: User) -> dict[str, Any]:
    plain = {name: getattr(facts, name) for name in PLAIN}
    return plain | {
        # Longer than other references: among ten thousand new ones two short ones would soon be the same.
        "ref": new_ref("PE", 8),
        "unit_id": facts.unit_id,
        "search_key": search_key_of(facts.name, facts.email, facts.council_number),
        "created_at": clock.now(),
        "created_by_id": by.id,
    }


def _insert(model: type[UserRole] | type[UserSpecialty], rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(model), rows)


def _record(rows: list[dict[str, Any]], people: Sequence[PersonFacts], by: User, invite: bool) -> None:
    added = [[row["ref"], sorted(facts.roles)] for row, facts in zip(rows, people, strict=True)]
    for start in range(0, len(added), TOLD_AT_A_TIME):
        part = added[start : start + TOLD_AT_A_TIME]
        audit.record("system", "person.import", by_id=by.id, people=part, of=len(added), invited=invite)
