"""Invitations and resets: links that open once, for a while, sent only to the registered address.

The secret of a link is derived from the random `seed` of its row with the installation's key. Neither the
row nor the message in the outbox holds it: the mail's template asks for it (`account_link(link)`) at the
moment of sending, so that a copy of the database opens nothing.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import delete, func, insert, select, update

from teleconsult import audit, clock, mail, outbox
from teleconsult.errors import NotFound
from teleconsult.extensions import changed, db, transaction
from teleconsult.people import credentials, sessions
from teleconsult.people.models import LinkKind, SingleUseLink, User
from teleconsult.people.sign_in import find as find_person
from teleconsult.people.sign_in import stream_of
from teleconsult.people.tokens import new_token, token_hash
from teleconsult.web.words import localtime

LIFE = {LinkKind.INVITATION: timedelta(days=7), LinkKind.RESET: timedelta(hours=1)}
TEMPLATES = {LinkKind.INVITATION: "account_invitation", LinkKind.RESET: "account_reset"}
AN_HOUR_AT_MOST = 3
"""More would only fill somebody's mailbox."""

_LENGTH = 43
_STRANGE = re.compile(r"[^A-Za-z0-9_-]+")


class Addressee(NamedTuple):
    """Who gets a link, where, and in which language."""

    user_id: int
    email: str
    language: str


def make(user_ids: Sequence[int], kind: LinkKind) -> list[int]:
    """Write a new link for each person and return their numbers, in the same order."""
    now = clock.now()
    rows = [_row(user_id, kind, now) for user_id in user_ids]
    new = insert(SingleUseLink).returning(SingleUseLink.id, sort_by_parameter_order=True)
    return list(db.session.scalars(new, rows))


def _row(user_id: int, kind: LinkKind, now: datetime) -> dict[str, Any]:
    seed = new_token()
    ends = now + LIFE[kind]
    fixed = {"kind": kind, "user_id": user_id, "created_at": now, "expires_at": ends}
    return fixed | {"seed": seed, "token_hash": token_hash(_secret(seed))}


def send(user: User, kind: LinkKind, *, by_id: int | None) -> None:
    """Make a link and write the mail that carries it; those made before end. The caller holds the transaction.

    The mails of those before that did not go out yet never do: tried again, they would bring links that open nothing.
    """
    end_all(user.id)
    forget_mails(user.email)
    send_all([Addressee(user.id, user.email, user.language)], kind)
    audit.record(stream_of(user), f"person.{kind}", by_id=by_id, subject=user.ref)


def send_all(people: Sequence[Addressee], kind: LinkKind) -> None:
    """Make a link for each of many new people and write the mails; the caller records it."""
    numbers = make([person.user_id for person in people], kind)
    outbox.put_all(
        mail.letter(TEMPLATES[kind], key=f"link:{link}", to=person.email, language=person.language, link=link)
        for link, person in zip(numbers, people, strict=True)
    )


def end_all(user_id: int) -> bool:
    """End the links of a person that are still open; tell whether there was one."""
    now = clock.now()
    ended = changed(
        update(SingleUseLink)
        .where(SingleUseLink.user_id == user_id, SingleUseLink.used_at.is_(None), SingleUseLink.expires_at > now)
        .values(expires_at=now)
    )
    return ended > 0


def forget_mails(address: str) -> None:
    """Forget the links that never reached an address, once they are ended. The caller holds the transaction."""
    row = outbox.OutboxMessage
    unsent = row.kind == "email", row.address == address, row.done_at.is_(None), row.key.startswith("link:")
    changed(delete(row).where(*unsent))


def ask_reset(who: str) -> None:
    """Send a link if this e-mail or CPF is somebody's. Commits by itself; says nothing of what it found.

    Who never had a password gets the invitation again.
    """
    with transaction():
        user = find_person(who) if len(who) <= 254 else None
        if user is None or not user.is_active:
            audit.record("system", "person.reset_for_nobody")
        elif _made_lately(user.id) < AN_HOUR_AT_MOST:
            send(user, LinkKind.RESET if user.password_hash else LinkKind.INVITATION, by_id=None)


def _made_lately(user_id: int) -> int:
    an_hour_ago = clock.now() - timedelta(hours=1)
    count = select(func.count()).where(SingleUseLink.user_id == user_id, SingleUseLink.created_at > an_hour_ago)
    return db.session.scalar(count) or 0


def account_link(link_id: int) -> str:
    """Return the address that opens a link: for the mail's template, built from the configuration."""
    seed, kind = db.session.execute(
        select(SingleUseLink.seed, SingleUseLink.kind).where(SingleUseLink.id == link_id)
    ).one()
    return f"{current_app.config['BASE_URL']}/{kind}/{_secret(seed)}"


def link_ends(link_id: int) -> str:
    """Say when a link ends, by the clock of its owner's unit: for the mail's template."""
    link = db.session.get_one(SingleUseLink, link_id)
    unit = link.user.unit
    return localtime(link.expires_at, ZoneInfo(unit.zone) if unit else None)


def _secret(seed: str) -> str:
    key = f"single-use link:{current_app.config['SECRET_KEY']}".encode()
    return urlsafe_b64encode(hmac.new(key, seed.encode(), sha256).digest()).decode().rstrip("=")


def _trimmed(token: str) -> str:
    """Return a secret without what a mail program or a hurried hand leaves in it: a space, the end of a sentence."""
    return _STRANGE.sub("", token)


def is_whole(token: str) -> bool:
    """Tell whether a secret has the length of ours: of a link broken over two lines only the first part opens."""
    return len(_trimmed(token)) == _LENGTH


def find(token: str, kind: LinkKind) -> SingleUseLink:
    """Return the link that a secret opens.

    Raises:
        NotFound: never made, used, ended, replaced by a newer one, or of somebody switched off.
    """
    link = db.session.scalar(
        select(SingleUseLink).where(
            SingleUseLink.token_hash == token_hash(_trimmed(token)),
            SingleUseLink.kind == kind,
            SingleUseLink.used_at.is_(None),
            SingleUseLink.expires_at > clock.now(),
        )
    )
    if link is None or not link.user.is_active:
        raise NotFound
    return link


def set_password(link: SingleUseLink, password: str) -> None:
    """Use a link: set the password, end the rest, every session and every other link. Commits by itself.

    Raises:
        Refused: the password breaks a rule; the link stays open.
        NotFound: the link was used a moment ago.
    """
    user, link_id = link.user, link.id
    hashed = credentials.accept(user, password)
    with transaction():
        now = clock.now()
        used = changed(
            update(SingleUseLink)
            .where(SingleUseLink.id == link_id, SingleUseLink.used_at.is_(None), SingleUseLink.expires_at > now)
            .values(used_at=now)
        )
        if not used or not user.is_active:
            raise NotFound
        end_all(user.id)
        sessions.end_all(user.id)
        credentials.write(user, hashed)
        audit.record(stream_of(user), "person.set_password", by_id=user.id, subject=user.ref, by_link=str(link.kind))
