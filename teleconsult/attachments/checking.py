"""Whether what the rows name is in storage: all of it when the operator asks, a part each hour by itself."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import or_, select

from teleconsult import clock
from teleconsult.attachments.models import Attachment
from teleconsult.attachments.storage import storage
from teleconsult.errors import StorageLost
from teleconsult.extensions import db
from teleconsult.logs import log
from teleconsult.network import noted

PARTS = 4 * 7 * 24
"""Each file's turn comes once in so many hours: a store that is asked for all at once would keep the worker from the clock."""

_ROWS = select(Attachment.ref, Attachment.key, Attachment.size, Attachment.sha256).order_by(Attachment.id)


def wrong(*, whole: bool) -> Iterator[tuple[str, str, str]]:
    """Compare every row with its object; yield file, key and what is wrong. `whole` reads each and compares its SHA-256 too.

    Raises:
        StorageFault: storage does not answer: nothing can be said of it.
    """
    return _wrong(db.session.execute(_ROWS).all(), whole=whole)


class Finding(NamedTuple):
    """That a file was lost, or is as it was sent again."""

    ref: str
    lost: bool


def look() -> Sequence[Finding]:
    """Compare the files whose turn it is, and those that are known to be lost; return what is otherwise than was known.

    The log is told what is wrong: else only the reader of a lost file would know.

    Raises:
        StorageFault: storage does not answer.
    """
    part, known = int(clock.now().timestamp() // 3600) % PARTS, noted.lost()
    asked = _ROWS.where(or_(Attachment.id % PARTS == part, Attachment.ref.in_(known)))
    lost = {ref: what for ref, _key, what in _wrong(db.session.execute(asked).all(), whole=False)}
    new = [ref for ref in lost if ref not in known]
    for ref in new:
        log.error("file is not as it was sent", file=ref, what=lost[ref])
    return [Finding(ref, ref in lost) for ref in (*new, *(ref for ref in known if ref not in lost))]


def keep(finding: Finding) -> None:
    """Note it for the management. The caller holds the transaction."""
    (noted.lose if finding.lost else noted.find)(finding.ref)


def _wrong(rows: Sequence[Any], *, whole: bool) -> Iterator[tuple[str, str, str]]:
    db.session.rollback()  # reading the objects takes long: no transaction stands open meanwhile
    for row in rows:
        try:
            what = _compared(row, whole=whole)
        except StorageLost:
            what = "there is no such object"
        if what and _still_named(row.key):
            yield row.ref, row.key, what


def _still_named(key: str) -> bool:
    """Tell whether a row names an object now: a draft may have been written on, or thrown away, since the rows were read."""
    there = db.session.scalar(select(Attachment.id).where(Attachment.key == key))
    db.session.rollback()
    return there is not None


def _compared(row: Any, *, whole: bool) -> str:
    size = storage().size(row.key)
    if size != row.size:
        return f"{size} bytes, not {row.size}"
    if not whole:
        return ""
    digest = hashlib.sha256()
    for chunk in storage().read(row.key, 0, row.size):
        digest.update(chunk)
    return "" if digest.hexdigest() == row.sha256 else "other bytes than were sent"
