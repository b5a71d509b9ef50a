"""One case as a row of a list: how it is called, its state and its deadline in words, from columns alone."""

from datetime import date, datetime
from functools import cached_property
from typing import Any, cast

from flask import url_for
from sqlalchemy import Row

from teleconsult import clock
from teleconsult.cases import counting
from teleconsult.cases.access import Sight, sight_of
from teleconsult.cases.ages import age_words, band_words
from teleconsult.cases.counting import Clocks
from teleconsult.cases.due import Chip, due_chip, service_chip
from teleconsult.cases.lifecycle import SERVICE, State
from teleconsult.cases.models import Case
from teleconsult.cases.words import STATE_WORDS
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import in_language, local

_NO_CLOCK = Clocks({})


class Moment:
    """The present, read once for a whole list."""

    def __init__(self) -> None:
        self.now: datetime = clock.now()

    @cached_property
    def here(self) -> datetime:
        """Return the present in the reader's zone."""
        return local(self.now)

    @cached_property
    def today(self) -> date:
        """Return the reader's today."""
        return self.here.date()

    @cached_property
    def clocks(self) -> Clocks:
        """Return how the clocks count; read only where a clock runs."""
        return counting.load()

    @cached_property
    def _cases(self) -> str:
        return url_for("cases.show", ref="_")[:-1]

    def address_of(self, ref: str) -> str:
        """Return the address of a case: a list has twenty, and they differ by the reference alone."""
        return self._cases + ref


class _AsCase:
    """The columns of a row under the names by which the rules of sight ask for them."""

    def __init__(self, row: Row[Any]) -> None:
        self._row = row

    def __getattr__(self, name: str) -> Any:
        return self if name == "unit" else getattr(self._row, name)


def sight_of_row(row: Row[Any], user: User) -> Sight | None:
    """Return how much of the case in this row a person may see; the row carries what `sight_of` asks for."""
    return sight_of(cast(Case, _AsCase(row)), user, wrote=row.wrote, withheld=row.withheld)


def called(row: Row[Any], sight: Sight, moment: Moment) -> str:
    """Return how a list calls the patient: by name where it may be known, else by initials, else the case's code."""
    if sight is Sight.CLOSED or not row.initials:
        return str(_("Caso %(ref)s", ref=row.ref))
    words = age_words if sight.clinical else band_words
    age = words(moment.today, row.birth_date, row.age_years)
    name = (row.social_name or row.name or row.initials) if sight.identity else row.initials
    return f"{name}, {age}" if age else str(name)


def state_words(row: Row[Any], user: User, holder: str | None = None) -> str:
    """Return the state in words; with the name of who holds the case, if it is given."""
    if row.state == State.ASSIGNED and row.holder_id == user.id:
        return str(_("Com você"))
    if row.state == State.ASSIGNED and holder:
        return str(_("Com %(person)s", person=holder))
    return str(_(STATE_WORDS[State(row.state)]))


def specialty_words(row: Row[Any]) -> str:
    """Return the name of the specialty in the reader's language, or ''."""
    return in_language(row.name_pt, row.name_en) if row.name_pt else ""


def due_words_of(row: Row[Any], moment: Moment, *, asker: bool = False) -> Chip:
    """Return the deadline chip of the row."""
    case = cast(Case, row)
    if row.state in SERVICE:
        return service_chip(case, moment.here, moment.clocks, asker=asker)
    return due_chip(case, moment.now, _NO_CLOCK, asker=asker)
