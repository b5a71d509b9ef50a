"""Every action of in-person booking. Imperative, keyword-only actor, inside the caller's `transaction()`."""

from teleconsult.bookings.actions.agenda import (
    Plan,
    add_place,
    add_places,
    block,
    cancel_session,
    publish,
    unblock,
)
from teleconsult.bookings.actions.booking import Terms, book, cancel, expire, move, next_for, offer, refuse, release
from teleconsult.bookings.actions.listing import close_unseen, end, make, make_return, reopen, requeue
from teleconsult.bookings.actions.marking import attend, correct, miss
from teleconsult.bookings.actions.rescheduling import move_session

__all__ = [
    "Plan",
    "Terms",
    "add_place",
    "add_places",
    "attend",
    "block",
    "book",
    "cancel",
    "cancel_session",
    "close_unseen",
    "correct",
    "end",
    "expire",
    "make",
    "make_return",
    "miss",
    "move",
    "move_session",
    "next_for",
    "offer",
    "publish",
    "refuse",
    "release",
    "reopen",
    "requeue",
    "unblock",
]
