"""The move that the clock makes when the window of a case is over."""

from datetime import timedelta

from teleconsult import clock
from teleconsult.cases.actions.clockwork import lapse
from teleconsult.cases.actions.request import accept
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.extensions import db
from teleconsult.network import settings


def end(case_id: int) -> None:
    """Accept an answer, or cancel a case that waited for its unit, if its window is really over.

    A case whose window the management has lengthened meanwhile is looked at again when that ends. The caller
    holds the transaction.
    """
    case = db.session.get_one(Case, case_id)
    if case.ends_at is None or case.ends_at > clock.now():
        return
    if case.state != State.ANSWERED or case.last_opinion_at is None:
        lapse(case)
        return
    over = case.last_opinion_at + timedelta(days=settings.days("follow_up_days"))
    if over < clock.now():
        accept(case, by=None)
    else:
        case.ends_at = over + timedelta(seconds=1)
        db.session.flush()
