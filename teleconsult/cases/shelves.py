"""What a query must say for its partial index to be used.

Open work (some hundreds of cases) and history (all the others) have indexes of their own, so that no
list of open work reads history. SQLite takes a partial index only when the query repeats its predicate,
and only with the values written out: bound ones are unknown when it plans.
"""

from sqlalchemy import ColumnElement, String, and_, literal_column, text

from teleconsult.cases import models
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case

LIVE = text(f"cases.{models.LIVE}")
CLOSED = text(f"cases.{models.CLOSED}")
FILED = text("cases.filed_by_id <> cases.requester_id")
"""Support filed it for somebody: few of all cases, with an index of their own among the closed ones."""


OWN_INDEX = frozenset({State.DRAFT, State.SUBMITTED, State.ASSIGNED})
"""States with indexes of their own, by deadline: saying LIVE beside them would lead to another one."""


def in_state(state: State) -> ColumnElement[bool]:
    """Return the condition that a case is in a state, in the words of the index that serves the list of all such.

    Of one holder or one unit, say LIVE beside it: their open work has an index by person or unit.
    """
    here: ColumnElement[bool] = Case.state == literal_column(f"'{State(state)}'", String)
    if state in OWN_INDEX:
        return here
    return and_(here, CLOSED if state in (State.CONCLUDED, State.CANCELLED) else LIVE)
