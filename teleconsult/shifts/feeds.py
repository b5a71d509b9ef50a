"""A person's own calendar under a secret address, for any calendar program."""

from teleconsult.people.models import User


def open_feed(user: User) -> str:
    """Make a new secret address and return its token, which is shown once; an older one ends. Needs a transaction."""
    raise NotImplementedError


def revoke_feed(user: User) -> None:
    """End the secret address of a person, if there is one. Needs a transaction."""
    raise NotImplementedError


def has_feed(user: User) -> bool:
    """Tell whether a person has a live address."""
    raise NotImplementedError


def feed_of(token: str) -> User | None:
    """Return whose calendar a token opens; None when it was never made, revoked, or its person is switched off."""
    raise NotImplementedError


def ical_of(user: User) -> bytes:
    """Return the calendar of a person (text/calendar): the last three months and all that is to come."""
    raise NotImplementedError
