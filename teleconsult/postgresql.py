"""The connection to PostgreSQL."""

from typing import Any

from psycopg import Connection
from psycopg.pq import TransactionStatus

MOST_PREPARED = 400
"""Statements that one connection keeps prepared, so that those of one page do not push out those of another."""

PREPARED_AFTER = 1
"""Executions of a statement on a connection before it is prepared: one that comes once leaves nothing behind."""

PLANS_ONCE = b"SET plan_cache_mode = force_generic_plan; SET join_collapse_limit = 4"
"""What is prepared is planned for any values, once: by itself PostgreSQL plans the first five executions anew, each of a
list of eight tables for longer than it then runs in the next hundred. It looks for the best order of four tables at a time;
of eight at once, which it does not find a better one for, it takes ten times as long. Statements are written from the table
that is filtered outwards."""

GIVES_UP = {
    "connect_timeout": "10",
    "tcp_user_timeout": "30000",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
}
"""When a server that says nothing any more counts as away; what the address of the database names is as it says.

A machine that lost its power, or a firewall that forgot the connection, refuses nothing: by themselves the system waits a
quarter of an hour for an answer and the driver two minutes for a beginning, and soon every thread of the web server does."""


def connect(*given: Any, **named: Any) -> "KeepsPlans":
    """Open a connection to the database as the product uses it."""
    opened = KeepsPlans.connect(*given, prepare_threshold=PREPARED_AFTER, **GIVES_UP | named)
    opened.pgconn.exec_(PLANS_ONCE)
    return opened


class KeepsPlans(Connection[Any]):
    """A connection whose prepared statements outlive a rollback.

    Each reading ends with one, and psycopg throws all of them away then, because a rollback may undo what they stand
    on. Nothing here makes or drops tables but a migration, which has a connection of its own. Without their plans, to
    plan a list takes PostgreSQL twenty times as long as to run it. After an error they are thrown away as psycopg does:
    the error may be that a table is no longer what a statement was prepared for.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.prepared_max = MOST_PREPARED

    def rollback(self) -> None:
        """End the transaction, if there is one, and undo what it did."""
        if self.pgconn.transaction_status == TransactionStatus.INTRANS:
            with self.lock:
                self.pgconn.exec_(b"ROLLBACK")
        else:
            super().rollback()
