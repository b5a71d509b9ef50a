"""What a person had posted when it could not be taken: kept for them alone, for a day.

It lies in the database like a draft, not in the page: nothing readable or forgeable goes back and forth,
and a long text is sent once over the line of a health unit. Only the person whose session the browser
had gets to see it; passwords and files are never kept.
"""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import delete, select

from teleconsult import clock
from teleconsult.extensions import changed, db
from teleconsult.people.models import KeptForm
from teleconsult.people.tokens import new_token

LIFE = timedelta(days=1)
AT_MOST = 20
"""Forms kept for one person; the oldest makes room."""

NEVER = frozenset({"csrf_token", "_kept"})
NOT_TYPED = NEVER | {"version", "draft_version", "sure", "role", "session", "locale"}
"""Fields that buttons and pages fill: a form of these alone is pressed again as easily as it is kept."""


def is_worth_keeping(content: Iterable[tuple[str, str]]) -> bool:
    """Tell whether somebody typed or chose something in a form."""
    return any(value and name not in NOT_TYPED and _may_stay(name) for name, value in content)


def keep(user_id: int, path: str, content: Iterable[tuple[str, str]], *, kind: str = "form") -> str:
    """Keep what was posted to a path of ours; return the reference under which its owner finds it."""
    now = clock.now()
    row = KeptForm(
        ref=new_token(),
        user_id=user_id,
        kind=kind,
        path=path,
        content=[[name, value] for name, value in content if _may_stay(name)],
        created_at=now,
        expires_at=now + LIFE,
    )
    db.session.add(row)
    db.session.flush()
    older = select(KeptForm.id).where(KeptForm.user_id == user_id).order_by(KeptForm.id.desc()).offset(AT_MOST)
    changed(delete(KeptForm).where(KeptForm.id.in_(older)))
    return row.ref


def _may_stay(name: str) -> bool:
    return name not in NEVER and "password" not in name


def find(ref: str, user_id: int, *, kind: str = "form") -> KeptForm | None:
    """Return what was kept under a reference, if it is this person's and its day is not over."""
    return db.session.scalar(
        select(KeptForm).where(
            KeptForm.ref == ref,
            KeptForm.user_id == user_id,
            KeptForm.kind == kind,
            KeptForm.expires_at > clock.now(),
        )
    )


def latest(user_id: int) -> str | None:
    """Return the reference of the last form kept for a person: for who came in another way than by its page."""
    return db.session.scalar(
        select(KeptForm.ref)
        .where(KeptForm.user_id == user_id, KeptForm.kind == "form", KeptForm.expires_at > clock.now())
        .order_by(KeptForm.id.desc())
        .limit(1)
    )


def find_path(path: str, user_id: int) -> KeptForm | None:
    """Return the last form that was kept of an address, if it is this person's and its day is not over."""
    mine = KeptForm.user_id == user_id, KeptForm.kind == "form", KeptForm.path == path
    return db.session.scalar(
        select(KeptForm).where(*mine, KeptForm.expires_at > clock.now()).order_by(KeptForm.id.desc()).limit(1)
    )


def discard_path(path: str, user_id: int) -> int:
    """Forget what was kept of an address; return how many there were."""
    return changed(delete(KeptForm).where(KeptForm.user_id == user_id, KeptForm.kind == "form", KeptForm.path == path))


def settle(ref: str, user_id: int, content: Iterable[tuple[str, str]]) -> None:
    """Put what came of a form in the place of the form, for the rest of its day: whoever sends it again is told."""
    row = find(ref, user_id, kind="import")
    if row is not None:
        row.content = [[name, value] for name, value in content]


def discard(ref: str, user_id: int) -> int:
    """Forget one; return whether there was one."""
    return changed(delete(KeptForm).where(KeptForm.ref == ref, KeptForm.user_id == user_id))


def discard_all(user_id: int) -> int:
    """Forget everything kept for a person: at sign-out, on shared computers above all."""
    return changed(delete(KeptForm).where(KeptForm.user_id == user_id))


def discard_old() -> int:
    """Forget what is older than its day. The caller holds the transaction."""
    return changed(delete(KeptForm).where(KeptForm.expires_at <= clock.now()))
