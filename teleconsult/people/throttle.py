"""Limits by address, counted in the database so that all workers share them; fixed windows.

A counter's key is kept as a keyed digest: the table tells nobody's address. Counting has a short
transaction of its own on its own connection, so that it neither waits for nor disturbs the one of the
request. When the database cannot count, the request goes on: accounts have their own limit.
"""

import hmac
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, request
from limits.storage import Storage
from sqlalchemy import Connection, Table, case, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import SQLAlchemyError

from teleconsult import clock
from teleconsult.extensions import changed, db, limiter
from teleconsult.people.models import RateHit

View = TypeVar("View", bound=Callable[..., Any])
HITS: Table = RateHit.__table__  # type: ignore[assignment]  # a mapped class's table is a Table


class DatabaseStorage(Storage):
    """Counters in `rate_hits`, as Flask-Limiter asks for them."""

    STORAGE_SCHEME = ["database"]  # noqa: RUF012 (declared so by its parent)

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what the database may raise."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count a hit; the first one after the end of a window begins the next."""
        with _short_transaction() as connection:
            return int(connection.scalar(_count(connection, _kept(key), expiry, amount)) or 0)

    def get(self, key: str) -> int:
        """Return the hits of the window that is open now."""
        wanted = select(HITS.c.hits).where(HITS.c.key == _kept(key), HITS.c.expires_at > _now())
        with db.engine.connect() as connection:
            return connection.scalar(wanted) or 0

    def get_expiry(self, key: str) -> float:
        """Return when the window ends, in seconds since 1970."""
        with db.engine.connect() as connection:
            return connection.scalar(select(HITS.c.expires_at).where(HITS.c.key == _kept(key))) or _now()

    def check(self) -> bool:
        """Tell whether the database answers."""
        with db.engine.connect() as connection:
            return connection.scalar(select(1)) == 1

    def reset(self) -> int:
        """Forget every counter."""
        with _short_transaction() as connection:
            return connection.execute(delete(HITS)).rowcount

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with _short_transaction() as connection:
            connection.execute(delete(HITS).where(HITS.c.key == _kept(key)))


def _short_transaction() -> AbstractContextManager[Connection]:
    return db.engine.execution_options(teleconsult_write=True).begin()


def _count(connection: Connection, key: str, expiry: int, amount: int) -> Any:
    insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    new = insert(HITS).values(key=key, hits=amount, expires_at=_now() + expiry)
    over = HITS.c.expires_at <= _now()
    return new.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "hits": case((over, new.excluded.hits), else_=HITS.c.hits + new.excluded.hits),
            "expires_at": case((over, new.excluded.expires_at), else_=HITS.c.expires_at),
        },
    ).returning(HITS.c.hits)


def _now() -> float:
    return clock.now().timestamp()


def _kept(key: str) -> str:
    return hmac.new(str(current_app.config["SECRET_KEY"]).encode(), key.encode(), sha256).hexdigest()


def network_of_caller() -> str:
    """Return the address that asks; of IPv6 the /64, since one house has so many."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
    return str(address)


def limited(
    rule: str, *, of: str, failures_only: bool = False, methods: Sequence[str] = ("POST",)
) -> Callable[[View], View]:
    """Limit the POSTs that one address may make to a view, as in `@limited("30 per hour", of="reset")`.

    `methods` limits others: a secret address is guessed by GET. With `failures_only` an answer below 400 does not count: a whole unit comes from one address.
    """
    mark = limiter.shared_limit(
        rule,
        scope=of,
        key_func=network_of_caller,
        methods=list(methods),
        exempt_when=lambda: not current_app.config["RATE_LIMITS"],
        deduct_when=_is_failure if failures_only else None,
    )
    return cast("Callable[[View], View]", mark)


def _is_failure(response: Response) -> bool:
    return response.status_code >= 400


def forget_old_counters() -> int:
    """Delete the counters of windows that have ended. The caller holds the transaction."""
    return changed(delete(RateHit).where(RateHit.expires_at <= _now()))


def init_throttle(app: Flask) -> None:
    """Put the limits in front of the views, after the gate."""
    app.config["RATELIMIT_STORAGE_URI"] = "database://"
    app.config["RATELIMIT_SWALLOW_ERRORS"] = True
    limiter.init_app(app)
