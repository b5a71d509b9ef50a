"""Whether the database has all that this version needs: asked once, before anybody is served."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from teleconsult.extensions import db

MIGRATE_FIRST = "The database has not all that this version needs. First: flask --app wsgi db upgrade"
UNKNOWN = ("42P01", "42703")
"""What PostgreSQL calls a table and a column that are not there."""

_VERSIONS = Path(__file__).resolve().parents[1] / "migrations" / "versions"


def lacks_something(error: DBAPIError) -> bool:
    """Tell whether a statement failed because a table or a column is not there."""
    return getattr(error.orig, "sqlstate", None) in UNKNOWN or str(error.orig).startswith(
        ("no such table", "no such col")
    )


def behind() -> bool:
    """Tell whether migrations of this version were not run; not of a database that does not answer, nor of a newer one.

    The first is waited for; the second is met where one of several machines already has the next version. The names of
    the migrations are their order: Alembic, which knows it too, would stay in the memory of every worker.
    """
    newest = max(path.name[:4] for path in _VERSIONS.glob("[0-9]*.py"))
    try:
        found = db.session.scalar(text("SELECT max(version_num) FROM alembic_version"))
    except DBAPIError as error:
        if not lacks_something(error):
            if isinstance(error, OperationalError):
                return False
            raise
        found = None
    finally:
        db.session.rollback()
    return found is None or found < newest
