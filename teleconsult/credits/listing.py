"""Lists of the managers' screens: disputes, lines by their source, and what each person earned by unit."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from teleconsult.credits import rules as r
from teleconsult.credits import versions, words
from teleconsult.credits.models import CreditDispute, CreditEntry
from teleconsult.credits.rules import Kind
from teleconsult.errors import N_, NotFound
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _

STATES = {"open": N_("À espera"), "accepted": N_("Aceitas"), "declined": N_("Não aceitas")}
Origin = aliased(CreditEntry)


def open_disputes() -> int:
    """Return how many disputes wait for an answer."""
    return int(db.session.scalar(select(func.count()).where(CreditDispute.state == "open")) or 0)


def disputes(state: str) -> Select[*tuple[Any, ...]]:
    """Return the query of the disputes in a state, without order."""
    e, d = CreditEntry, CreditDispute
    return (
        select(
            d.id, d.ref, d.opened_at, d.answered_at, User.title, User.name, e.kind, e.minutes, e.day, e.month, e.subject,
            e.from_at, e.until_at, e.reason,
        )
        .join(e, e.id == d.entry_id)
        .join(User, User.id == d.person_id)
        .where(d.state == state)
    )  # fmt: skip


def entry_called(source: str) -> CreditEntry:
    """Return an entry by its source.

    Raises:
        NotFound: there is none.
    """
    query = select(CreditEntry).where(CreditEntry.source == source)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def span_asked(args: Mapping[str, str]) -> tuple[date, date]:
    """Return the months an address asks for, first and last; the month before this one when it asks for none.

    Raises:
        NotFound: there is no such month.
    """
    last = r.previous_month(r.month_of(versions.today()))
    since = words.read_month(args["since"]) if args.get("since") else last
    until = words.read_month(args["until"]) if args.get("until") else max(since, last)
    return min(since, until), max(since, until)


def by_unit(since: date, until: date) -> Iterable[list[object]]:
    """Yield a row for each unit and person, the sum of each unit, and the sum of all; they add up to the minute."""
    everything, whole = [0, 0, 0], 0
    for unit, rows in _grouped(since, until).items():
        sums = [0, 0, 0]
        for person, minutes, points in rows:
            sums = [a + b for a, b in zip(sums, minutes, strict=True)]
            yield [*unit, *person, *minutes, sum(minutes), _points(points)]
        everything = [a + b for a, b in zip(everything, sums, strict=True)]
        whole += sum(sums)
        yield [*unit, "", _("Soma da unidade"), "", *sums, sum(sums), ""]
    yield [_("Soma de todas"), "", "", "", "", *everything, whole, ""]


def _points(thousandths: int | None) -> str:
    return "" if thousandths is None else words.points_plain(thousandths)


Person = tuple[str, str, str]
Unit = tuple[str, str]


def _grouped(since: date, until: date) -> dict[Unit, list[tuple[Person, list[int], int | None]]]:
    e, kind = CreditEntry, func.coalesce(Origin.kind, CreditEntry.kind)
    rows = db.session.execute(
        select(
            HealthUnit.name.label("unit"), HealthUnit.cnes, User.ref, User.title, User.name, User.council,
            User.council_number, User.council_uf, kind.label("kind"), e.day, func.sum(e.minutes).label("minutes"),
        )
        .join(User, User.id == e.person_id)
        .outerjoin(HealthUnit, HealthUnit.id == e.unit_id)
        .outerjoin(Origin, Origin.id == e.corrects_id)
        .where(e.month >= since, e.month <= until)
        .group_by(
            HealthUnit.name, HealthUnit.cnes, User.ref, User.title, User.name, User.council, User.council_number,
            User.council_uf, kind, e.day,
        )
        .order_by(HealthUnit.name, User.name, User.ref)
    )  # fmt: skip
    factors = sorted(((f.begins_on, f.thousandths) for f in versions.every_factor()), reverse=True)
    sums: dict[tuple[Unit, Person], list[int]] = defaultdict(lambda: [0, 0, 0])
    points: dict[tuple[Unit, Person], int] = defaultdict(int)
    for row in rows:
        registration = f"{row.council}-{row.council_uf} {row.council_number}" if row.council_number else ""
        key = ((row.unit or "", row.cnes or ""), (row.ref, f"{row.title} {row.name}".strip(), registration))
        sums[key][_column(row.kind)] += int(row.minutes)
        points[key] += int(row.minutes) * next((value for begins, value in factors if begins <= row.day), 0)
    found: dict[Unit, list[tuple[Person, list[int], int | None]]] = defaultdict(list)
    for (unit, person), minutes in sums.items():
        found[unit].append((person, minutes, round(points[unit, person] / 60) if factors else None))
    return found


def _column(kind: str) -> int:
    return {Kind.SHIFT: 0, Kind.GIVEN: 2, Kind.EDUCATION: 2}.get(Kind(kind), 1)
