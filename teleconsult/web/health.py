"""What a monitor asks: is the product there, which version, and does its database answer."""

from typing import Any

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from teleconsult.extensions import db
from teleconsult.version import VERSION


def health() -> tuple[dict[str, Any], int]:
    """Answer 200 when the database does, 503 when not; public, so it tells nothing else."""
    try:
        db.session.execute(select(1))
    except SQLAlchemyError as error:
        current_app.logger.error("health: %s", type(error).__name__)
        return {"status": "database away", "version": VERSION}, 503
    return {"status": "ok", "version": VERSION}, 200


health.permission = None  # type: ignore[attr-defined]  # public: a monitor has no account


def init_health(app: Flask) -> None:
    """Register the address that monitors ask."""
    app.add_url_rule("/health", "health", health)
