"""Finding cases by words, by name or by code, among those a person may see and as far as they may see them.

The scope of a person becomes a part of the full-text query, so that only permitted rows are ever read,
newest first, and reading stops when the page is full: a word of a tenth of all cases costs what a rare
one does. A waiting case is found by its clinical words, never by the patient's name; an administrator
finds by the name, never by the clinical words; a manager by the code alone (domain.md, safety.md).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Row,
    bindparam,
    select,
)

from teleconsult.cases.authors import WROTE
from teleconsult.cases.models import Case, PatientSnapshot
from teleconsult.cases.queries_fts import find_by_fts
from teleconsult.cases.queries_vectors import find_by_vectors
from teleconsult.cases.visible import shared_unit_of, units_of
from teleconsult.cases.withheld import IS_WITHHELD
from teleconsult.coding.words import beginnings_of, dated, unnamed
from teleconsult.extensions import db, read
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.web import Page

LONGEST_QUERY = 200
EXACT_FROM = 4
"""A run of so many digits is a number somebody holds (CNS, CPF, record): it is found whole or not at all."""

_CODE = re.compile(r"(?:(?:CASO|CASE)?#?TC-?)?([0-9A-Z]{6})")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_LABELLED = re.compile(r"\b(?:CPF|CNS|prontu[aá]rio)\s*(?:n[º°o]\.?\s*)?:?\s*(?=\d)", re.IGNORECASE)
_AGED = re.compile(r",\s*\d{1,3}\s+(?:anos?|m[eê]s(?:es)?|dias?|years?|months?|days?)\s*$", re.IGNORECASE)
"""An age behind a name, as our own lists write it: whoever copies the line looks for the name."""

_GROUPED = re.compile(r"\b(?:\d{3}[. \xa0]\d{3}[. \xa0]\d{3}[- \xa0]?\d{2}|\d{3}(?:[ .\xa0]\d{4}){3})\b", re.ASCII)
"""A CPF or a CNS in the groups in which cards and papers print it."""

_CROCKFORD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_UNITS = units_of().order_by(HealthUnit.id)


@dataclass(frozen=True)
class Scope:
    """Which cases a person finds. `open` keys give name and clinical words, `waiting` keys clinical words only."""

    open: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    every_name: bool = False
    drafts: bool = False
    """Whether this person writes requests: their drafts are found too (`drafts.drafts_holding`)."""

    @property
    def by_words(self) -> bool:
        """Tell whether words find anything at all for this person, or only codes do."""
        return bool(self.open or self.waiting or self.every_name)


def scope_of(user: User) -> Scope:
    """Return which cases a person finds, from all their roles together."""
    keys: list[str] = []
    waiting: list[str] = []
    if user.has(Role.REQUESTER):
        keys.append(f"r:{user.id}")
        if (shared := shared_unit_of(user)) is not None:
            keys.append(f"u:{shared}")
    if user.has(Role.CONSULTANT):
        keys.append(f"c:{user.id}")
        waiting = [f"w:{specialty_id}" for specialty_id in sorted(user.specialty_ids)]
    if user.supported_district:
        keys += [f"u:{row[0]}" for row in read(_UNITS, {"district": user.supported_district})]
    writes = user.has(Role.REQUESTER) or user.has(Role.SUPPORT)
    return Scope(tuple(keys), tuple(waiting), user.has(Role.ADMINISTRATOR), writes)


def code_in(words: str) -> str | None:
    """Return the reference of a case if what was typed can be one: 'tc7k3q9o' and '7k3q90' are TC-7K3Q90.

    A word of six letters can be one too: whoever asks looks for it as a word where there is no such case.
    """
    found = _CODE.fullmatch("".join(_DASHES.sub("-", words).upper().split()))
    return f"TC-{found[1].translate(_CROCKFORD)}" if found else None


def find(scope: Scope, words: str) -> Page:
    """Return a page of row numbers of the cases that hold every word, newest first.

    Empty when nothing searchable was typed. Keys of the address: see `page_by_key`.
    """
    words = told(words[:LONGEST_QUERY])
    beginnings = beginnings_of(words)
    vectors = db.session.get_bind().dialect.name == "postgresql"
    if not beginnings or not scope.by_words:
        return Page([], None, None)
    if not vectors:
        # Words are of a-z and 0-9 alone and stand in quotes: nothing typed can be an operator of FTS5.
        queries = [f'"{word}"' + ("" if is_whole(word) else " *") for word in beginnings]
        return find_by_fts(scope.open, scope.waiting, scope.every_name, queries)
    terms = [f"'{word}'" + ("" if is_whole(word) else ":*") for word in beginnings]
    return find_by_vectors(scope.open, scope.waiting, scope.every_name, terms, _plain(words))


def told(words: str) -> str:
    """Return what was typed as it is looked for: a number or a date in one piece and by itself, a name without the age behind it."""
    return unnamed(dated(one_number(_LABELLED.sub("", _AGED.sub("", words)))))


def one_number(words: str) -> str:
    """Return the words with a CPF or CNS as the index has it: '529.982.247-25' becomes '52998224725'."""
    return _GROUPED.sub(lambda found: re.sub(r"\D", "", found[0]), _DASHES.sub("-", words))


def is_whole(word: str) -> bool:
    """Tell whether a word is found as it stands, or not at all; any other also where it begins one."""
    return len(word) == 1 or (len(word) >= EXACT_FROM and word.isdigit())


def _plain(typed: str) -> str:
    return typed[:LONGEST_QUERY].replace("\x00", " ").encode("utf-8", "ignore").decode()


_ROWS: Any = (
    select(
        Case.id,
        Case.ref,
        Case.state,
        Case.specialty_id,
        Case.priority,
        Case.unit_id,
        Case.requester_id,
        Case.holder_id,
        Case.escalated_by_id,
        Case.filed_by_id,
        Case.initials,
        Case.birth_date,
        Case.age_years,
        Case.complaint,
        Case.subjective,
        Case.objective,
        Case.assessment,
        Case.plan,
        Case.available,
        Case.due_at,
        Case.ends_at,
        Case.clock_since,
        Case.service_seconds,
        Case.submitted_at,
        Specialty.name_pt,
        Specialty.name_en,
        HealthUnit.name.label("unit_name"),
        HealthUnit.shares_cases,
        HealthUnit.district,
        PatientSnapshot.name,
        PatientSnapshot.social_name,
        WROTE.label("wrote"),
        IS_WITHHELD.label("withheld"),
    )
    .join(HealthUnit, HealthUnit.id == Case.unit_id)
    .outerjoin(Specialty, Specialty.id == Case.specialty_id)
    .outerjoin(PatientSnapshot, PatientSnapshot.case_id == Case.id)
)


_ROWS_OF = _ROWS.where(Case.id.in_(bindparam("cases", expanding=True)))
_ROW_OF = _ROWS.where(Case.ref == bindparam("ref"))


def rows_of(case_ids: Sequence[int], user: User) -> Sequence[Row[Any]]:
    """Return what a list shows of the cases, in the order of the given row numbers."""
    if not case_ids:
        return []
    by_id = {row.id: row for row in read(_ROWS_OF, {"user_id": user.id, "cases": case_ids})}
    return [by_id[number] for number in case_ids if number in by_id]


def row_of_code(ref: str, user: User) -> Row[Any] | None:
    """Return what a list shows of one case by its reference; whether the person may see it is not asked here."""
    return next(iter(read(_ROW_OF, {"user_id": user.id, "ref": ref})), None)
