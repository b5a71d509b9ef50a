"""Scanned sheets: a counter-referral that came back on paper, beside what was typed of it (ADR 0034).

Whoever may record the counter-referral may send its sheet before. It waits on the case with the referral it belongs to,
and goes on the timeline with the move; until then who sent it may take it away again.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from teleconsult import audit
from teleconsult.attachments import actions, queries
from teleconsult.attachments.kinds import KINDS, asked_for, kind_of
from teleconsult.attachments.models import Attachment
from teleconsult.attachments.receive import Incoming, Stored, limit_of
from teleconsult.cases import actions as cases
from teleconsult.cases import lifecycle
from teleconsult.cases.access import Sight, case_for
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.cases.models_opinion import Referral
from teleconsult.cases.world import facts_for
from teleconsult.errors import N_, NotFound, Refused
from teleconsult.events import on, panel
from teleconsult.extensions import changed, db
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _

PAPER = frozenset({"image", "document"})
"""Families of files that can be a sheet of paper."""
ACCEPT = asked_for(kind for kind in KINDS if kind.family in PAPER)


def referral_to_scan(case: Case, user: User) -> Referral:
    """Return the referral whose sheet this person may send now.

    Raises:
        Refused: the counter-referral is not theirs to record now.
    """
    lifecycle.check("counter_refer", case, user, facts_for(case, user))
    referral = cases.live_referral(case)
    if referral is None:
        raise NotFound
    return referral


def check_paper(incoming: Incoming, name: str) -> None:
    """Hold a file to what a sheet can be, before it is stored.

    Raises:
        Refused: it is no picture and no PDF.
    """
    found = kind_of(incoming.head)
    if incoming.size and (found is None or found.family not in PAPER):
        raise Refused(
            N_("%(name)s não é foto nem PDF. Envie a folha digitalizada em foto ou PDF."), field="files", name=name
        )


def add(case: Case, stored: Stored, *, by: User) -> Attachment:
    """Write the row of a scanned sheet; the same file sent again is the one that is there, and has its own object.

    The caller holds the transaction, as for `actions.add`.

    Raises:
        Refused: the counter-referral is not theirs to record, or the case would be over a limit with it.
    """
    referral = referral_to_scan(case, by)
    there: Attachment | None = db.session.scalar(_waiting(referral).where(Attachment.sha256 == stored.sha256))
    if there is not None:
        return there
    return actions.add(case, stored, by=by, kind="document", referral_id=referral.id)


def _waiting(referral: Referral) -> Any:
    return (
        select(Attachment)
        .where(Attachment.referral_id == referral.id, Attachment.withdrawn_at.is_(None))
        .order_by(Attachment.id)
    )


def waiting(referral: Referral) -> Sequence[Attachment]:
    """Return the scanned sheets of a referral that stand, oldest first."""
    return db.session.scalars(_waiting(referral)).all()


def take_away(case: Case, ref: str, *, by: User) -> str:
    """Take a scanned sheet away before it is recorded, by who sent it; return the key of the object to delete.

    Raises:
        NotFound: no such sheet waits here.
        Refused: somebody else sent it, or the counter-referral is not theirs to record.
        Overtaken: somebody took it away a moment ago.
    """
    row = next((file for file in waiting(referral_to_scan(case, by)) if file.ref == ref), None)
    if row is None:
        raise NotFound
    if row.added_by_id != by.id:
        raise Refused(N_("Só quem enviou o arquivo pode retirá-lo."))
    key = actions.remove(row)
    audit.record(f"case:{case.ref}", "attachment.withdraw", by_id=by.id, subject=case.ref, file=row.ref)
    return key


@panel("scanned")
def is_scanned(referral: Referral) -> bool | None:
    """Tell whether the sheet of a referral is on the case, scanned."""
    return True if waiting(referral) else None


@panel("scans")
def part(case: Case, user: User) -> dict[str, Any] | None:
    """Return the part of the counter-referral's page that takes its sheet."""
    referral = cases.live_referral(case)
    if referral is None:
        return None
    _case, sight = case_for(user, case.ref)
    return {
        "template": "attachments/scans.html",
        "files": [queries.one_of(row, user) for row in waiting(referral)],
        "opens": sight is Sight.FULL,
        "accept": ACCEPT,
        "says": _(
            "Foto até %(photo)d MB ou PDF até %(document)d MB cada.",
            photo=limit_of("image") // (1024 * 1024),
            document=limit_of("document") // (1024 * 1024),
        ),
    }


@on("case.counter_refer")
def put_on_timeline(case: Case, event: CaseEvent, by: User) -> None:
    """Let the sheets that waited belong to the move that records them."""
    del by
    live = select(Referral.id).where(Referral.case_id == case.id, Referral.ended_at.is_(None)).scalar_subquery()
    changed(update(Attachment).where(Attachment.referral_id == live).values(event_number=event.number))
