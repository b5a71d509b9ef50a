"""Declarations: what they state, the code that verifies them, and their succession."""

import secrets
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from teleconsult import audit, clock
from teleconsult.credits import versions
from teleconsult.credits.models import CreditEntry
from teleconsult.credits.models_activities import CreditDeclaration
from teleconsult.credits.rules import Kind
from teleconsult.errors import N_, NotFound, Overtaken, Refused
from teleconsult.extensions import db
from teleconsult.network.models import Specialty
from teleconsult.notices import actions as notices
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.web.refs import ALPHABET, new_ref

CODE_LENGTH = 16
"""Characters of five bits: eighty, which nobody guesses at the pace the public page allows."""

GROUP = 4
CONSULTANT, REQUESTER = "consultant", "requester"
Origin = aliased(CreditEntry)


@dataclass(frozen=True)
class Asked:
    """Which declaration is wanted."""

    audience: str
    from_on: date
    until_on: date
    language: str


@dataclass(frozen=True)
class Facts:
    """What a declaration states: minutes of each kind, and how many answers in each specialty (both languages)."""

    name: str
    registration: str
    minutes: dict[str, int]
    answers: list[tuple[str, str, int]]

    @property
    def total(self) -> int:
        """Return the minutes of every kind together."""
        return sum(self.minutes.values())


def audiences_of(person: User) -> list[str]:
    """Return which declarations a person can ask for."""
    held = ((Role.CONSULTANT, CONSULTANT), (Role.REQUESTER, REQUESTER))
    return [audience for role, audience in held if person.has(role)]


def facts_of(person: User, asked: Asked) -> Facts:
    """Return what is so now.

    Raises:
        Refused: the period is upside down or not over, the person has no such declaration, or there are no hours.
    """
    if asked.until_on < asked.from_on:
        raise Refused(N_("O fim do período vem antes do começo."), "until_on")
    if asked.until_on > versions.today():
        raise Refused(N_("O período termina no futuro."), "until_on")
    if asked.audience not in audiences_of(person):
        raise Refused(N_("Esta declaração é para outro papel."), "audience")
    minutes: dict[str, int] = defaultdict(int)
    for kind, total in db.session.execute(_minutes(person.id, asked)):
        if (kind == Kind.EDUCATION) == (asked.audience == REQUESTER):
            minutes[kind] += int(total)
    if not any(minutes.values()):
        raise Refused(N_("Não há horas suas nesse período."), "from_on")
    answers = (
        [] if asked.audience == REQUESTER else [tuple(row) for row in db.session.execute(_answers(person.id, asked))]
    )
    return Facts(person.full_name, person.registration, dict(minutes), [(pt, en, int(n)) for pt, en, n in answers])


def _minutes(person_id: int, asked: Asked) -> Any:
    e, kind = CreditEntry, func.coalesce(Origin.kind, CreditEntry.kind)
    return (
        select(kind, func.sum(e.minutes))
        .select_from(e)
        .outerjoin(Origin, Origin.id == e.corrects_id)
        .where(e.person_id == person_id, e.day >= asked.from_on, e.day <= asked.until_on)
        .group_by(kind)
    )


def _answers(person_id: int, asked: Asked) -> Any:
    e = CreditEntry
    return (
        select(Specialty.name_pt, Specialty.name_en, func.count())
        .join(e, e.specialty_id == Specialty.id)
        .where(e.person_id == person_id, e.day >= asked.from_on, e.day <= asked.until_on, e.kind == Kind.OPINION)
        .group_by(Specialty.name_pt, Specialty.name_en)
        .order_by(Specialty.name_pt)
    )


def standing(person: User, asked: Asked) -> CreditDeclaration | None:
    """Return the valid declaration of the same period, if there is one."""
    d = CreditDeclaration
    return db.session.scalars(
        select(d).where(
            d.person_id == person.id, d.audience == asked.audience, d.from_on == asked.from_on,
            d.until_on == asked.until_on, d.language == asked.language, d.replaced_at.is_(None), d.revoked_at.is_(None),
        )
    ).one_or_none()  # fmt: skip


def says_the_same(found: CreditDeclaration, facts: Facts) -> bool:
    """Tell whether a declaration still states what is so."""
    return kept(facts) == found.facts


