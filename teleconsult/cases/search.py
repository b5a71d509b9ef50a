"""Full-text search over cases: one module, two dialects."""

from teleconsult.cases.models import Case


def index(case: Case) -> None:
    """Bring the search row of a case up to date, inside the caller's transaction."""
