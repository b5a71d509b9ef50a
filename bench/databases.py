"""Databases of a size: migrated by the product's own migrations, then filled."""

import hashlib
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import flask_migrate

from bench.load import fill
from bench.writers import Writer, postgres_writer, sqlite_writer
from config import ROOT
from teleconsult import create_app
from teleconsult.extensions import db
from tests.servers.postgres import Postgres

SECRETS = {
    "SECRET_KEY": "bench-only-" + "s" * 32,
    "AUDIT_KEY": "bench-only-" + "a" * 32,
}


def settings(folder: Path, url: str, port: int = 0) -> dict[str, str]:
    """Return the environment of a real installation on a database; nothing is mailed."""
    return {
        "TELECONSULT_PROFILE": "production",
        "TELECONSULT_VAR": str(folder),
        "STORAGE_URL": str(folder / "files"),
        "DATABASE_URL": url,
        "BASE_URL": f"https://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SMTP_HOST": "127.0.0.1",
        "MAIL_FROM": "bench@localhost",
        **SECRETS,
    }


def on_sqlite(folder: Path, size: int) -> str:
    """Return the address of a SQLite database of a size; one that is there already, of the same code, is taken."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{size}-{_fingerprint()}.db"
    url = f"sqlite:///{path}"
    if not path.exists():
        for old in folder.glob(f"{size}-*.db*"):
            old.unlink()
        new = path.with_suffix(".new")
        new.unlink(missing_ok=True)
        _make(folder, f"sqlite:///{new}", size, lambda: sqlite_writer(new))
        new.rename(path)
    return url


def on_postgres(server: Postgres, folder: Path, size: int) -> str:
    """Return the address of a new PostgreSQL database of a size."""
    folder.mkdir(parents=True, exist_ok=True)
    url = server.create(f"bench_{size}")
    _make(folder, url, size, lambda: postgres_writer(url))
    return url


def _make(folder: Path, url: str, size: int, writer: Callable[[], AbstractContextManager[Writer]]) -> None:
    began = time.monotonic()
    with patch.dict(os.environ, settings(folder, url)):
        app = create_app()
    with app.app_context():
        flask_migrate.upgrade()
        db.session.remove()
        db.engine.dispose()
    with writer() as opened:
        fill(app, opened, size)
    print(f"Loaded {size} cases into {url.partition(':')[0]} in {time.monotonic() - began:.0f} s", flush=True)


def _fingerprint() -> str:
    """Return a mark of what makes a database: the loader's own code, the migrations."""
    names = ("load", "lives", "network", "patients", "record", "tables", "texts", "writers")
    files: list[Any] = [ROOT / "bench" / f"{name}.py" for name in names]
    files += sorted((ROOT / "migrations" / "versions").glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:10]
