"""Requests that are being written, as their screens ask for them."""

import re
from collections.abc import Mapping, Sequence, Set
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, literal_column, select
from sqlalchemy.orm.attributes import set_committed_value

from teleconsult import clock
from teleconsult.cases import lifecycle
from teleconsult.cases.access import Sight, case_for
from teleconsult.cases.draft_fields import RETURNABLE, SAVED, SEARCHED
from teleconsult.cases.draft_problems import codes_in
from teleconsult.cases.draft_text import Book, Reading
from teleconsult.cases.draft_text import read as read_texts
from teleconsult.cases.lifecycle import State, Who
from teleconsult.cases.models import Case, CaseDraft, CaseEvent
from teleconsult.cases.models_opinion import MissingItem
from teleconsult.cases.needs import Facts
from teleconsult.cases.queries_search import is_whole, one_number, told
from teleconsult.cases.shelves import in_state
from teleconsult.cases.visible import any_of, in_district
from teleconsult.cases.world import consented, own_district
from teleconsult.coding.search import titles_of
from teleconsult.coding.words import beginnings_of, dated, joined, undotted, words_of
from teleconsult.errors import NotFound
from teleconsult.extensions import db, read
from teleconsult.loading import columns_of, known, taken
from teleconsult.network import prompts
from teleconsult.network.directory import HAS_VISITS
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.access import Role
from teleconsult.people.models import User, UserRole
from teleconsult.shifts.calendar import local_day
from teleconsult.shifts.roster import served
from teleconsult.web.words import in_language

MOST_DRAFTS = 50


def draft_for(user: User, ref: str) -> Case:
    """Return a case that this person writes, for oneself or as support for its requester.

    It may have been sent meanwhile: then it has no `draft` any more, and its page is the place to go.

    Raises:
        NotFound: it is not there, or not this person's to write.
    """
    case, sight = case_for(user, ref)
    if sight is not Sight.FULL or not writes(user, case):
        raise NotFound
    set_committed_value(case, "draft", _draft_of(case))
    if case.state == State.DRAFT:
        # They come with the sending: nobody need ask for them.
        set_committed_value(case, "snapshot", None)
        for name in ("questions", "problems", "consents"):
            set_committed_value(case, name, [])
    return case


def writes(user: User, case: Case) -> bool:
    """Tell whether a request is this person's to write: what is typed into it and not sent is nobody else's to read."""
    facts = Facts(own_district=own_district(case, user))
    return bool({Who.REQUESTER, Who.SUPPORT} & lifecycle.parts(case, user, facts))


_OF_DRAFT = columns_of(CaseDraft)
_DRAFT = select(*(getattr(CaseDraft, name) for name in _OF_DRAFT)).where(CaseDraft.case_id == bindparam("of"))


def _draft_of(case: Case) -> CaseDraft | None:
    db.session.flush()
    rows = read(_DRAFT, {"of": case.id})
    return known(CaseDraft, taken(_OF_DRAFT, iter(rows[0]))) if rows else None


def today_at(case: Case) -> date:
    """Return the day it is at the case's unit."""
    return local_day(clock.now(), case.unit.zone)


def reading_of(case: Case, fields: Mapping[str, Any] | None = None, rows: Sequence[Any] | None = None) -> Reading:
    """Read a draft as it stands, or the given texts as if they stood in it; `rows` are the `specialties()`, if they are known."""
    texts = (case.draft.fields if case.draft else {}) if fields is None else fields
    return read_texts(texts, book_of(case, texts, specialties() if rows is None else rows))


def book_of(case: Case, fields: Mapping[str, Any], rows: Sequence[Any]) -> Book:
    """Return what the texts of a draft are read against."""
    return Book(
        today=today_at(case),
        specialties={row.slug: row.id for row in rows if row.teleconsult},
        referrals={row.slug: row.id for row in rows},
        # The record is kept in the language of the service, whoever writes.
        codes={(p.system, p.code): p.title for p in case.problems if p.code} | titles_of(codes_in(fields)),
        consented=consented(case),
    )


_COLUMNS = (
    Specialty.id,
    Specialty.slug,
    Specialty.name_pt,
    Specialty.name_en,
    Specialty.teleconsult,
    Specialty.prompts,
)
_LISTED = select(*_COLUMNS).where(HAS_VISITS).order_by(Specialty.name_pt)
_SPECIALTIES = _LISTED.add_columns(literal_column("1").label("served"))
_TOLD = _LISTED.add_columns(served(Specialty.id).label("served"))
_ONE = select(*_COLUMNS).where(Specialty.id == bindparam("id"))


