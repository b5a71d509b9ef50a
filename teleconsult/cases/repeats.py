"""The same form sent again: its line dropped after the first had arrived, or it was pressed twice.

What a form says is held against what its move left behind, field by field. What no record tells makes it another
form, so that nothing typed is ever taken for recorded.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import request
from sqlalchemy import select
from wtforms import HiddenField

from teleconsult.cases.draft_problems import read_problem, write_problem
from teleconsult.cases.models import CaseEvent
from teleconsult.cases.models_opinion import CounterReferral, Opinion, Referral
from teleconsult.cases.opinion_form import ChosenField, from_opinion, titles
from teleconsult.cases.queries_moves import events_since
from teleconsult.errors import Refused
from teleconsult.extensions import db
from teleconsult.people.models import User
from teleconsult.typed import carried

Said = dict[str, Any]


def recorded(verb: str, case_id: int, form: Any, by: User, about: Mapping[str, Any] | None = None) -> CaseEvent | None:
    """Return the event by which a person recorded exactly this form since its page was shown; None: it never was.

    Args:
        verb: of the move.
        case_id: of the case.
        form: the form as it was posted.
        by: who posted it.
        about: what the event's data must hold beside what the form says, such as the round of an opinion.
    """
    seen = carried(request.form.get("seen"))
    if seen is None:
        return None
    said, wanted = _said_in(form), dict(about or {}).items()
    for event in events_since(case_id, seen):
        own = event.verb == verb and event.by_id == by.id and wanted <= event.data.items()
        if own and _without_blanks(LEFT_BEHIND[verb](event)) == said:
            return event
    return None


def _said_in(form: Any) -> Said:
    return _without_blanks({field.name: _value(field) for field in form if not isinstance(field, HiddenField)})


def _value(field: Any) -> Any:
    return _diagnoses(field.data or ()) if isinstance(field, ChosenField) else field.data


def _diagnoses(values: Any) -> list[str]:
    """Return chosen diagnoses as an opinion keeps them: with their titles."""
    codes = titles(values)
    try:
        return [write_problem(read_problem(value, codes)) for value in values]
    except Refused:
        return list(values)


def _without_blanks(values: Mapping[str, Any]) -> Said:
    kept = {name: [one for one in value if one] if isinstance(value, list) else value for name, value in values.items()}
    return {name: value for name, value in kept.items() if value}


def _nothing(_event: CaseEvent) -> Said:
    return {}


def _why(event: CaseEvent) -> Said:
    return {"why": event.said}


def _why_and(name: str) -> Callable[[CaseEvent], Said]:
    return lambda event: {name: event.data["to"], "why": event.said}


def _missing(event: CaseEvent) -> Said:
    return {"note": event.said} | {f"missing_{field}": words for field, words in event.data["missing"].items()}


def _supplied(event: CaseEvent) -> Said:
    return {f"{part}_{number}": item[part] for number, item in event.data["items"].items() for part in item}


def _referral(event: CaseEvent) -> Said:
    of_case = select(Referral).where(Referral.case_id == event.case_id, Referral.made_at == event.at)
    row = db.session.scalars(of_case).one()
    names = ("priority", "justification", "diagnosis", "bring")
    return {"specialty": event.data["specialty"]} | {name: getattr(row, name) for name in names}


def _sheet(event: CaseEvent) -> Said:
    of_case = select(CounterReferral).where(
        CounterReferral.case_id == event.case_id, CounterReferral.recorded_at >= event.at
    )
    row = db.session.scalars(of_case.order_by(CounterReferral.id).limit(1)).first()
    names = ("attended_on", "attended_by", "diagnosis", "opinion", "conduct", "return_when")
    if row is None:
        return {}
    chosen = {"returns": "yes" if row.returns else "no", "earlier": event.data.get("earlier", False)}
    return {name: getattr(row, name) for name in names} | chosen


def _opinion(event: CaseEvent) -> Said:
    number, edition = event.data.get("round", event.round), event.data.get("edition")
    of_round = select(Opinion).where(Opinion.case_id == event.case_id, Opinion.round == number)
    # The event of a correction names the edition that it corrects.
    row = db.session.scalars(of_round.where(Opinion.edition == (edition + 1 if edition else 1))).one()
    return from_opinion(row) | {"why": row.correction_why}


LEFT_BEHIND: dict[str, Callable[[CaseEvent], Said]] = {
    "return": _missing,
    "redirect": _why_and("specialty"),
    "reprioritise": _why_and("priority"),
    "assign": _why_and("consultant"),
    "hand_over": lambda event: {"requester": event.data["to"]},
    "decline": _why,
    "ask": lambda event: {"items": list(event.data["items"]), "note": event.said},
    "supply": _supplied,
    "add": lambda event: {"message": event.said},
    "answer": _opinion,
    "conclude": _opinion,
    "follow_up": lambda event: {"question": event.said},
    "escalate": _referral,
    "call_off": _why,
    "close_unseen": lambda event: {"cause": event.data["cause"], "note": event.said},
    "counter_refer": _sheet,
    "accept": _nothing,
    "reopen": _why,
    "cancel": _why,
    "correct": _opinion,
    "withdraw": _why,
    "revoke_consent": _why,
}
"""What the move of a verb left behind, as the fields of its form."""
