"""Every screen of `cases`: importing a module puts its routes on the blueprint. One line a module."""

from teleconsult.cases import (
    views_case,
    views_changes,
    views_draft,
    views_moves,
    views_opinion,
    views_outcome,
    views_print,
    views_repoint,
    views_search,
    views_send,
    views_supply,
)
from teleconsult.cases.blueprint import bp

SCREENS = (
    views_case,
    views_changes,
    views_draft,
    views_send,
    views_moves,
    views_opinion,
    views_outcome,
    views_print,
    views_repoint,
    views_supply,
    views_search,
)

__all__ = ["SCREENS", "bp"]
