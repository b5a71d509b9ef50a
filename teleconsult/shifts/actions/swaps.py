"""Swaps: a consultant offers a shift, another one of the specialty takes it."""

from teleconsult.people.models import User
from teleconsult.shifts.models import Shift, Swap


def offer_swap(shift: Shift, *, to: User | None, why: str, by: User) -> Swap:
    """Offer one's shift to one colleague of the specialty, or to all of them; they are told.

    Raises:
        Refused: not one's own, past, checked in, cancelled, offered already, or to somebody who cannot take it.
    """
    raise NotImplementedError


def accept_swap(swap: Swap, *, by: User) -> Shift:
    """Take an offered shift over; whoever offered it and the administrators are told.

    Raises:
        Refused: it is offered to somebody else, the specialty is not held, the person is elsewhere or on leave, or
            the shift began.
        Overtaken: somebody was faster, or the offer was withdrawn.
    """
    raise NotImplementedError


def withdraw_swap(swap: Swap, *, by: User) -> None:
    """Take an offer back, by who made it or the management.

    Raises:
        Refused: it was accepted or withdrawn already, or it is somebody else's.
    """
    raise NotImplementedError
