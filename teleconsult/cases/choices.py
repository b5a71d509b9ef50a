"""What the forms of the moves offer to choose from: each fills the form and returns what else its page shows.

`helps` are lines under the choices of a field, `nobody` says that there is nobody to choose, `panels` are parts of
other floors.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from teleconsult import clock, events
from teleconsult.cases import actions, standing
from teleconsult.cases import forms_moves as forms
from teleconsult.cases import queries_moves as queries
from teleconsult.cases.backup import presences_in, stand_ins
from teleconsult.cases.draft_problems import read_problem
from teleconsult.cases.forms_request import unserved_words
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.opinion_form import from_earlier, titles
from teleconsult.cases.queries_case import problems_of
from teleconsult.errors import N_, Refused
from teleconsult.network.directory import by_name
from teleconsult.network.models import Specialty
from teleconsult.people.gate import current_user
from teleconsult.shifts import roster
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import in_language


def accepted(_form: Any, case: Case) -> dict[str, Any]:
    """Say of a case whose opinion was taken back that it ends without one."""
    if standing.changed_among([case.id]).get(case.id) != "withdrawn":
        return {}
    return {
        "will": (
            N_(
                "O parecer de %(holder)s foi retirado: o caso se encerra sem resposta. Ainda pode ser reaberto, com um motivo."
            ),
        )
    }


def specialties(form: Any, case: Case) -> dict[str, Any]:
    """Offer the other specialties that take cases, and say in which of them nobody would answer."""
    rows = [row for row in by_name(queries.specialties_answering()) if row.id != case.specialty_id]
    empty = roster.unserved(row.id for row in rows)
    form.specialty.choices = [("", _("Escolha"))] + [(row.slug, _served(row, row.id in empty)) for row in rows]
    return {}


def _served(row: Any, empty: bool) -> str:
    name = in_language(row.name_pt, row.name_en)
    return unserved_words(name) if empty else name


def priorities(form: Any, case: Case) -> dict[str, Any]:
    """Offer the other priorities."""
    form.priority.choices = forms.priority_choices(but=case.priority)
    return {}


def consultants(form: Any, case: Case) -> dict[str, Any]:
    """Offer the consultants of the specialty but who asks, or once did, who has least first, each with when they are there.

    Who declined stands last, with the reason.
    """
    specialty_id = case.specialty_id or 0
    declines = queries.declines_of(case)
    never = {case.holder_id, case.requester_id, *(row.consultant_id for row in declines if row.asked)}
    found = [who for who in roster.able(specialty_id) if who.id not in never]
    loads = queries.open_loads(person.id for person in found)
    declined = {row.consultant_id: row for row in declines}
    found.sort(key=lambda person: (person.id in declined, loads.get(person.id, 0), person.name))
    form.consultant.choices = [(person.ref, person.full_name) for person in found]
    there = presences_in(specialty_id, [person.id for person in found], clock.now())
    named = stand_ins([specialty_id]).get(specialty_id)
    helps = {}
    for person in found:
        stands_in = _("substitui nesta especialidade") if named is not None and named.id == person.id else ""
        load = _load_words(loads.get(person.id, 0), declined.get(person.id))
        helps[person.ref] = " · ".join(words for words in (stands_in, there[person.id], load) if words)
    return {"helps": {"consultant": helps}, "nobody": not found}


def _load_words(load: int, decline: Any) -> str:
    words = ngettext("%(num)d caso em aberto", "%(num)d casos em aberto", load) if load else _("nenhum caso em aberto")
    if decline is None:
        return str(words)
    return str(_("%(load)s · recusou este caso: %(why)s", load=words, why=decline.why))


def colleagues(form: Any, case: Case) -> dict[str, Any]:
    """Offer the other requesters of the unit."""
    found = queries.requesters_of_unit(case)
    form.requester.choices = [(person.ref, person.full_name) for person in found]
    return {
        "helps": {"requester": {person.ref: person.registration for person in found if person.registration}},
        "nobody": not found,
    }


def referral(form: Any, case: Case) -> dict[str, Any]:
    """Offer the specialties that have visits, begin with what the case and the unsent opinion say, and say what stays behind.

    Of an opinion that is not sent only the diagnosis goes along: nobody would read the rest of it.
    """
    typed = queries.opinion_typed(case) if case.state == State.ASSIGNED else {}
    rows = by_name(queries.specialties_seen_in_person())
    form.specialty.choices = [("", _("Escolha"))] + [(row.slug, _with_reference(row)) for row in rows]
    form.priority.choices = forms.priority_choices()
    if not form.is_submitted():
        form.specialty.data = case.specialty.slug if case.specialty in rows else ""
        form.priority.data = case.priority
        form.justification.data = queries.justification_for(case)
        form.diagnosis.data = _diagnosis_for(case, typed.get("diagnoses", ()))
    return {"left_behind": _is_new(case, typed)}


def _is_new(case: Case, typed: Mapping[str, Any]) -> bool:
    """Tell whether more than a diagnosis was typed that the unit has not read in the last opinion, where this one began."""
    last = queries.last_opinion(case) if typed else None
    read = from_earlier(last) if last is not None else {}
    own = {name: words.split() for name, words in typed.items() if name not in ("diagnoses", "decision")}
    return any(words and words != read.get(name, "").split() for name, words in own.items())


def _diagnosis_for(case: Case, typed: Sequence[str]) -> str:
    """Return what the specialist holds it to be, typed or given; only where nothing is said, what the requester thinks."""
    codes = titles(typed)
    words = [_as_typed(value, codes) for value in typed]
    given = queries.diagnoses_given(case) or problems_of(case)
    return "; ".join([one for one in words if one] or [_coded(row) for row in given])


def _as_typed(value: str, codes: Any) -> str:
    try:
        return _coded(read_problem(value, codes))
    except Refused:
        return value.partition("|")[2]  # a code that the table does not have; the title that was kept with it


def _coded(row: Any) -> str:
    return f"{row.title} ({row.code})" if row.code else str(row.title)


def _with_reference(row: Specialty) -> str:
    """Return the name of a specialty; that the municipality does not offer it is said before somebody is sent there."""
    name = in_language(row.name_pt, row.name_en)
    if row.municipal_reference != "0":
        return name
    return str(_("%(name)s (sem referência no município)", name=name))


def files(_form: Any, case: Case) -> dict[str, Any]:
    """Bring the part of the page that sends files; it has a form of its own."""
    return {"panels": events.panels("draft_files", case=case, user=current_user)}


def came_back(form: Any, case: Case) -> dict[str, Any]:
    """Bring the part of the page that takes the scanned sheet, and begin with what the agenda knows of the visit."""
    referral = actions.live_referral(case)
    if actions.is_scanned(referral):
        form.leave_to_the_sheet()
    day = form.attended_on.data
    if referral is not None and not (day and actions.precedes(day, referral)):
        del form.earlier  # asked only of a day that wants it
    for day, name in events.panels("visit", case=case):
        if request.method == "GET":
            form.attended_on.data = form.attended_on.data or day
            form.attended_by.data = form.attended_by.data or name
    ahead = events.panels("visit_ahead", case=case)
    return {"panels": [*ahead, *events.panels("scans", case=case, user=current_user)]}
