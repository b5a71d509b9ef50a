"""Keeping what somebody writes over hours: it moves nothing and tells nobody."""

from collections.abc import Mapping
from typing import Any

from teleconsult import clock
from teleconsult.cases import lifecycle
from teleconsult.cases.actions.request import open_request
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import OpinionDraft
from teleconsult.cases.world import facts_for
from teleconsult.errors import N_, Overtaken, Refused
from teleconsult.extensions import db
from teleconsult.people.models import User


def save_opinion_draft(
    case: Case, fields: Mapping[str, Any], *, by: User, version: int | str | None = None
) -> OpinionDraft:
    """Keep what the holder has typed of the opinion, raw; return the draft with its new version.

    Also while the unit supplies what was asked meanwhile: the opinion is given after it.

    `version` None keeps it whatever was saved before: the person sent this text knowingly.

    Raises:
        Overtaken: another window saved this draft since `version` (0: there was none).
        Refused: the case is not this person's to answer any more.
    """
    if case.state != State.AWAITING_INFORMATION or case.holder_id != by.id:
        lifecycle.check("answer", case, by, facts_for(case, by, "answer"))
    draft = db.session.get(OpinionDraft, (case.id, by.id))
    if version is not None and str(draft.version if draft else 0) != str(version):
        raise Overtaken
    if draft is None:
        draft = OpinionDraft(case_id=case.id, author_id=by.id, fields=dict(fields), saved_at=clock.now())
        db.session.add(draft)
    elif draft.fields != dict(fields):
        draft.fields, draft.saved_at = dict(fields), clock.now()
    db.session.flush()
    return draft


def save_supplies(case: Case, supplies: Mapping[int, tuple[str, str]], *, by: User) -> None:
    """Keep answers to items of the open information request (number → answer, why not) until all are sent.

    Raises:
        Refused: nothing is asked of this person's unit now, or an item is both answered and refused.
    """
    lifecycle.check("supply", case, by, facts_for(case, by, "supply"))
    asked = open_request(case)
    now = clock.now()
    for item in asked.items if asked else ():
        answer, why_not = (words.strip() for words in supplies.get(item.number, (item.answer, item.why_not)))
        if answer and why_not:
            raise Refused(N_("Responda, ou diga por que não foi possível: uma coisa só."), f"answer_{item.number}")
        if (answer, why_not) != (item.answer, item.why_not):
            item.answer, item.why_not, item.saved_at = answer, why_not, now
    db.session.flush()
