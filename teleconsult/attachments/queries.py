"""Files as the screens ask for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import String, bindparam, func, or_, select

from teleconsult.attachments.kinds import BY_MEDIA, HEIC, KIND_WORDS
from teleconsult.attachments.models import LOCKED, Attachment
from teleconsult.attachments.receive import Stored
from teleconsult.cases.access import Sight, case_for
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import CounterReferral
from teleconsult.cases.world import asks
from teleconsult.errors import NotFound
from teleconsult.extensions import db, read
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import decimal_mark, localdate, localtime


@dataclass(frozen=True)
class Shown:
    """A file as `macros/files.html` shows it."""

    ref: str
    name: str
    meta: str
    icon: str
    has_preview: bool
    withdrawn: bool
    own: bool
    """The reader may describe and withdraw it."""
    event_number: int | None
    sheet_of: int | None = None
    """The referral whose recorded counter-referral it is the sheet of: it is shown beside that."""
    withdrawal: str = ""
    """Who withdrew it, when and why."""
    locked: bool = False
    """Nobody opens it without its password."""
    apple: bool = False
    """A photo as an iPhone keeps it: most browsers and many computers cannot show it."""


_COLUMNS = (
    Attachment.ref,
    Attachment.name,
    Attachment.caption,
    Attachment.kind,
    Attachment.content_type,
    Attachment.size,
    Attachment.taken_on,
    Attachment.inspection,
    Attachment.previewed_at,
    Attachment.withdrawn_at,
    Attachment.added_by_id,
    Attachment.for_id,
    Attachment.event_number,
    Attachment.withdrawn_why,
    User.title,
    User.name.label("person"),
    Attachment.referral_id,
)
_OF_CASE = (
    select(*_COLUMNS, CounterReferral.referral_id.label("sheet_of"))
    .outerjoin(CounterReferral, CounterReferral.referral_id == Attachment.referral_id)
    .outerjoin(User, User.id == Attachment.withdrawn_by_id)
    .where(Attachment.case_id == bindparam("case_id"))
    .order_by(Attachment.id)
)


def files_of(case: Case, user: User) -> list[Shown]:
    """Return the files of a case, oldest first, in one statement."""
    rows, asking = read(_OF_CASE, {"case_id": case.id}), asks(case, user)
    return [one_of(row, user, row.sheet_of, _withdrawal(row), asking=asking) for row in rows]


def is_theirs(row: Any, user: User, *, asking: bool) -> bool:
    """Tell whether a file is this person's to describe or withdraw: who sent it.

    What came with the request, or from support for its requester, is also theirs who ask now: who sent it may have left.
    """
    with_request = row.referral_id is None and (row.event_number is None or row.for_id is not None)
    return bool(row.added_by_id == user.id or (asking and with_request))


def _withdrawal(row: Any) -> str:
    if row.withdrawn_at is None:
        return ""
    said = {
        "person": f"{row.title} {row.person}".strip(),
        "when": localtime(row.withdrawn_at),
        "why": row.withdrawn_why,
    }
    return _("Retirado por %(person)s, %(when)s. Motivo: %(why)s", **said)


def one_of(row: Any, user: User, sheet_of: int | None = None, withdrawal: str = "", *, asking: bool = False) -> Shown:
    """Return one row of `files_of`, or an attachment, as the macros show it."""
    return Shown(
        ref=row.ref,
        name=row.caption or row.name,
        meta=_meta(row.kind, row.content_type, row.size, row.taken_on),
        icon=BY_MEDIA[row.content_type].icon,
        has_preview=row.previewed_at is not None,
        withdrawn=row.withdrawn_at is not None,
        own=is_theirs(row, user, asking=asking),
        event_number=row.event_number,
        sheet_of=sheet_of,
        withdrawal=withdrawal,
        locked=row.inspection == LOCKED,
        apple=row.content_type == HEIC.media,
    )


def count_of(case: Case) -> int:
    """Return how many files a case has."""
    return db.session.scalar(select(func.count(Attachment.id)).where(Attachment.case_id == case.id)) or 0


_SAME = (
    select(Attachment.id)
    .where(
        Attachment.case_id == bindparam("case_id"),
        Attachment.sha256 == bindparam("sha256"),
        Attachment.name == bindparam("name"),
        Attachment.added_by_id == bindparam("user_id"),
        Attachment.withdrawn_at.is_(None),
        Attachment.referral_id.is_(None),
        or_(bindparam("caption", type_=String) == "", Attachment.caption == bindparam("caption", type_=String)),
        or_(bindparam("kind", type_=String) == "", Attachment.kind == bindparam("kind", type_=String)),
    )
    .order_by(Attachment.id)
    .limit(1)
)


def same_of(case: Case, stored: Stored, said: Mapping[str, str], user: User) -> Attachment | None:
    """Return the file that this person has put on a case already, under this name and with nothing else said of it.

    An upload whose answer is lost on the line is sent again, and a plain form may be pressed twice.
    """
    given = {"case_id": case.id, "sha256": stored.sha256, "name": stored.name, "user_id": user.id}
    found = read(_SAME, given | {"caption": "", "kind": ""} | dict(said))
    return db.session.get(Attachment, found[0].id) if found else None


def _meta(kind: str, media: str, size: int, taken_on: date | None) -> str:
    parts = [_(KIND_WORDS[kind]), BY_MEDIA[media].word, size_words(size)]
    if taken_on:
        parts.append(localdate(taken_on))
    return " · ".join(parts)


def size_words(size: int) -> str:
    """Return a size as people say it: '340 KB', '2,1 MB', '3,4 GB'."""
    if size < 1_000_000:
        return ngettext("%(num)d KB", "%(num)d KB", max(1, size // 1000))
    if size < 1_000_000_000:
        return _("%(size)s MB", size=_tenths(size / 1_000_000))
    return _("%(size)s GB", size=_tenths(size / 1_000_000_000))


def _tenths(number: float) -> str:
    return f"{number:.1f}".replace(".", decimal_mark())


def file_for(user: User, ref: str) -> Attachment:
    """Return a file whose case the person may see whole.

    Raises:
        NotFound: it is not there, or not for this person.
    """
    row = db.session.scalar(select(Attachment).where(Attachment.ref == ref.upper()))
    if row is None:
        raise NotFound
    _case, sight = case_for(user, row.case.ref)
    if sight is not Sight.FULL:
        raise NotFound
    return row
