"""Add a file to a case, change what is said of it, withdraw it; sweep what belongs to nobody."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, delete, func, select

from teleconsult import audit, clock, events
from teleconsult.attachments.kinds import KIND_WORDS
from teleconsult.attachments.models import Attachment
from teleconsult.attachments.queries import is_theirs
from teleconsult.attachments.receive import Stored, too_much
from teleconsult.attachments.storage import storage
from teleconsult.cases import actions as cases
from teleconsult.cases.drafts import today_at
from teleconsult.cases.lifecycle import CLOSED, State, being_written
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.cases.world import asks
from teleconsult.errors import N_, Overtaken, Refused
from teleconsult.extensions import changed, db, read
from teleconsult.loading import add_row
from teleconsult.people.models import User
from teleconsult.web.refs import new_ref

GUESSES = {"image": "photo", "scan": "imaging", "document": "document", "video": "other"}
ORPHAN_AGE = timedelta(days=1)

events.declare("attachment.add", "attachment.withdraw")


def add(
    case: Case,
    stored: Stored,
    *,
    by: User,
    kind: str = "",
    caption: str = "",
    taken_on: date | None = None,
    referral_id: int | None = None,
) -> Attachment:
    """Write the row of a file; on a case that was sent, `send` then tells the other side.

    The caller holds the transaction, stored the file before it, and removes the object when the transaction fails. With
    `referral_id` it is the sheet of that referral, from who records what came back (scans.py), and in nobody's name but
    theirs.

    Raises:
        Refused: the case would be over a limit with it, or the date is in the future.
    """
    _hold_to_limits(case, stored.name, stored.size)
    row = add_row(
        Attachment,
        ref=new_ref("AR", 8),
        case_id=case.id,
        key=stored.key,
        name=stored.name,
        content_type=stored.kind.media,
        size=stored.size,
        sha256=stored.sha256,
        kind=kind if kind in KIND_WORDS else GUESSES[stored.kind.family],
        caption=caption,
        taken_on=_not_future(taken_on, case),
        added_at=clock.now(),
        added_by_id=by.id,
        for_id=case.requester_id if referral_id is None and _acts_for(case, by) else None,
        referral_id=referral_id,
    )
    audit.record(
        f"case:{case.ref}",
        "attachment.add",
        by_id=by.id,
        for_id=row.for_id,
        subject=case.ref,
        file=row.ref,
        sha256=row.sha256,
        size=row.size,
    )
    events.emit("attachment.add", case=case, attachment=row, by=by)
    return row


def send(case: Case, rows: list[Attachment], *, by: User, message: str = "") -> CaseEvent | None:
    """Make the `add` move for files of a case that was sent, so that the other side is told.

    A case still being written needs none: its files go with the request.
    """
    if being_written(case):
        return None
    event = cases.add(case, message, by=by, files=tuple(row.ref for row in rows))
    for row in rows:
        row.event_number = event.number
    db.session.flush()
    return event


def describe(row: Attachment, *, caption: str, kind: str, taken_on: date | None, by: User) -> None:
    """Change what is said of a file, by whose it is (`queries.is_theirs`), until the case is closed.

    Raises:
        Refused: it is somebody else's, or the case is closed.
    """
    if not is_theirs(row, by, asking=asks(row.case, by)) or row.case.state in CLOSED or row.withdrawn_at:
        raise Refused(N_("Só quem enviou o arquivo muda a legenda, enquanto o caso está aberto."))
    row.taken_on = _not_future(taken_on, row.case)
    row.caption, row.kind = caption, kind if kind in KIND_WORDS else row.kind
    db.session.flush()
    audit.record(f"case:{row.case.ref}", "attachment.describe", by_id=by.id, subject=row.case.ref, file=row.ref)


def withdraw(row: Attachment, *, why: str, by: User) -> str | None:
    """Withdraw a file: gone from a draft; of a case that was sent it stays, struck through, and the other side is told.

    Returns:
        The key of an object to delete once the transaction is over, or None.

    Raises:
        Refused: it is somebody else's (`queries.is_theirs`), or there is no reason.
        Overtaken: somebody took it away a moment ago.
    """
    case = row.case
    if not is_theirs(row, by, asking=asks(case, by)) or row.withdrawn_at is not None:
        raise Refused(N_("Só quem enviou o arquivo pode retirá-lo."))
    if case.state == State.DRAFT:
        key = remove(row)
        _record_withdrawal(row, by)
        return key
    if not why:
        raise Refused(N_("Falta informar: %(what)s."), field="why", what=N_("o motivo"))
    row.withdrawn_at, row.withdrawn_by_id, row.withdrawn_why = clock.now(), by.id, why
    event = cases.withdraw_file(case, row.ref, why, by=by, for_id=_named(row, by))
    _record_withdrawal(row, by, number=event.number, text=audit.digest(why))
    db.session.flush()
    events.emit("attachment.withdraw", case=case, attachment=row, by=by)
    return None


def remove(row: Attachment) -> str:
    """Delete the row of a file that was never sent; return the key of the object to delete once the transaction is over.

    Raises:
        Overtaken: somebody did a moment ago.
    """
    if not changed(delete(Attachment).where(Attachment.id == row.id)):
        raise Overtaken
    return row.key


def _record_withdrawal(row: Attachment, by: User, **more: Any) -> None:
    ref = row.case.ref
    audit.record(
        f"case:{ref}", "attachment.withdraw", by_id=by.id, for_id=_named(row, by), subject=ref, file=row.ref, **more
    )


def _named(row: Attachment, by: User) -> int | None:
    """Return the requester for whom support takes a file back, if it does."""
    case = row.case
    return case.requester_id if row.referral_id is None and by.id != case.requester_id and asks(case, by) else None


@events.on("case.discard")
def leave_with_the_draft(case: Case, by: User) -> None:
    """Remove the rows of a discarded draft; the sweep removes their objects."""
    del by
    for row in db.session.scalars(select(Attachment).where(Attachment.case_id == case.id)):
        db.session.delete(row)
    db.session.flush()


def sweep() -> Iterator[str]:
    """Delete objects older than a day that no row names; yield their keys."""
    oldest = clock.now() - ORPHAN_AGE
    place = storage()
    for key, written_at in list(place.stored()):
        plain = key.partition(".")[0]
        if written_at < oldest and not db.session.scalar(select(Attachment.id).where(Attachment.key == plain)):
            place.delete(key)
            yield key


_FILES = select(func.count(Attachment.id), func.coalesce(func.sum(Attachment.size), 0)).where(
    Attachment.case_id == bindparam("case_id")
)


def _hold_to_limits(case: Case, name: str, size: int) -> None:
    count, total = read(_FILES, {"case_id": case.id})[0]
    most, limit = current_app.config["MAX_CASE_FILES"], current_app.config["MAX_CASE_BYTES"]
    if count >= most:
        raise Refused(N_("%(name)s não coube: o caso já tem %(most)d arquivos."), field="files", name=name, most=most)
    if total + size > limit:
        raise too_much(name)


def _not_future(day: date | None, case: Case) -> date | None:
    if day is not None and day > today_at(case):
        raise Refused(N_("A data do exame ou da foto está no futuro."), field="taken_on")
    return day


def _acts_for(case: Case, by: User) -> bool:
    return by.id not in (case.requester_id, case.holder_id)
