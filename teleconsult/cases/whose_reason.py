"""Whose words stand as the reason of a priority: the requester's, or those of somebody who changed it since.

A case has one reason. Who changes the priority puts theirs in its place, and the event of the change keeps what stood there.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from teleconsult.cases import queries_case
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.extensions import db
from teleconsult.people.models import User
from teleconsult.typed import same_lines
from teleconsult.web.messages import gettext as _

PART = "priority_reason"


def changed_by_another(case: Case, happened: Sequence[Any]) -> Any:
    """Return the change by which the priority and its reason stand, when neither the requester made it nor anybody for them; else None."""
    return _theirs(case.requester_id, case.priority, case.priority_reason, happened)


def own(case: Case, happened: Sequence[Any]) -> tuple[str, str]:
    """Return the priority and its reason as the requester gave them, before anybody else changed it."""
    priority, reason = case.priority, case.priority_reason
    while (event := _theirs(case.requester_id, priority, reason, happened)) is not None:
        priority, reason = event.data["from"], event.data.get("before", {}).get(PART, "")
        happened = [one for one in happened if one.number < event.number]
    return priority, reason


def note_of(case: Case, step: str, fields: Mapping[str, Any]) -> dict[str, str]:
    """Return the line under the reason, in the form of a request that came back with the words of somebody else in it."""
    if (
        step != "questions"
        or case.state != State.RETURNED
        or not same_lines(fields.get(PART, ""), case.priority_reason)
    ):
        return {}
    change = changed_by_another(case, queries_case.events_of(case))
    if change is None:
        return {}
    name = db.session.get_one(User, change.by_id).full_name
    return {PART: _("São palavras de %(name)s, que mudou a prioridade. Deixe, ou escreva as suas.", name=name)}


def _theirs(requester_id: int, priority: str, reason: str, happened: Sequence[Any]) -> Any:
    last = next((one for one in reversed(happened) if one.verb == "reprioritise"), None)
    if last is None or last.by_id == requester_id or last.for_id is not None:
        return None
    # Who sends it again with another priority gives it for the reason that is left there, and it is theirs from then on.
    return last if last.data["to"] == priority and same_lines(last.said, reason) else None
