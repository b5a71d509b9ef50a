"""The lists of cases as their pages show them: rows in words, what waits first."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import url_for

from teleconsult import events
from teleconsult.cases import drafts, outcome, queries_mine, standing
from teleconsult.cases.access import Sight
from teleconsult.cases.draft_fields import RETURNABLE
from teleconsult.cases.lifecycle import State
from teleconsult.cases.queries_case import specialties_named
from teleconsult.cases.rows import Moment, called, due_words_of, specialty_words, state_words
from teleconsult.network.models import Specialty
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import in_language, relative

MOST_NAMED = 3
"""Things that a row names; of the others it says how many there are."""

Row = dict[str, Any]


def _person(title: str | None, name: str | None) -> str:
    return f"{title or ''} {name or ''}".strip()


def _base(row: Any, moment: Moment, sight: Sight, *, asker: bool) -> dict[str, Any]:
    return {
        "ref": row.ref,
        "version": row.version,
        "url": moment.address_of(row.ref),
        "name": called(row, sight, moment),
        "topic": specialty_words(row),
        "unseen": row.seen < row.steps,
        "state": row.state,
        "due": due_words_of(row, moment, asker=asker),
        "text": row.complaint,
    }


def going(rows: Iterable[Any], user: User, *, whose: bool = False, asker: bool = True) -> list[Row]:
    """Return rows of what goes on or is over; `whose` names the requester and the unit of each."""
    moment, rows = Moment(), list(rows)
    visits, made = _visits([row.id for row in rows if row.state == State.IN_PERSON]), []
    for row in rows:
        line = _base(row, moment, Sight.FULL, asker=asker)
        line["word"] = state_words(row, user, _person(row.holder_title, row.holder_name))
        if row.id in visits:
            line["word"] = f"{line['word']} · {visits[row.id][0]}"
        if whose:
            line["text"] = f"{_person(row.requester_title, row.requester_name)}, {row.unit_name}"
        made.append(line)
    return made


def _visits(case_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return how far the visits of these cases are, and what that leaves to be done, as a floor above knows it."""
    found = events.panels("visits_said", case_ids=case_ids) if case_ids else []
    return {number: words for said in found for number, words in said.items()}


def waiting(rows: Sequence[Any], *, whose: bool = False) -> list[Row]:
    """Return rows of what waits for the unit, each with its reason and the next step."""
    moment = Moment()
    items = queries_mine.asked_items([row.id for row in rows if row.state == State.AWAITING_INFORMATION])
    fields = queries_mine.missing_fields([row.id for row in rows if row.state == State.RETURNED])
    told = [row.id for row in rows if row.state in (State.ANSWERED, State.CONCLUDED)]
    changed, made = standing.changed_among(told), []
    visits = _visits([row.id for row in rows if row.state == State.IN_PERSON])
    for row in rows:
        line = _base(row, moment, Sight.FULL, asker=True)
        line["why"] = _why(row, items.get(row.id, []), fields.get(row.id, []))
        line["why"]["next"] = visits.get(row.id, ("", ""))[1]
        line["action"] = _next_step(row)
        if row.id in changed:
            line["why"] = {"kind": changed[row.id], "who": _person(row.holder_title, row.holder_name)}
        if changed.get(row.id) == "withdrawn":
            line["action"]["label"] = _("Ver o motivo")
        line["whose"] = f"{_person(row.requester_title, row.requester_name)}, {row.unit_name}" if whose else ""
        made.append(line)
    return made


def _why(row: Any, items: Sequence[str], fields: Sequence[str]) -> dict[str, Any]:
    if row.state == State.AWAITING_INFORMATION:
        return {"kind": "asked", "who": _person(row.holder_title, row.holder_name), **_named(items)}
    if row.state == State.RETURNED:
        return {"kind": "returned", **_named([str(_(RETURNABLE.get(name, name))) for name in fields])}
    if row.state == State.CONCLUDED:
        return {"kind": "unread"}
    if row.state == State.IN_PERSON:
        return {"kind": "in_person", "who": _person(row.holder_title, row.holder_name)}
    return {"kind": "answered", "who": _person(row.holder_title, row.holder_name), "count": row.asked}


def _named(things: Sequence[str]) -> dict[str, Any]:
    return {
        "what": ", ".join(things[:MOST_NAMED]),
        "count": len(things),
        "others": max(0, len(things) - MOST_NAMED),
    }


def _next_step(row: Any) -> dict[str, str]:
    if row.state == State.AWAITING_INFORMATION:
        return {"url": url_for("cases.supply", ref=row.ref), "label": _("Responder")}
    if row.state == State.RETURNED:
        return {"url": url_for("cases.edit", ref=row.ref), "label": _("Completar")}
    if row.state == State.IN_PERSON:
        return {"url": url_for("cases.show", ref=row.ref), "label": _("Ver o encaminhamento")}
    return {"url": url_for("cases.show", ref=row.ref, _anchor=f"parecer-{row.round}"), "label": _("Ler a resposta")}


