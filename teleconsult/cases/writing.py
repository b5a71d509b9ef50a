"""An opinion while it is written: its form on the page of the case, and what of it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import request
from flask_babel import get_locale

from teleconsult.cases import actions
from teleconsult.cases.looking_up import left_in, not_in, offers
from teleconsult.cases.models import Case
from teleconsult.cases.opinion_form import (
    CONCLUDE,
    Asked,
    OpinionForm,
    chosen,
    from_draft,
    from_earlier,
    opinion_form,
    typed,
)
from teleconsult.cases.queries_case import opinion_draft_of
from teleconsult.cases.queries_moves import last_opinion
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.people.gate import current_user
from teleconsult.web.words import saved_words


@dataclass
class Writing:
    """The form of an opinion, the questions it answers, and what a search for a diagnosis found."""

    form: OpinionForm
    asked: Sequence[Asked]
    untouched: bool = False
    """Nothing was typed yet: the form is the one that all share, of which only the texts are shown."""

    draft_version: int = 0
    saved: str = ""
    results: list[dict[str, str]] | None = None
    query: str = ""
    overtaken: str = ""
    carried: bool = False
    """It begins with what the same person wrote in the round before."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the numbers of the questions."""
        return tuple(question.number for question in self.asked)

    @property
    def chosen(self) -> list[dict[str, str]]:
        """Return the diagnoses that are chosen."""
        return chosen(self.form.diagnoses.data or [])

    @property
    def lacks(self) -> list[str]:
        """Return the names of the fields that must not be empty and are."""
        needed = [*(f"answer_{number}" for number in self.numbers), "conduct"]
        needed.append("diagnoses" if self.form.decision.data == CONCLUDE else "red_flags")
        return [name for name in needed if not self.form[name].data]


def writing_for(case: Case, verb: str = "", asked: Sequence[Asked] | None = None) -> Writing:
    """Return the form of the opinion on a case as its holder left it, or as it was posted.

    Args:
        case: the case.
        verb: decides, when the address does.
        asked: the questions that are still open, when the caller has read them already.
    """
    asked = actions.open_questions(case) if asked is None else asked
    numbers = tuple(question.number for question in asked)
    draft = opinion_draft_of(case, current_user)
    values = from_draft(draft.fields, numbers) if draft else _earlier(case)
    carried = draft is None and bool(values)
    if draft is None and not values and not verb and request.method == "GET":
        return Writing(_untouched(numbers), asked, untouched=True)
    if verb == CONCLUDE:
        values["decision"] = verb
    form = opinion_form(numbers)(version=case.version, seen=case.steps, **values)
    if draft is None:
        return Writing(form, asked, carried=carried)
    return Writing(form, asked, draft_version=draft.version, saved=saved_words(draft.saved_at))


def _earlier(case: Case) -> dict[str, Any]:
    """Return what the holder's own opinion on the round before offers to this one: nobody's words are put into another's mouth."""
    opinion = last_opinion(case) if case.round > 1 and request.method == "GET" else None
    return from_earlier(opinion) if opinion is not None and opinion.author_id == current_user.id else {}


@lru_cache(maxsize=64)
def _untouched(numbers: tuple[int, ...]) -> OpinionForm:
    """Return the form of an opinion as everybody finds it; it has no token and nobody may fill it."""
    return opinion_form(numbers)(formdata=None, meta={"csrf": False})


def keep(case: Case, writing: Writing, words: Sequence[str] = ()) -> bool:
    """Keep what was posted, so that whoever leaves the page now finds it again; tell whether that could be done.

    `words` are kept among the diagnoses: nobody is asked any more what was meant by them.
    """
    fields = typed(request.form, writing.numbers)
    fields["diagnoses"] += words
    try:
        with transaction():
            draft = actions.save_opinion_draft(case, fields, by=current_user)
            writing.draft_version, writing.saved = draft.version, saved_words(draft.saved_at)
    except (Refused, Overtaken):
        return False  # The case moved on: the page says so, and still shows what was posted.
    return True


def look_up(writing: Writing) -> None:
    """Do without scripts what macros/combo.html does with them: find a diagnosis, or take one away."""
    dropped = request.form.get("drop", "").partition(":")[2]
    field = writing.form.diagnoses
    field.data = [value for value in field.data or [] if value != dropped]
    if "find" in request.form:
        _search(writing)


def left_over(writing: Writing) -> list[str]:
    """Return the words that stand in the search for a diagnosis and were neither chosen nor taken away, if any."""
    words = left_in(request.form.get("diagnoses_q", ""), writing.form.diagnoses.data or (), str(get_locale()))
    return [words] if words else []


def valid(writing: Writing) -> bool:
    """Tell whether what was posted is an opinion; a diagnosis that is only typed would be lost without a word."""
    holds = writing.form.validate()
    for words in left_over(writing):
        _search(writing)
        writing.form.diagnoses.errors = [*writing.form.diagnoses.errors, not_in(words)]
        holds = False
    return holds


def _search(writing: Writing) -> None:
    """Show again what was searched, and what that finds."""
    writing.query = request.form.get("diagnoses_q", "")
    writing.results = offers(writing.query, str(get_locale())) or []
