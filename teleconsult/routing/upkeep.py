"""What is wrong with the machinery itself, for the management's first screen, and what whoever keeps the server does then.

Each is read from a note or from the disk, never counted from history.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import url_for
from sqlalchemy import select

from teleconsult.attachments import storage
from teleconsult.attachments.models import Attachment
from teleconsult.attachments.queries import size_words
from teleconsult.cases.models import Case
from teleconsult.extensions import db
from teleconsult.network import noted
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import localtime

STILL = timedelta(minutes=10)
"""A worker makes a round each minute; one that was started again, or had much to do, needs some."""


class Trouble(NamedTuple):
    """One sentence, its icon and tone, and where it says what to do."""

    text: str
    icon: str
    tone: str
    url: str


@dataclass(frozen=True)
class Upkeep:
    """How the machinery stands."""

    room: storage.Room | None
    stands_since: datetime | None
    """Since when the worker makes no round; None while it does."""
    last_round: datetime | None
    lost: Mapping[str, datetime]


def upkeep(now: datetime) -> Upkeep:
    """Return how disk, worker and files stand."""
    last = noted.last_round()
    since = last or _first_day()
    # A round later than now was made while the clock was ahead: the next one comes within a minute.
    stands = since if since is not None and now - since > STILL else None
    return Upkeep(storage.room(), stands, last, noted.lost())


def _first_day() -> datetime | None:
    """Return when the network began: a worker that has never run stands still since then."""
    return db.session.scalar(select(User.created_at).order_by(User.id).limit(1))


def troubles(seen: Upkeep) -> list[Trouble]:
    """Return what is wrong, in sentences; nothing when all is well."""
    return [*_of_disk(seen), *_of_worker(seen), *_of_files(seen)]


def _of_disk(seen: Upkeep) -> list[Trouble]:
    if seen.room is None or not seen.room.is_low:
        return []
    left = size_words(seen.room.left)
    if seen.room.refuses:
        text = _("O disco do servidor está cheio: restam %(left)s, e nenhum arquivo novo é aceito.", left=left)
    else:
        text = _("O disco do servidor está quase cheio: restam %(left)s.", left=left)
    return [Trouble(text, "warn", "red" if seen.room.refuses else "amber", _what_to_do("disco"))]


def _of_worker(seen: Upkeep) -> list[Trouble]:
    if seen.stands_since is None:
        return []
    text = _(
        "O serviço de fundo está parado desde %(when)s: e-mails não saem, prazos não avisam e nada se distribui sozinho.",
        when=localtime(seen.stands_since),
    )
    return [Trouble(text, "paused", "red", _what_to_do("fundo"))]


def _of_files(seen: Upkeep) -> list[Trouble]:
    count = len(seen.lost)
    if not count:
        return []
    text = ngettext(
        "%(num)d arquivo não está mais guardado como foi enviado.",
        "%(num)d arquivos não estão mais guardados como foram enviados.",
        count,
    )
    if count >= noted.MOST:
        text = _("%(num)d arquivos ou mais não estão mais guardados como foram enviados.", num=count)
    return [Trouble(text, "file", "red", _what_to_do("arquivos"))]


def _what_to_do(part: str) -> str:
    return url_for("home.upkeep", _anchor=part)


class Lost(NamedTuple):
    """A lost file: its reference, that of its case, and since when it is known."""

    ref: str
    case: str
    since: datetime


def lost_files(seen: Upkeep) -> list[Lost]:
    """Return the lost files with their cases."""
    query = select(Attachment.ref, Case.ref.label("case")).join(Case, Case.id == Attachment.case_id)
    rows = db.session.execute(query.where(Attachment.ref.in_(seen.lost)).order_by(Case.ref, Attachment.ref))
    return [Lost(row.ref, row.case, seen.lost[row.ref]) for row in rows]
