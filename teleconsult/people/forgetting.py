"""What is forgotten after a while: sessions that are over and links that no longer open. The record keeps what happened."""

from datetime import timedelta

from sqlalchemy import delete, or_

from teleconsult import clock
from teleconsult.extensions import changed
from teleconsult.people.models import Session, SingleUseLink

KEPT = timedelta(days=30)


def forget_sessions() -> int:
    """Forget sessions that ended or ran out a month ago, with their addresses. The caller holds the transaction."""
    before = clock.now() - KEPT
    return changed(delete(Session).where(or_(Session.ended_at < before, Session.expires_at < before)))


def forget_links() -> int:
    """Forget links that ended a month ago. The caller holds the transaction."""
    return changed(delete(SingleUseLink).where(SingleUseLink.expires_at < clock.now() - KEPT))
