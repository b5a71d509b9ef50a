"""Small pictures of photographs, made by the worker: what a page shows without the 3 MB behind it.

The picture is decoded and written anew, so that nothing of the original but its pixels is in it (no
place where it was taken, no second file hidden behind the first).
"""

from typing import Any

from sqlalchemy import update

from teleconsult import clock, outbox
from teleconsult.attachments import apart
from teleconsult.attachments.kinds import BY_MEDIA
from teleconsult.attachments.models import Attachment
from teleconsult.attachments.storage import storage
from teleconsult.cases.models import Case
from teleconsult.events import on
from teleconsult.extensions import db, transaction
from teleconsult.people.models import User

SUFFIX = ".preview"
DECODED = ("image/jpeg", "image/png", "image/webp")


@on("attachment.add")
def ask_for_preview(case: Case, attachment: Attachment, by: User) -> None:
    """Leave a job for the worker, with the change that causes it."""
    del case, by
    if attachment.content_type in DECODED:
        outbox.put("preview", f"preview:{attachment.ref}", "", {"file": attachment.ref})


@outbox.sender("preview")
def make(_address: str, payload: dict[str, Any], _key: str) -> None:
    """Make the small picture of one file and remember that it is there.

    Raises:
        Permanent: it cannot be decoded, or takes too much; the page goes on showing its icon.
    """
    row = db.session.scalar(db.select(Attachment).where(Attachment.ref == payload["file"]))
    if row is None or row.previewed_at is not None or row.content_type not in DECODED:
        return
    key, size, row_id = row.key, row.size, row.id
    kind = BY_MEDIA[row.content_type]
    small = apart.decoded(kind, storage().read(key, 0, size))
    sink = storage().sink(key + SUFFIX)
    sink.write(small)
    sink.keep()
    with transaction():
        db.session.execute(update(Attachment).where(Attachment.id == row_id).values(previewed_at=clock.now()))
