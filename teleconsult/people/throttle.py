"""Limits by address, counted in the database so that all workers share them; fixed windows.

A counter's key is kept as a keyed digest: the table tells nobody's address. Counting has a short
transaction of its own on its own connection, so that it neither waits for nor disturbs the one of the
request. When the database cannot count, the request goes on: accounts have their own limit.
"""

import hmac
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, request
from limits import RateLimitItem, parse_many
from limits.storage import Storage
from sqlalchemy import Connection, Table, case, delete, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import TooManyRequests

from teleconsult import clock
from teleconsult.extensions import changed, db, limiter
from teleconsult.people.models import RateHit
from teleconsult.web.messages import ngettext
from teleconsult.web.setup import error_page

View = TypeVar("View", bound=Callable[..., Any])
LONGEST = 3600
"""Seconds of the longest window of any limit."""

APART = 60
"""Seconds that may lie between what two who count at once take for now: two threads, or two servers. It is no clock that is ahead."""

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
    # One that ends later than any window begun now was begun while the clock was ahead.
    over = or_(HITS.c.expires_at <= _now(), HITS.c.expires_at > _now() + expiry + APART)
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
    """Return the network that asks."""
    return network_of(request.remote_addr or "")


def network_of(text: str) -> str:
    """Return an address as it counts; of IPv6 the /64, since one house has so many."""
    try:
        address = ip_address(text)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
    return str(address)


def limited(
    rule: str, *, of: str, failures_only: bool = False, methods: Sequence[str] = ("POST",)
) -> Callable[[View], View]:
    """Limit the POSTs that one address may make to a view, as in `@limited("30 per hour", of="reset")`.

    `methods` limits others: a secret address is guessed by GET. With `failures_only` neither what was taken counts nor
    what a form lacks (422): a whole unit comes from one address.
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
    return response.status_code >= 400 and response.status_code != 422


@dataclass(frozen=True)
class Failures:
    """Failures that one address may have before a view takes fewer from it. What it still takes, the view says."""

    rule: str
    of: str

    def wait(self) -> int:
        """Return the seconds until this address may try as before; 0 when it may."""
        windows, key = limiter.limiter, self._key()
        try:
            over = [item for item in self._items() if not windows.test(item, *key)]
            ends = [windows.get_window_stats(item, *key).reset_time for item in over]
        except SQLAlchemyError:
            current_app.logger.exception("failures cannot be counted")
            return 0
        return max(1, ceil(max(ends) - _now())) if ends else 0

    def count(self) -> None:
        """Count one more."""
        try:
            for item in self._items():
                limiter.limiter.hit(item, *self._key())
        except SQLAlchemyError:
            current_app.logger.exception("a failure cannot be counted")

    def _items(self) -> list[RateLimitItem]:
        return parse_many(self.rule) if current_app.config["RATE_LIMITS"] else []

    def _key(self) -> tuple[str, str]:
        return self.of, network_of_caller()


def forget_old_counters() -> int:
    """Delete the counters of windows that have ended, or that a clock began that was ahead. The caller holds the transaction."""
    return changed(
        delete(RateHit).where(or_(RateHit.expires_at <= _now(), RateHit.expires_at > _now() + LONGEST + APART))
    )


def in_words(seconds: int) -> str:
    """Return how long to wait, in whole minutes."""
    return ngettext(
        "Espere %(num)d minuto e tente de novo.", "Espere %(num)d minutos e tente de novo.", ceil(seconds / 60)
    )


def _stopped(error: TooManyRequests) -> Any:
    """Say when the limit that was met ends, in words and to the browser."""
    met = limiter.current_limit
    seconds = max(1, ceil(met.reset_at - _now())) if met else 60
    told = {"Retry-After": str(seconds)}
    if request.accept_mimetypes.best == "application/json":
        return {"error": error.name}, 429, told
    return *error_page(429, in_words(seconds)), told


def init_throttle(app: Flask) -> None:
    """Put the limits in front of the views, after the gate."""
    app.config["RATELIMIT_STORAGE_URI"] = "database://"
    app.config["RATELIMIT_SWALLOW_ERRORS"] = True
    limiter.init_app(app)
    app.register_error_handler(TooManyRequests, _stopped)
