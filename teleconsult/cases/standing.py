"""Whether the opinion of a round stands, and which opinions are new to a reader."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select

from teleconsult.cases.clocks import OPINIONS
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.cases.models_opinion import Opinion
from teleconsult.extensions import read

CHANGED = frozenset({"correct", "withdraw"})
"""What is done to an opinion afterwards; its event names the round of it."""


# The visit of the round came back later: that is what there is to read.
_seen_since = exists().where(
    CaseEvent.case_id == Case.id,
    CaseEvent.round == Case.round,
    CaseEvent.verb == "counter_refer",
    CaseEvent.at >= func.coalesce(Opinion.withdrawn_at, Opinion.given_at),
)
_CHANGED = (
    select(Opinion.case_id, Opinion.withdrawn_at)
    .join(Case, Case.id == Opinion.case_id)
    .where(
        Opinion.case_id.in_(bindparam("cases", expanding=True)),
        Opinion.round == Case.round,
        or_(Opinion.withdrawn_at.is_not(None), Opinion.edition > 1),
        ~_seen_since,
    )
)


def _round_of(event: Any) -> int:
    return int(event.data["round"] if event.verb in CHANGED else event.round)


def withdrawn(happened: Iterable[Any], number: int) -> bool:
    """Tell from the events of a case whether the opinion of a round was given and taken back."""
    last = [event for event in happened if event.verb in OPINIONS | CHANGED and _round_of(event) == number]
    return bool(last) and max(last, key=lambda event: event.number).verb == "withdraw"


def changed_among(case_ids: Sequence[int]) -> dict[int, str]:
    """Return what became of the opinion of the present round, of those of these cases in which it is not as it was given.

    That is "corrected" or "withdrawn"; what was corrected first and then withdrawn is withdrawn. Of one whose visit came
    back after that nothing is returned: the counter-referral is the last word.
    """
    found: dict[int, str] = {}
    for row in read(_CHANGED, {"cases": case_ids}) if case_ids else ():
        if row.withdrawn_at is not None:
            found[row.case_id] = "withdrawn"
        else:
            found.setdefault(row.case_id, "corrected")
    return found


def new_rounds(happened: Iterable[Any], seen: int, reader_id: int) -> frozenset[int]:
    """Return the rounds of which somebody else gave or changed the opinion since this person looked."""
    return frozenset(
        _round_of(event)
        for event in happened
        if event.number > seen and event.by_id != reader_id and event.verb in OPINIONS | CHANGED
    )