def specialties(*, to_choose: bool = False) -> Sequence[Any]:
    """Return what one may refer to, by name; `teleconsult` marks what takes cases.

    `to_choose` also looks where nobody answers at all: `served` is then false.
    """
    return read(_TOLD if to_choose else _SPECIALTIES, {})


def specialty_name(specialty_id: int | None, rows: Sequence[Any] = ()) -> str:
    """Return the name of a specialty in the reader's language; '' for none. `rows` are the `specialties()`, if they are known."""
    row = _specialty(specialty_id, rows)
    return in_language(row.name_pt, row.name_en) if row else ""


def prompts_of(specialty_id: int | None, rows: Sequence[Any] = ()) -> list[str]:
    """Return what helps the specialist, a line each, in the reader's language; `rows` as for `specialty_name`."""
    row = _specialty(specialty_id, rows)
    return prompts.shown(row.prompts) if row else []


def _specialty(specialty_id: int | None, rows: Sequence[Any]) -> Any:
    for row in rows:
        if row.id == specialty_id:
            return row
    return next(iter(read(_ONE, {"id": specialty_id})), None) if specialty_id else None


def message_of(case: Case) -> tuple[str, str] | None:
    """Return who sent a case back and their words to the unit, if they left any."""
    if case.state != State.RETURNED:
        return None
    query = (
        select(CaseEvent.said, User.name)
        .join(User, User.id == CaseEvent.by_id)
        .where(CaseEvent.case_id == case.id, CaseEvent.verb == "return")
    )
    row = db.session.execute(query.order_by(CaseEvent.number.desc()).limit(1)).one_or_none()
    return (row.name, row.said) if row and row.said else None


def taken_of(case: Case) -> list[tuple[str, int, str]]:
    """Return for each step the key of its copy in a browser, and at which version which open page saved it last."""
    saved = case.draft.fields.get(SAVED, {}) if case.draft else {}
    return [(f"{case.ref}/{step}", version, editor) for step, (version, editor, *_more) in saved.items()]


def saver_of(case: Case, step: str) -> User | None:
    """Return who changed a step of the draft last, if that is known."""
    _version, _editor, *more = (case.draft.fields if case.draft else {}).get(SAVED, {}).get(step, (0, ""))
    return db.session.get(User, more[1]) if len(more) > 1 else None


def missing_of(case: Case) -> dict[str, str]:
    """Return what an administrator sent the case back for, in the order of the form: field → what to do about it."""
    if case.state != State.RETURNED:
        return {}
    query = select(MissingItem.field, MissingItem.note).where(
        MissingItem.case_id == case.id, MissingItem.resolved_at.is_(None)
    )
    notes = {row.field: row.note for row in db.session.execute(query.order_by(MissingItem.event_id))}
    order = [*RETURNABLE, *notes]
    return {name: notes[name] for name in sorted(notes, key=order.index)}


def drafts_of(user: User) -> Sequence[Any]:
    """Return the drafts that this person writes (`writes`), the one touched last first: own ones, and those filed for others."""
    district = user.supported_district
    given = {"user_id": user.id} | ({"district": district} if district else {})
    return read(_drafts(user.has(Role.REQUESTER), bool(district)), given)


def drafts_holding(user: User, words: str) -> Sequence[Any]:
    """Return those of `drafts_of` that hold every word, as the search finds it in a case that was sent (`queries_search`)."""
    wanted = beginnings_of(told(words))
    return [row for row in drafts_of(user) if _holds(row.fields, wanted)] if wanted else []


def drafts_numbered(numbers: Set[str]) -> list[int]:
    """Return the numbers of the rows of requests that were never sent and in which one of these CNS or CPF stands, as digits."""
    if not numbers:
        return []
    query = select(CaseDraft.case_id, CaseDraft.fields).join(Case, Case.id == CaseDraft.case_id)
    written = db.session.execute(query.where(in_state(State.DRAFT)).order_by(CaseDraft.case_id))
    return [row.case_id for row in written if numbers & _numbers_in(row.fields)]