def kept(facts: Facts) -> dict[str, Any]:
    """Return the facts as a declaration keeps them."""
    return asdict(facts) | {"answers": [list(row) for row in facts.answers]}


def new_code() -> str:
    """Return a code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def shown(code: str) -> str:
    """Return a code as people read it: 'AB12-CD34-EF56-GH78'."""
    return "-".join(code[i : i + GROUP] for i in range(0, len(code), GROUP))


def read_code(text: str) -> str:
    """Return a code as it is kept, however it was typed: O is read as 0, I and L as 1; of a whole address its end."""
    plain = "".join(char for char in text.strip().rstrip("/").rpartition("/")[2].upper() if char.isalnum())
    return plain.translate(str.maketrans("OIL", "011"))[: 2 * CODE_LENGTH]


def issue(person: User, asked: Asked, facts: Facts, made: tuple[str, bytes, str], *, by: User) -> CreditDeclaration:
    """Keep a paper that was made from `facts` as a declaration; the one before it points to it.

    `made` is the code, the PDF that bears it, and who signed it ('' for nobody).

    Raises:
        Overtaken: what it states changed while it was made.
    """
    if kept(facts_of(person, asked)) != kept(facts):
        raise Overtaken
    code, pdf, signed_by = made
    before = standing(person, asked)
    if before is not None:
        before.replaced_at = clock.now()
        db.session.flush()
    found = CreditDeclaration(
        ref=new_ref("DC"), code=code, person_id=person.id, audience=asked.audience, from_on=asked.from_on,
        until_on=asked.until_on, language=asked.language, minutes=facts.total, facts=kept(facts),
        sha256=sha256(pdf).hexdigest(), signed_by=signed_by[:200], pdf=pdf, issued_at=clock.now(),
    )  # fmt: skip
    db.session.add(found)
    db.session.flush()
    if before is not None:
        before.replaced_by_id = found.id
        db.session.flush()
    audit.record("system", "credits.declare", by_id=by.id, for_id=person.id, subject=found.ref, sha256=found.sha256)
    return found


def revoke(found: CreditDeclaration, why: str, *, by: User) -> None:
    """Make a declaration void, with a reason; the person it speaks of is told: they may have handed it in.

    Raises:
        Refused: it is void already, or there is no reason.
    """
    if not why.strip():
        raise Refused(N_("Falta informar: %(what)s."), "why", what=N_("o motivo"))
    if found.revoked_at is not None:
        raise Refused(N_("Esta declaração já foi revogada."))
    with db.session.no_autoflush:
        found.revoked_at, found.revoked_by_id, found.revoked_why = clock.now(), by.id, why.strip()
    db.session.flush()
    audit.record("system", "credits.revoke", by_id=by.id, for_id=found.person_id, subject=found.ref)
    notices.tell([db.session.get_one(User, found.person_id)], "credits.revoke", subject=found.ref, by=by)


def coded(code: str) -> CreditDeclaration | None:
    """Return the declaration of a code, if there is one."""
    found = read_code(code)
    if len(found) != CODE_LENGTH:
        return None
    return db.session.scalars(select(CreditDeclaration).where(CreditDeclaration.code == found)).one_or_none()


def last_of(found: CreditDeclaration) -> CreditDeclaration:
    """Return the newest declaration that follows this one."""
    while found.replaced_by is not None:
        found = found.replaced_by
    return found


def declarations(person: User | None = None) -> Select[*tuple[Any, ...]]:
    """Return the query of the declarations, this person's when one is given, without order."""
    d = CreditDeclaration
    query = select(
        d.id, d.ref, d.code, d.audience, d.from_on, d.until_on, d.minutes, d.issued_at, d.replaced_at, d.revoked_at,
        d.signed_by, User.title, User.name,
    ).join(User, User.id == d.person_id)  # fmt: skip
    return query if person is None else query.where(d.person_id == person.id)


def declaration_called(ref: str, person: User | None = None) -> CreditDeclaration:
    """Return a declaration by its reference, this person's when one is given.

    Raises:
        NotFound: there is none.
    """
    query = select(CreditDeclaration).where(CreditDeclaration.ref == ref)
    if person is not None:
        query = query.where(CreditDeclaration.person_id == person.id)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found
