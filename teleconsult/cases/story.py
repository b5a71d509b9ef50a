"""The clinical story of a case as its page tells it: what was asked, what was answered, what came back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from teleconsult.cases import outcome
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import Outcome, OutcomeLater
from teleconsult.cases.queries_case import Given
from teleconsult.cases.request import KIND_WORDS
from teleconsult.cases.vitals import VITALS, show_vital
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import decimal_mark, in_language, localtime


@dataclass(frozen=True)
class Asked:
    """One question, and the round whose opinion answers it (0: none yet)."""

    id: int
    number: int
    kind: str
    text: str
    answered_in: int = 0
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Edition:
    """One version of an opinion, with its answers in the order of the questions."""

    opinion: Any
    author: User | None
    answers: Sequence[tuple[Asked, str]]
    diagnoses: Sequence[Any]
    specialty: str
    last: bool
    own: bool

    @property
    def may_change(self) -> bool:
        """Tell whether the reader wrote it and it still stands."""
        return self.own and self.last and self.opinion.withdrawn_at is None


@dataclass(frozen=True)
class Round:
    """The opinion of one round: the edition that counts, and the earlier ones, newest first."""

    number: int
    current: Edition
    older: Sequence[Edition]


@dataclass(frozen=True)
class Item:
    """One exam or piece of data that was asked for; empty words until whoever reads may see them."""

    number: int
    text: str
    answer: str
    why_not: str
    saved_at: datetime | None


@dataclass(frozen=True)
class Wanted:
    """One list of exams and data, and by whom it was asked."""

    asked_by: User | None
    asked_at: datetime
    note: str
    closed_at: datetime | None
    items: Sequence[Item] = field(default_factory=tuple)


def asked_of(questions: Iterable[Any], given: Given) -> list[Asked]:
    """Return the questions; one counts as answered while the last edition of an opinion on it stands."""
    last = {opinion.round: opinion for opinion in given.opinions}.values()
    answers = {
        row.question_id: opinion
        for opinion in last
        if opinion.withdrawn_at is None
        for row in given.answers.get(opinion.id, ())
    }
    made = []
    for row in questions:
        by = answers.get(row.id)
        made.append(
            Asked(
                row.id,
                row.number,
                _(KIND_WORDS[row.kind]),
                row.text,
                by.round if by else 0,
                by.given_at if by else None,
            )
        )
    return made


def rounds_of(given: Given, asked: Sequence[Asked], people: Mapping[int, User], reader: User) -> list[Round]:
    """Return the opinions by round, oldest first, each with the editions that a correction replaced."""
    by_round: dict[int, list[Any]] = {}
    for opinion in given.opinions:
        by_round.setdefault(opinion.round, []).append(opinion)
    by_id = {question.id: question for question in asked}
    made = []
    for number, rows in by_round.items():
        editions = [
            Edition(
                row,
                people.get(row.author_id),
                [(by_id[a.question_id], a.text) for a in given.answers.get(row.id, ()) if a.question_id in by_id],
                given.diagnoses.get(row.id, ()),
                in_language(row.name_pt, row.name_en),
                row is rows[-1],
                row.author_id == reader.id,
            )
            for row in rows
        ]
        made.append(Round(number, editions[-1], editions[-2::-1] if len(editions) > 1 else ()))
    return made


def wanted_of(
    lists: Mapping[int, Sequence[Any]], people: Mapping[int, User], *, asker_side: bool
) -> tuple[Wanted | None, list[Wanted]]:
    """Return the list that waits for the unit, if any, and those that were answered, oldest first.

    What the unit saved of an open list is its own until it sends it.
    """
    waiting: Wanted | None = None
    closed = []
    for rows in lists.values():
        of = rows[0]
        shown = of.closed_at is not None or asker_side
        items = [
            Item(i.number, i.text, i.answer if shown else "", i.why_not if shown else "", i.saved_at) for i in rows
        ]
        made = Wanted(people.get(of.asked_by_id), of.asked_at, of.note, of.closed_at, items)
        if of.closed_at is None:
            waiting = made
        else:
            closed.append(made)
    return waiting, closed


def vitals_of(case: Case) -> list[tuple[str, str]]:
    """Return the vital signs of a request with their units, in the order of the form."""
    return signs_of(case.vitals)


def signs_of(signs: Mapping[str, str] | None) -> list[tuple[str, str]]:
    """Return vital signs as they are kept, each with its name and unit, in the order of the form."""
    signs = signs or {}
    return [
        (str(_(vital.label)), f"{show_vital(signs[name], decimal_mark())} {_(vital.unit)}")
        for name, vital in VITALS.items()
        if signs.get(name)
    ]


@dataclass(frozen=True)
class Sent:
    """Who sent the case last, in whose name, and whether it had come back before."""

    by: User | None
    author: User | None
    again: bool


def last_sent(happened: Sequence[Any], people: Mapping[int, User]) -> Sent | None:
    """Return the last sending of a case, from its events; None while it was never sent."""
    last = next((event for event in reversed(happened) if event.verb == "submit"), None)
    if last is None:
        return None
    by = people.get(last.by_id or 0)
    return Sent(by, people.get(last.for_id) if last.for_id else by, bool(last.data.get("again")))


@dataclass(frozen=True)
class Cancelled:
    """When a case ended without an opinion, and whether the clock ended it."""

    at: datetime
    lapsed: bool


def cancelled(happened: Sequence[Any]) -> Cancelled | None:
    """Return the end of a case that nobody answers any more, from its events."""
    last = next((event for event in reversed(happened) if event.verb in ("cancel", "lapse")), None)
    return Cancelled(last.at, last.verb == "lapse") if last else None


@dataclass(frozen=True)
class Told:
    """What came of the case: which questions are asked now, and what was answered to the others."""

    asked: Sequence[int]
    given: Sequence[tuple[str, Sequence[tuple[str, str]]]]


def outcome_words(now: Iterable[Outcome], later: Iterable[OutcomeLater]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the answers to the survey and to its later question, one conclusion after the other, in words."""
    made = []
    told: list[Outcome | OutcomeLater] = [*now, *later]
    for row in sorted(told, key=lambda given: given.round):
        when = localtime(row.given_at)
        if isinstance(row, OutcomeLater):
            pairs = [(_("Orientação seguida"), _(outcome.FOLLOWED[row.followed])), (_("O que aconteceu"), row.result)]
            made.append((_("%(days)d dias depois, respondido %(when)s", days=row.days, when=when), pairs))
            continue
        pairs = [
            (_("Satisfação"), _(outcome.SATISFACTION[str(row.satisfaction or outcome.NOT_INFORMED)])),
            (_("Dúvida resolvida"), _(outcome.DOUBT[row.doubt])),
            (_("Encaminhamento"), _(outcome.REFERRAL[row.referral])),
            (_("Mudança de conduta"), _(outcome.CONDUCT[row.conduct])),
            (_("Comentário"), row.comment),
        ]
        made.append((_("Respondido %(when)s", when=when), pairs))
    return [(str(label), [(str(name), str(words)) for name, words in pairs if words]) for label, pairs in made]