def to_confirm(user: User) -> list[Row]:
    """Return rows of what support sent in this person's name and waits for their word."""
    return [
        {
            "url": url_for("cases.confirmations"),
            "name": row.initials,
            "topic": specialty_words(row),
            "unseen": True,
            "state": State.SUBMITTED,
            "due": None,
            "why": {"kind": "confirm", "who": _person(row.title, row.name), "again": row.data.get("again")},
            "action": {"url": url_for("cases.confirmations"), "label": _("Conferir")},
            "whose": "",
        }
        for row in drafts.waiting_to_confirm(user)
    ]


def surveys(user: User, unread: Iterable[Row] = ()) -> list[Row]:
    """Return rows of what is asked about concluded cases; of none whose answer is still to be read."""
    to_read = {row["ref"] for row in unread}
    return [_survey(asked) for asked in outcome.pending_for(user) if asked.ref not in to_read]


def _survey(asked: outcome.Pending) -> Row:
    later = {"days": asked.days} if asked.days else {}
    values: dict[str, Any] = {"ref": asked.ref, **later}
    return {
        "url": url_for("cases.show", ref=asked.ref),
        "name": asked.initials,
        "topic": asked.ref,
        "unseen": False,
        "state": State.CONCLUDED,
        "due": None,
        "why": {"kind": "later" if asked.days else "survey", "count": asked.days},
        "action": {
            "url": url_for("cases.outcome_later" if asked.days else "cases.outcome_survey", **values),
            "label": _("Contar"),
        },
        "whose": "",
    }


def offers(user: User) -> list[Row]:
    """Return rows of what a floor above keeps for this person until an hour: nobody else answers in their place."""
    return [row for found in events.panels("offers_waiting", user=user) for row in found]


def beside(offers: int, confirms: int, surveys: int) -> str:
    """Return in words what waits besides the cases that the tab counts; '' for nothing."""
    parts = [ngettext("%(num)d vaga oferecida", "%(num)d vagas oferecidas", offers)] if offers else []
    if confirms:
        parts.append(ngettext("%(num)d caso para conferir", "%(num)d casos para conferir", confirms))
    if surveys:
        parts.append(
            ngettext("%(num)d pergunta sobre um caso concluído", "%(num)d perguntas sobre casos concluídos", surveys)
        )
    return str(_("Também: %(what)s", what=" · ".join(parts))) if parts else ""


def unsent(user: User, holding: str | None = None) -> list[Row]:
    """Return rows of the drafts that this person writes; with `holding`, of those that hold these words."""
    rows = drafts.drafts_of(user) if holding is None else drafts.drafts_holding(user, holding)
    chosen = specialties_named({row.fields.get("specialty") for row in rows} - {None, ""})
    return [_draft(row, user, chosen.get(row.fields.get("specialty", ""))) for row in rows]


def _draft(row: Any, user: User, specialty: Specialty | None) -> Row:
    name = row.fields.get("social_name") or row.fields.get("patient_name") or _("Paciente ainda sem nome")
    address = url_for("cases.edit", ref=row.ref)
    return {
        "ref": row.ref,
        "url": address,
        "name": name,
        "topic": in_language(specialty.name_pt, specialty.name_en) if specialty else _("sem especialidade"),
        "unseen": False,
        "state": State.DRAFT,
        "due": {"kind": "clock", "text": _("salvo %(when)s", when=relative(row.saved_at))},
        "text": row.fields.get("complaint") or "",
        "why": {"kind": "draft"},
        "action": {"url": address, "label": _("Continuar")},
        "whose": _person(row.title, row.name) if row.requester_id != user.id else "",
    }


def to_answer(rows: Iterable[Any], moment: Moment) -> list[Row]:
    """Return rows of what a consultant holds and is to answer."""
    made = []
    for row in rows:
        line = _base(row, moment, Sight.FULL, asker=False)
        line["why"] = {"kind": "held", "what": row.complaint, "count": row.asked}
        line["whose"] = f"{_person(row.requester_title, row.requester_name)}, {row.unit_name}"
        line["action"] = {"url": line["url"], "label": _("Responder")}
        made.append(line)
    return made


def to_claim(rows: Iterable[Any], duties: frozenset[int], moment: Moment) -> list[Row]:
    """Return rows of what waits in a consultant's specialties: initials only, until somebody takes it."""
    made = []
    for row in rows:
        line = _base(row, moment, Sight.WAITING, asker=False)
        line["whose"] = row.unit_name
        line["claim"] = url_for("cases.claim", ref=row.ref) if row.specialty_id in duties else ""
        made.append(line)
    return made
