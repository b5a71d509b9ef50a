"""What the technical administrator does, and the verbs shared with others: where a case goes."""

from collections.abc import Mapping
from typing import Any

from teleconsult.cases import world
from teleconsult.cases.actions._make import make
from teleconsult.cases.models import Case, CaseDraft, CaseEvent
from teleconsult.cases.models_opinion import Decline, MissingItem
from teleconsult.cases.queries_moves import has_opined
from teleconsult.cases.sent import texts_of
from teleconsult.cases.sides import answering, asking
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db, hold
from teleconsult.network.models import Specialty
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.web.reasons import Kept


def return_(case: Case, missing: Mapping[str, str], *, by: User, note: str = "") -> CaseEvent:
    """Send an incomplete request back: field -> what to do about it; shown there, field by field."""
    event = make(
        "return",
        case,
        by=by,
        carry={"missing": missing},
        said=note,
        data={"missing": dict(missing)},
        tell=asking(case),
    )
    for field, words in missing.items():
        db.session.add(MissingItem(event_id=event.id, case_id=case.id, field=field, note=words))
    # What was sent is what is completed: it is a draft again, with the words it was sent with.
    case.draft = CaseDraft(fields=texts_of(case), saved_at=event.at, saved_by_id=case.requester_id)
    db.session.flush()
    return event


def redirect(case: Case, *, to: Specialty, why: str, by: User) -> CaseEvent:
    """Pass the case to another specialty; the clock goes on.

    Raises:
        Refused: it is there already, or the specialty takes no cases.
    """
    if to.id == case.specialty_id or not to.teleconsult:
        raise Refused(N_("Escolha outra especialidade, que receba casos."), field="specialty")
    holder = case.holder
    return make(
        "redirect",
        case,
        by=by,
        carry={"specialty": to, "why": why},
        set={"specialty_id": to.id, "specialty": to, "holder_id": None},
        said=why,
        data={"from": case.specialty.slug, "to": to.slug},
        tell=[holder, *asking(case)],
    )


def reprioritise(case: Case, *, priority: str, why: str, by: User) -> CaseEvent:
    """Change how soon an opinion is needed; the target is counted anew from the time already used."""
    return make(
        "reprioritise",
        case,
        by=by,
        carry={"priority": priority, "why": why},
        set={"priority": priority, "priority_reason": why},
        said=why,
        data={"from": case.priority, "to": priority, **_reason_before(case)},
        # Of those who distribute, one is no other side to another.
        tell=[*asking(case), *([case.holder] if by.has(Role.ADMINISTRATOR) else answering(case))],
    )


def _reason_before(case: Case) -> dict[str, dict[str, str]]:
    """Return the reason that another takes the place of, as an event keeps it: it stands nowhere else."""
    return {"before": {"priority_reason": case.priority_reason}} if case.priority_reason else {}


def assign(case: Case, *, to: User, by: User | None, why: str = "", reasons: Kept | None = None) -> CaseEvent:
    """Give the case to a consultant; the new holder, the previous one and the requester are told.

    Args:
        case: a case that waits, or that another consultant holds.
        to: who gets it.
        by: who gives it; None for the system.
        why: the words of the one who gives it.
        reasons: why it was proposed, when the proposal is taken: readers of both languages read it.

    Raises:
        Refused: the consultant lacks the specialty, is switched off, asks on the case, holds it already, or declined it
            and the machine is asking; or they asked on it before it was handed over.
    """
    gone = world.declined(case.id)
    if not world.is_able(to, case.specialty_id):
        raise Refused(N_("%(name)s não atende nesta especialidade."), field="consultant", name=to.full_name)
    if to.id == case.requester_id or gone.get(to.id):
        raise Refused(N_("%(name)s fez este pedido: quem responde é outra pessoa."), "consultant", name=to.full_name)
    if to.id == case.holder_id:
        raise Refused(N_("O caso já está com %(name)s."), field="consultant", name=to.full_name)
    if by is None and to.id in gone:
        raise Refused(N_("%(name)s recusou este caso."), field="consultant", name=to.full_name)
    previous = case.holder
    return make(
        "assign",
        case,
        by=by,
        carry={"consultant": to, "why": why or reasons},
        set={"holder_id": to.id, "holder": to},
        said=why,
        data={"to": to.ref, "from": previous.ref if previous else None} | ({"reasons": reasons} if reasons else {}),
        tell=[to, previous, *asking(case)],
    )


def hand_over(case: Case, *, to: User, by: User) -> CaseEvent:
    """Give an open case to another requester of the same unit, when one leaves.

    Raises:
        Refused: the other is not an active requester of the unit, is the present one, or answers the case, or once did:
            they would accept, and judge, what they wrote themselves.
    """
    hold(to, "role_rows")  # whoever switches them off at this moment finds the case with them, or this finds them gone
    fits = to.is_active and to.has(Role.REQUESTER) and to.unit_id == case.unit_id
    if not fits or to.id == case.requester_id:
        raise Refused(N_("Escolha outro solicitante ativo da mesma unidade."), field="requester")
    if to.id == case.holder_id:
        raise Refused(N_("%(name)s responde este caso: escolha outra pessoa."), "requester", name=to.full_name)
    if has_opined(case, to):
        raise Refused(N_("%(name)s já deu parecer neste caso: escolha outra pessoa."), "requester", name=to.full_name)
    previous = case.requester
    # A filer who is not the requester is support, who may read the draft and is told of what comes: whoever filed in
    # their own name leaves the case whole. What waits for the former requester's confirmation waits for the new one's.
    own: dict[str, Any] = {"filed_by_id": to.id, "filed_by": to} if case.filed_by_id == previous.id else {}
    if case.confirm_by_id == previous.id:
        own["confirm_by_id"] = to.id
    event = make(
        "hand_over",
        case,
        by=by,
        carry={"requester": to},
        set={"requester_id": to.id, "requester": to, **own},
        data={"to": to.ref, "from": previous.ref},
        tell=[to, *asking(case), case.holder],
    )
    asked = {"case_id": case.id, "consultant_id": previous.id, "specialty_id": case.specialty_id}
    db.session.add(Decline(**asked, asked=True, declined_at=event.at))
    return event