def drafts_noted(name: str, choices: Set[str]) -> list[Case]:
    """Return the requests that were never sent and whose draft has a note of this name with one of these choices."""
    query = select(CaseDraft.case_id, CaseDraft.fields).join(Case, Case.id == CaseDraft.case_id)
    written = db.session.execute(query.where(in_state(State.DRAFT)).order_by(CaseDraft.case_id))
    ids = [row.case_id for row in written if row.fields.get(name, {}).get("choice") in choices]
    return [db.session.get_one(Case, number) for number in ids]


def _numbers_in(fields: Mapping[str, Any]) -> set[str]:
    return {re.sub(r"\D", "", str(fields.get(name) or "")) for name in ("cns", "cpf")}


def _holds(fields: Mapping[str, Any], wanted: Sequence[str]) -> bool:
    values = (fields.get(name) or "" for name in SEARCHED)
    text = " ".join(value if isinstance(value, str) else " ".join(value) for value in values)
    held = {*words_of(one_number(undotted(text))), *words_of(joined(dated(text)))}
    return all(word in held if is_whole(word) else any(one.startswith(word) for one in held) for word in wanted)


@cache
def _drafts(own: bool, others: bool) -> Select[Any]:
    user_id: Any = bindparam("user_id")
    mine = [Case.requester_id == user_id] if own else []
    if others:
        mine.append(and_(Case.filed_by_id == user_id, Case.requester_id != user_id, in_district()))
    return (
        select(Case.ref, Case.requester_id, CaseDraft.saved_at, CaseDraft.fields, User.title, User.name)
        .join(CaseDraft, CaseDraft.case_id == Case.id)
        .join(User, User.id == Case.requester_id)
        .join(HealthUnit, HealthUnit.id == Case.unit_id)
        .where(in_state(State.DRAFT), any_of(*mine))
        .order_by(CaseDraft.saved_at.desc())
        .limit(literal_column(str(MOST_DRAFTS)))
    )


def named_requesters(user: User) -> Sequence[Any]:
    """Return the requesters for whom a support person may file, by unit and name."""
    if not user.supported_district:
        return []
    query = (
        select(User.ref, User.title, User.name, HealthUnit.name.label("unit"))
        .join(HealthUnit, HealthUnit.id == User.unit_id)
        .join(UserRole, and_(UserRole.user_id == User.id, UserRole.role == Role.REQUESTER))
        .where(HealthUnit.district == user.supported_district, User.switched_off_at.is_(None), User.id != user.id)
    )
    return db.session.execute(query.order_by(HealthUnit.name, User.search_key, User.id)).all()


_BEGUN = select(Case.ref).where(Case.token == bindparam("token"), Case.filed_by_id == bindparam("user_id"))


def begun_by(user: User, token: str) -> str | None:
    """Return the reference of the case that this person's form with this token began, if it did."""
    return next((row.ref for row in read(_BEGUN, {"token": token, "user_id": user.id})), None)


def linkable(user: User, ref: str) -> Case | None:
    """Return an earlier case that a new one may continue: whole before this person's eyes, and sent once."""
    try:
        case, sight = case_for(user, ref)
    except NotFound:
        return None
    return case if sight is Sight.FULL and case.snapshot is not None else None


def waiting_to_confirm(user: User) -> Sequence[Any]:
    """Return the cases that support sent, or completed and sent again, in this person's name, to be confirmed.

    Each names who sent it last, and when: that text is confirmed, and not always of whoever filed the case. Who asks no
    more reads the case no more, and confirms nothing.
    """
    if not user.has(Role.REQUESTER):
        return []
    last = (
        select(func.max(CaseEvent.number))
        .where(CaseEvent.case_id == Case.id, CaseEvent.verb == "submit")
        .correlate(Case)
        .scalar_subquery()
    )
    query = (
        select(
            Case.ref,
            Case.version,
            Case.complaint,
            Case.initials,
            CaseEvent.at,
            CaseEvent.data,
            User.title,
            User.name,
            Specialty.name_pt,
            Specialty.name_en,
        )
        .join(CaseEvent, and_(CaseEvent.case_id == Case.id, CaseEvent.number == last))
        .join(User, User.id == CaseEvent.by_id)
        .outerjoin(Specialty, Specialty.id == Case.specialty_id)
        .where(Case.confirm_by_id == user.id)
    )
    return db.session.execute(query.order_by(CaseEvent.at, Case.id).limit(MOST_DRAFTS)).all()
