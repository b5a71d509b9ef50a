"""A form of hours that comes after somebody changed the same thing: what was typed into it is shown, to be copied."""

from typing import Any

from teleconsult.cases.moving import words_in
from teleconsult.people.gate import current_user
from teleconsult.web.setup import error_page


def too_late(form: Any, address: str, by_id: int | None, kept: str = "") -> tuple[str, int]:
    """Return the page for who was too late.

    Args:
        form: what was typed.
        address: where the thing can be seen as it is now.
        by_id: who is known to have changed it; it may have been this person, in another window.
        kept: their words that were recorded then: the same form sent twice has lost nothing.
    """
    own = by_id == current_user.id
    typed = [(label, words) for label, words in words_in(form) if not (own and words == kept)]
    return error_page(409, "", typed, address=address, own=own)
