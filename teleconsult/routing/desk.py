"""The triage desk as its page shows it: rows, rail, suggestions and preview, made from columns."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from teleconsult.cases.access import Sight
from teleconsult.cases.clocks import PRIORITY_WORDS, Priority
from teleconsult.cases.due import Chip
from teleconsult.cases.lifecycle import CLOSED, State
from teleconsult.cases.request import KIND_WORDS
from teleconsult.cases.rows import Moment, called, due_words_of, specialty_words
from teleconsult.cases.words import STATE_WORDS
from teleconsult.people.models import User
from teleconsult.routing import queries
from teleconsult.routing.hints import Hint, hints_for, shared, sums_of
from teleconsult.routing.queries import Asked
from teleconsult.routing.rail import RailRow, rail_for, total_of
from teleconsult.routing.uncovered import Gap, gaps
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import short_span

MOST_NAMED = 3
"""Of so many people the bar says how much each receives."""

TONES = {Priority.HIGH: "returned", Priority.URGENT: "red"}


@dataclass(frozen=True)
class Desk:
    """One look at the queue. `total` and `late` count the state that is shown; None: it is not counted.

    `gives` are the marks of what is proposed on this page, each with its consultant, `sums` what giving them out does.
    """

    rows: Sequence["QueueRow"]
    rail: Sequence[RailRow]
    total: int | None
    late: int
    newer: str | None
    older: str | None
    preview: Mapping[str, Any] | None
    gives: Sequence[str]
    sums: Sequence[str]
    gaps: Sequence[Gap]


def desk_for(asked: Asked, user: User, selected: str) -> Desk:
    """Return the desk of one person; `selected` is the reference of the case beside the list, '' for the first."""
    moment = Moment()
    counted, waits = asked.show not in CLOSED, asked.show == State.SUBMITTED
    rail = rail_for(asked.show, moment)
    total, late = total_of(rail)
    page = queries.queue(asked, user)
    hints = shared(page.rows, hints_for(page.rows, moment.now)) if waits and page.rows else {}
    chosen = next((row for row in page.rows if row.ref == selected), page.rows[0] if page.rows else None)
    gives = [(row, hints[row.id]) for row in page.rows if row.id in hints and hints[row.id].ref]
    return Desk(
        rows=[_row(row, user, hints.get(row.id), moment, row is chosen) for row in page.rows],
        rail=rail,
        total=total if counted else None,
        late=late if counted else 0,
        newer=page.newer,
        older=page.older,
        preview=_preview(chosen, hints.get(chosen.id), moment) if chosen is not None else None,
        gives=[give_of(row, hint) for row, hint in gives],
        sums=sums_of(Counter(hint.name for _row, hint in gives), len(hints) - len(gives), MOST_NAMED) if gives else [],
        gaps=gaps(moment.now) if waits and page.rows else [],
    )


def give_of(row: Any, hint: Hint) -> str:
    """Return what one press posts: the case, its version and the consultant that are seen."""
    return f"{row.ref}:{row.version}:{hint.ref}"


@dataclass(slots=True)
class QueueRow:
    """One case of the queue, in words. `who` is suggested, or holds the case when `suggested` is false."""

    ref: str
    mark: str
    name: str
    topic: str
    flag: dict[str, str] | None
    text: str
    due: Chip
    place: str
    unseen: bool
    who: str
    why: str
    suggested: bool
    current: bool


def _row(row: Any, user: User, hint: Hint | None, moment: Moment, current: bool) -> QueueRow:
    if hint is not None:
        who, why = hint.words(moment.now)
    else:
        who, why = f"{row.holder_title or ''} {row.holder_name or ''}".strip(), ""
    return QueueRow(
        ref=row.ref,
        mark=f"{row.ref}:{row.version}",
        name=called(row, Sight.ROUTING, moment),
        topic=specialty_words(row),
        flag=flag_of(row.priority),
        text=_about(row, moment),
        due=due_words_of(row, moment),
        place=row.unit_name,
        unseen=_is_new(row, user),
        who=who,
        why=why,
        suggested=hint is not None,
        current=current,
    )


def _is_new(row: Any, user: User) -> bool:
    """Changed since this person saw it; what was never opened is new until the next sign-in."""
    if row.seen is not None:
        return bool(row.seen < row.steps)
    return bool(user.previous_sign_in_at is None or row.changed_at > user.previous_sign_in_at)


def flag_of(priority: str) -> dict[str, str] | None:
    """Return the mark of a priority that is not the usual one."""
    if priority == Priority.ROUTINE:
        return None
    return {"word": _(PRIORITY_WORDS[Priority(priority)]), "tone": TONES[Priority(priority)]}


def questions_words(count: int) -> str:
    """Return how many questions wait for an answer; of a case that was reopened nothing new may be asked."""
    return str(ngettext("%(num)d pergunta", "%(num)d perguntas", count) if count else _("sem pergunta nova"))


def _about(row: Any, moment: Moment) -> str:
    asked = questions_words(row.questions)
    span = short_span((moment.now - row.submitted_at).total_seconds()) if row.submitted_at else ""
    return str(_("%(questions)s, há %(span)s", questions=asked, span=span)) if span else str(asked)


def preview(ref: str, user: User) -> dict[str, Any] | None:
    """Return what stands beside the list of one case, or None when there is no such case that was sent."""
    row, moment = queries.previewed(ref, user), Moment()
    if row is None:
        return None
    hint = hints_for([row], moment.now)[row.id] if row.state == State.SUBMITTED else None
    return _preview(row, hint, moment)


def _preview(row: Any, hint: Hint | None, moment: Moment) -> dict[str, Any]:
    """Return routing data, the suggestion, and where the case can be sent."""
    state = State(row.state)
    holder = f"{row.holder_title or ''} {row.holder_name or ''}".strip()
    return {
        "ref": row.ref,
        "url": url_for("cases.show", ref=row.ref),
        "name": called(row, Sight.ROUTING, moment),
        "state": row.state,
        "state_word": _("Com %(person)s", person=holder) if state == State.ASSIGNED else _(STATE_WORDS[state]),
        "due": due_words_of(row, moment),
        "flag": flag_of(row.priority),
        "about": [specialty_words(row), row.unit_name, f"{row.requester_title} {row.requester_name}".strip()],
        "asks": [_(KIND_WORDS[kind]) for kind in queries.kinds_of(row.id)],
        "sent_at": row.submitted_at,
        "waits": state == State.SUBMITTED,
        "hint": hint,
        "title": hint.words(moment.now)[0] if hint is not None else "",
        "turn": hint.turn(moment.now) if hint is not None else "",
        "give": give_of(row, hint) if hint is not None and hint.ref else "",
        "declined": queries.who_declined(row.id) if hint is not None and hint.suggestion.declined else [],
    }


PLAIN = {"show": str(State.SUBMITTED), "sort": ""}


def address(asked: Asked, desk: str, **changes: str) -> str:
    """Return the address of the desk with the same filters, but for the changes; `desk` is the plain one."""
    sort = "" if asked.sort == asked.sorts[0] else asked.sort
    kept = {"show": str(asked.show), "specialty": asked.specialty, "priority": asked.priority, "unit": asked.unit}
    given = {**kept, "sort": sort, **changes}
    query = _query(tuple((name, value) for name, value in given.items() if value and value != PLAIN.get(name)))
    return f"{desk}?{query}" if query else desk


_query = lru_cache(maxsize=1024)(urlencode)
