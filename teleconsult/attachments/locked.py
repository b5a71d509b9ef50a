"""Whether a PDF asks for a password, found by the worker: both sides read it beside the file, before anybody tries to open it."""

from typing import Any

from sqlalchemy import update

from teleconsult import outbox
from teleconsult.attachments import apart
from teleconsult.attachments.kinds import PDF
from teleconsult.attachments.models import LOCKED, Attachment
from teleconsult.attachments.storage import storage
from teleconsult.cases.models import Case
from teleconsult.events import on
from teleconsult.extensions import db, transaction
from teleconsult.people.models import User


@on("attachment.add")
def ask_to_look(case: Case, attachment: Attachment, by: User) -> None:
    """Leave a job for the worker, with the change that causes it."""
    del case, by
    if attachment.content_type == PDF.media:
        outbox.put("inspect", f"inspect:{attachment.ref}", "", {"file": attachment.ref})


@outbox.sender("inspect")
def look(_address: str, payload: dict[str, Any], _key: str) -> None:
    """Remember of one PDF that it asks for a password.

    Raises:
        Permanent: to look into it takes too much.
    """
    row = db.session.scalar(db.select(Attachment).where(Attachment.ref == payload["file"]))
    if row is None or row.content_type != PDF.media:
        return
    row_id = row.id
    if apart.decoded(PDF, storage().read(row.key, 0, row.size)):
        with transaction():
            db.session.execute(update(Attachment).where(Attachment.id == row_id).values(inspection=LOCKED))
