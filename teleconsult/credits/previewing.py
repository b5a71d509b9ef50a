"""What a next version of the rules would have paid for the month before, beside what was paid. Nothing is written."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from teleconsult.credits import replay
from teleconsult.credits import rules as r
from teleconsult.credits.ledger import Rulebook
from teleconsult.credits.models import CreditEntry
from teleconsult.credits.rules import Rules
from teleconsult.extensions import db
from teleconsult.people.models import User

MOST = 200
"""People that are reckoned while somebody waits."""


@dataclass(frozen=True)
class Effect:
    """One person's minutes of a month under the present rules and under the next."""

    name: str
    now: int
    then: int

    @property
    def change(self) -> int:
        """Return what the next rules would add."""
        return self.then - self.now


def effect(next_rules: Rules, month: date) -> list[Effect]:
    """Return what each person earned in a month, reckoned by the rules of then and by other ones; by the size of change."""
    book = Rulebook()
    found = [
        Effect(person.full_name, _minutes(person, book, month), _minutes(person, _Always(next_rules), month))
        for person in _people(month)
    ]
    return sorted(found, key=lambda one: (-abs(one.change), one.name))


class _Always(Rulebook):
    """One version for every day."""

    def __init__(self, rules: Rules) -> None:
        self.ids, self.all = {rules.number: 0}, [rules]


def _people(month: date) -> Iterator[User]:
    there = select(CreditEntry.person_id).where(CreditEntry.month == month).distinct()
    yield from db.session.scalars(select(User).where(User.id.in_(there)).order_by(User.search_key).limit(MOST))


def _minutes(person: User, book: Rulebook, month: date) -> int:
    sums: dict[date, int] = defaultdict(int)
    for line in replay.lines_of(person, book, {}, month):
        sums[r.month_of(line.day)] += line.minutes
    return sums[month]
