"""The moves of the life cycle as the buttons of a page, made from the same rows as the rules."""

from dataclasses import dataclass, replace

from flask import url_for

from teleconsult.cases import lifecycle
from teleconsult.cases.lifecycle import MOVES
from teleconsult.cases.models import Case
from teleconsult.cases.needs import DECLINED, Facts
from teleconsult.cases.words import MAIN, is_main, words_of
from teleconsult.errors import N_, Refused
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import say

PRESSED = frozenset({"claim"})
"""Moves that need nothing more than a press."""

ENDPOINTS = {"submit": "cases.edit"}
"""Where a move is made, when not on the page of its own name."""


@dataclass(frozen=True)
class Button:
    """One move as macros/moves.html shows it."""

    verb: str
    label: str
    does: str
    url: str
    icon: str
    enabled: bool = True
    why_not: str = ""
    main: bool = False
    post: bool = False


OFF_DUTY = N_("Você está fora de turno: assumir um caso da fila fica disponível durante os seus turnos.")


def buttons(case: Case, user: User, facts: Facts) -> list[Button]:
    """Return the moves that are this person's to make in this state, the main one marked.

    A move that only the world stands in the way of (a window that closed, no shift now) is there too, with the reason.
    """
    parts = lifecycle.parts(case, user, facts)
    made = [
        _button(move.verb, case, _why_not(move.verb, case, user, facts))
        for move in MOVES.values()
        if case.state in move.sources and move.who & parts
    ]
    if _off_duty(case, user, facts):
        made.append(_button("claim", case, _(DECLINED if user.id in facts.declined else OFF_DUTY)))
    return _mark_main(made, case)


def _off_duty(case: Case, user: User, facts: Facts) -> bool:
    """Tell whether somebody who answers in the specialty of a waiting case lacks nothing but the shift."""
    waits = case.state in MOVES["claim"].sources and case.requester_id != user.id
    return waits and not facts.asked_once and case.specialty_id in facts.specialties and not facts.on_duty


def _why_not(verb: str, case: Case, user: User, facts: Facts) -> str:
    if not MOVES[verb].needs:
        return ""
    try:
        lifecycle.check(verb, case, user, facts)
    except Refused as refusal:
        return say(refusal)
    return ""


def _button(verb: str, case: Case, why_not: str) -> Button:
    words = words_of(verb, case.state)
    return Button(
        verb,
        _(words.label),
        _(words.does),
        url_for(ENDPOINTS.get(verb, f"cases.{verb}"), ref=case.ref),
        words.icon,
        enabled=not why_not,
        why_not=why_not,
        post=verb in PRESSED,
    )


def _mark_main(made: list[Button], case: Case) -> list[Button]:
    able = {button.verb for button in made if button.enabled and is_main(button.verb, case.state)}
    chosen = next((verb for verb in MAIN if verb in able), "")
    return [replace(button, main=True) if button.verb == chosen else button for button in made]


def link_of(case: Case, user: User) -> str:
    """Return where a new case is begun that continues this one, or '' when that is not this person's to do."""
    if user.id != case.requester_id or case.state not in lifecycle.CLOSED:
        return ""
    return url_for("cases.new", linked=case.ref)
