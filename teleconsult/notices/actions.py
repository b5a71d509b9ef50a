"""Tell people: a row for the list in the product, and an e-mail through the outbox, in one transaction."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Table, bindparam, delete, insert, literal_column, or_, select, union_all, update
from sqlalchemy.orm.attributes import set_committed_value

from teleconsult import audit, clock, mail, outbox
from teleconsult.extensions import changed, db, read, upsert, write_all
from teleconsult.notices.models import DIGEST_HOUR, DigestHour, MailChoice, Notice
from teleconsult.notices.words import KINDS, TO_YOU, WHERE
from teleconsult.people.models import User
from teleconsult.people.sign_in import stream_of

SAME_FOR = timedelta(minutes=5)
"""What was told and not seen yet is not told again within this: several files sent are one notice and one mail."""

IN_A_DIGEST = 50
FLOOD, FLOOD_IN = 20, timedelta(hours=1)
"""After so many unseen notices within so long, what the clock or one act says many times comes in one mail at the full hour.

A leave of one consultant may strand forty cases at once: forty mails to each administrator are read by nobody.
"""
Told = Sequence[tuple[User, str]]


_TO_THEM: dict[str, Any] = {"users": bindparam("users", expanding=True), "kinds": bindparam("kinds", expanding=True)}
_SAME_AND_OFF: Any = union_all(
    select(literal_column("'same'"), Notice.user_id, Notice.kind, Notice.id).where(
        Notice.user_id.in_(_TO_THEM["users"]),
        Notice.kind.in_(_TO_THEM["kinds"]),
        Notice.subject == bindparam("subject"),
        Notice.seen_at.is_(None),
        Notice.at > bindparam("since", type_=Notice.at.type),
    ),
    select(literal_column("'off'"), MailChoice.user_id, MailChoice.kind, literal_column("0")).where(
        MailChoice.user_id.in_(_TO_THEM["users"]), MailChoice.kind.in_(_TO_THEM["kinds"])
    ),
)


_NEW = insert(cast(Table, Notice.__table__)).inline()


def tell(
    people: Iterable[User | None],
    kind: str,
    *,
    subject: str = "",
    by: User | None = None,
    to: User | None = None,
    many: bool = False,
) -> None:
    """Tell each person once, but not the one who did it, and nobody who is switched off.

    Args:
        people: who is told; None and repeated persons are skipped.
        kind: the audit word of what happened, such as 'case.assign'; it has words in `words.KINDS`.
        subject: the public reference it is about.
        by: who did it; None for the system.
        to: the one to whom the thing comes, who is told in words of their own.
        many: it is one of the many things that one act of theirs brings, as what the clock says may be.
    """
    now = clock.now()
    told = [(person, _kind_for(person, kind, to)) for person in _whom(people, by)]
    if not told:
        return
    same, off = _same_and_off(told, subject, now)
    told = [(person, word) for person, word in told if (person.id, word) not in same]
    if not told:
        return
    wanted = [(person, word) for person, word in told if (person.id, KINDS[word].chosen_as) not in off]
    later = {person.id: _next_digest(person, now) for person, _ in wanted if person.mail_mode == "digest"}
    if by is None or many:
        flooded = _flooded([person.id for person, _ in wanted if person.mail_mode == "each"], now)
        later |= dict.fromkeys(flooded, now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
    write_all(
        _NEW,
        [
            {
                "user_id": person.id,
                "kind": word,
                "subject": subject,
                "by_id": by.id if by else None,
                "at": now,
                "digest_due_at": later.get(person.id),
            }
            for person, word in told
        ],
    )
    outbox.put_all(
        mail.letter(
            KINDS[word].template,
            key=f"{word}:{subject}:{person.ref}:{now:%Y%m%dT%H%M%S%f}",
            to=person.email,
            language=person.language,
            ref=subject,
        )
        for person, word in wanted
        if person.mail_mode == "each" and person.id not in later
    )


def _kind_for(person: User, kind: str, to: User | None) -> str:
    word = TO_YOU.get(kind, kind) if to is not None and person.id == to.id else kind
    return KINDS[word].word


def _whom(people: Iterable[User | None], by: User | None) -> Iterable[User]:
    found = {person.id: person for person in people if person is not None and person.is_active}
    if by is not None:
        found.pop(by.id, None)
    return found.values()


def _same_and_off(told: Told, subject: str, now: datetime) -> tuple[set[tuple[int, str]], set[tuple[int, str]]]:
    """Return who was told the same a moment ago and has not seen it, and who wants no mail of the kind.

    Where a case is, is the same only while nothing later was told of that: it may have gone and come back.
    """
    # Not as pairs: of pairs SQLite reads every row. Whom a pair does not mean is looked up in vain.
    users, kinds = [person.id for person, _ in told], {w for _, word in told for w in (word, KINDS[word].chosen_as)}
    kinds |= WHERE if not kinds.isdisjoint(WHERE) else set()
    given = {"users": users, "kinds": list(kinds), "subject": subject, "since": now - SAME_FOR}
    rows = read(_SAME_AND_OFF, given)
    told_of = sorted((number, user, kind) for what, user, kind, number in rows if what == "same")
    last = {user: kind for _number, user, kind in told_of if kind in WHERE}
    same = {(user, kind) for _number, user, kind in told_of if kind not in WHERE or last[user] == kind}
    return same, {(user, kind) for what, user, kind, _number in rows if what == "off"}


_LAST_OF_MANY = (
    select(Notice.at)
    .where(Notice.user_id == User.id, Notice.seen_at.is_(None))
    .order_by(Notice.id.desc())
    .offset(literal_column(str(FLOOD - 1)))
    .limit(literal_column("1"))
    .scalar_subquery()
)
_FLOODED = select(User.id).where(
    User.id.in_(_TO_THEM["users"]), bindparam("since", type_=Notice.at.type) < _LAST_OF_MANY
)


def _flooded(user_ids: Sequence[int], now: datetime) -> list[int]:
    """Return who of them has been told much lately and has seen none of it."""
    return [row[0] for row in read(_FLOODED, {"users": user_ids, "since": now - FLOOD_IN})] if user_ids else []


def _next_digest(person: User, now: datetime) -> datetime:
    """Return when the person's next daily mail is due, by the clock of their unit."""
    row = db.session.get(DigestHour, person.id)
    here = now.astimezone(ZoneInfo(person.unit.zone) if person.unit else clock.home())
    today = here.replace(hour=row.hour if row else DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return today if today > here else today + timedelta(days=1)


def see(user_id: int, subject: str, *only: ColumnElement[bool]) -> int:
    """Mark what a person was told of one subject as seen; return how many. The caller holds the transaction.

    `only` is looked at in the same statement, and by it at the same moment: whether the subject is still as it was shown.
    """
    return _see(Notice.user_id == user_id, Notice.subject == subject, *only)


def see_shown(user_id: int, numbers: Collection[int], older: bool) -> int:
    """Mark the notices as seen that a page showed, and with `older` all before them. The caller holds the transaction.

    By their numbers and not by a moment: what was written a moment before the page may be committed after it.
    """
    shown = Notice.id.in_(numbers)
    return _see(Notice.user_id == user_id, or_(shown, Notice.id < min(numbers)) if older and numbers else shown)


def see_all(user_id: int, until: datetime) -> int:
    """Mark everything that a person was told until a moment as seen. The caller holds the transaction."""
    return _see(Notice.user_id == user_id, Notice.at <= until)


def _see(*which: ColumnElement[bool]) -> int:
    return changed(update(Notice).where(Notice.seen_at.is_(None), *which).values(seen_at=clock.now()))


def digests_due(limit: int = 100) -> Sequence[int]:
    """Return the ids of people whose daily mail is due."""
    return db.session.scalars(
        select(Notice.user_id).where(Notice.digest_due_at <= clock.now()).distinct().limit(limit)
    ).all()


def send_digest(user_id: int) -> None:
    """Write the daily mail of one person: what they have not seen meanwhile. The caller holds the transaction."""
    now = clock.now()
    rows = db.session.execute(
        update(Notice)
        .where(Notice.user_id == user_id, Notice.digest_due_at <= now)
        .values(digest_due_at=None)
        .returning(Notice.id, Notice.kind, Notice.subject, Notice.seen_at)
        .execution_options(synchronize_session=False)
    ).all()
    unseen = sorted(row for row in rows if row.seen_at is None)
    user = db.session.get_one(User, user_id)
    if not unseen or not user.is_active or user.mail_mode == "none":
        return
    mail.put(
        "digest",
        key=f"digest:{user.ref}:{now:%Y%m%dT%H%M%S%f}",
        to=user.email,
        language=user.language,
        entries=[[KINDS[row.kind].template, row.subject] for row in unseen[-IN_A_DIGEST:]],
        more=max(0, len(unseen) - IN_A_DIGEST),
    )


def choose_mail(user: User, *, mode: str, hour: int, off: Iterable[str]) -> None:
    """Keep how a person wants their e-mails: each, once a day at an hour, or none; and which kinds not at all."""
    # Past the version: no form of those who manage people holds it, and one that is open there is in nobody's way.
    changed(update(User).where(User.id == user.id).values(mail_mode=mode))
    set_committed_value(user, "mail_mode", mode)
    hours = upsert(DigestHour).values(user_id=user.id, hour=hour)
    db.session.execute(hours.on_conflict_do_update(index_elements=["user_id"], set_={"hour": hour}))
    changed(delete(MailChoice).where(MailChoice.user_id == user.id))
    rows = [{"user_id": user.id, "kind": word} for word in sorted(set(off) & set(KINDS))]
    if rows:
        db.session.execute(insert(MailChoice), rows)
    audit.record(stream_of(user), "person.choose_mail", by_id=user.id, subject=user.ref, mode=mode)
