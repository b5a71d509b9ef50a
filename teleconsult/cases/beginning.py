"""A new request from the form that begins it: once, for oneself or for a named requester, empty or continuing a case."""

from sqlalchemy import select

from teleconsult.cases import actions, drafts, queries_case
from teleconsult.cases.draft_fields import FIELDS, MATCH, PATIENT_TEXTS, Fields
from teleconsult.cases.forms_request import BeginForm
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.sending import digest_of
from teleconsult.cases.sent import facts_of, texts_of
from teleconsult.cases.whose_reason import changed_by_another, own
from teleconsult.errors import N_, Overtaken, Refused
from teleconsult.extensions import db, transaction
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.typed import same_lines


def begin(form: BeginForm, user: User) -> str:
    """Begin the draft that a form asks for and return its reference; the same token twice is one draft.

    Raises:
        Refused: the requester is not one for whom this person may file.
    """
    token = form.token.data or ""
    try:
        with transaction():
            return drafts.begun_by(user, token) or _begin(form, token, user).ref
    except Overtaken:
        # The same form, sent a moment ago by a second press.
        begun = drafts.begun_by(user, token)
        if begun is None:
            raise
        return begun


def _begin(form: BeginForm, token: str, user: User) -> Case:
    linked = drafts.linkable(user, form.linked.data or "")
    requester = _requester(form.requester.data or "", user)
    known: Fields = _continued(linked, user) if linked else {}
    if form.specialty.data is not None:
        known.pop("specialty", None)  # the page shows the earlier one as chosen: whoever takes it away wants none yet
    if form.specialty.data:
        known["specialty"] = form.specialty.data
    return actions.draft(by=user, requester=requester, linked=linked, token=token, fields=known)


def _requester(ref: str, user: User) -> User:
    if not ref and user.has(Role.REQUESTER):
        return user
    named = {row.ref for row in drafts.named_requesters(user)}
    if ref not in named:
        raise Refused(N_("Escolha em nome de quem é o pedido."), field="requester")
    return db.session.scalars(select(User).where(User.ref == ref)).one()


def _continued(linked: Case, user: User) -> Fields:
    """Return what a new case takes over from the one it continues: the patient and the specialty, nothing clinical.

    Of one that ended without an answer it is the whole request, also what was begun of its completion and never sent, for
    whoever could write on it; not the consent, which is asked anew.
    """
    texts = _written(linked, user)
    names: tuple[str, ...] = ("specialty", *PATIENT_TEXTS)
    if is_unanswered(linked):
        names = (*names, *FIELDS["clinical"], *FIELDS["questions"])
        texts = texts | _own_priority(linked, texts)
    known: Fields = {name: texts[name] for name in names}
    if linked.snapshot and linked.patient:
        known[MATCH] = {"facts": digest_of(facts_of(linked.snapshot)), "choice": linked.patient.ref, "seen": []}
    return known


def _own_priority(linked: Case, texts: Fields) -> Fields:
    """Return the priority as the requester gave it, unless it is theirs: what somebody else said of the earlier case stays with it."""
    happened = queries_case.events_of(linked)
    if changed_by_another(linked, happened) is None or not same_lines(
        str(texts["priority_reason"]), linked.priority_reason
    ):
        return {}
    priority, reason = own(linked, happened)
    return {"priority": priority, "priority_reason": reason}


def _written(linked: Case, user: User) -> Fields:
    """Return what was written of an earlier case: as it was sent, and when nobody answered it as this person began to complete it."""
    if linked.draft is None or not is_unanswered(linked) or not drafts.writes(user, linked):
        return texts_of(linked)
    return texts_of(linked) | linked.draft.fields


def specialty_of(linked: Case, user: User) -> str:
    """Return the specialty that a new case takes over from the one it continues; '' for none."""
    return str(_written(linked, user).get("specialty", ""))


def is_unanswered(linked: Case | None) -> bool:
    """Tell whether a case ended without anybody having given an opinion on it."""
    return linked is not None and linked.state == State.CANCELLED and linked.first_opinion_at is None
