"""The copies that a browser keeps of what is typed into the page of a move, until the server says that it has it.

The copy lies in the browser alone (static/js/autosave.js): what a move carries becomes part of the case when it is made, and
never before. A line may drop after the server took a form and before its answer came; then the number of the person's own
event tells a later page that the copy is of something sent.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import flash, request

from teleconsult import events
from teleconsult.cases import draft_problems
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.cases.queries_moves import last_own
from teleconsult.cases.screens import SCREENS
from teleconsult.cases.words import told, words_of
from teleconsult.people.gate import current_user
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _
from teleconsult.web.refs import case_in

TYPED = frozenset({*SCREENS, "supply", "withdraw", "revoke_consent"})
"""The moves on whose pages something is typed or chosen, each the only page of its verb."""


@dataclass(frozen=True)
class Copy:
    """What a page says of the copy of its form; `macros/draft.html` tells what becomes of it.

    `version` is the last event that the page shows, `taken` the last of this verb by this person: a copy older than that
    was sent. `posted` says that the form came back, with words that the server has nowhere.
    """

    draft: str
    version: int
    editor: str
    taken: int
    posted: bool


def copy_of(case: Case, verb: str, part: str = "") -> Copy:
    """Return what the page of a move says of its copy; `part` tells two pages of one verb apart."""
    return Copy(
        key_of(case, verb, part), case.steps, verb, last_own(case.id, verb, current_user.id), request.method == "POST"
    )


def key_of(case: Case, verb: str, part: str = "") -> str:
    """Return the key under which a browser keeps what is typed into a move."""
    return f"{case.ref}:{verb}{part}"


@events.panel("kept_form")
def label_of(path: str) -> str | None:
    """Return what a form that the server kept (people/kept.py) would have done, by its address, if that is a move of a case."""
    verb = path.partition("?")[0].rpartition("/")[2]
    if case_in(path) and verb == "answer":
        return _("Enviar o parecer")  # answers and concludes: its form has one button
    return str(_(words_of(verb, State.SUBMITTED).label)) if case_in(path) and verb in told() - {"submit"} else None


@events.panel("kept_text")
def problem_of(text: str) -> str | None:
    """Return how a code that stood in a kept form is read, with its title; nothing of other texts."""
    codes = draft_problems.codes_in({"problems": [text]})
    return draft_problems.label_of(text, dict.fromkeys(codes, "")) if codes else None


def forget(case: Case, verb: str, part: str = "") -> None:
    """Let the next page wipe the copy: the server has it."""
    flash(key_of(case, verb, part), "draft_done")


def sent(case: Case, happened: Iterable[CaseEvent], user: User) -> list[tuple[str, int, str]]:
    """Return for each move that this person made the key of its copy, and by which event older ones were sent."""
    last = {event.verb: event.number for event in happened if event.by_id == user.id and event.verb in TYPED}
    return [(key_of(case, verb), number, verb) for verb, number in last.items()]
