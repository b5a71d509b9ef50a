"""What a query must say for its partial index to be used.

Open work (some hundreds of cases) and history (all the others) have indexes of their own, so that no
list of open work reads history. SQLite takes a partial index only when the query repeats its predicate,
and only with the values written out: bound ones are unknown when it plans.
"""

from sqlalchemy import Boolean, ColumnElement, String, and_, literal_column

from teleconsult.cases import models
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case

LIVE: ColumnElement[bool] = literal_column(f"cases.{models.LIVE}", Boolean)
CLOSED: ColumnElement[bool] = literal_column(f"cases.{models.CLOSED}", Boolean)


def in_state(state: State) -> ColumnElement[bool]:
    """Return the condition that a case is in a state, in the words of the index that serves it."""
    here: ColumnElement[bool] = Case.state == literal_column(f"'{State(state)}'", String)
    if state in (State.CONCLUDED, State.CANCELLED):
        return and_(here, CLOSED)
    return here if state == State.DRAFT else and_(here, LIVE)
