"""Who did what to a case, in words: one entry per event, newest first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from teleconsult.cases.access import Sight
from teleconsult.cases.actions import UNSEEN_CAUSES
from teleconsult.cases.clocks import PRIORITY_WORDS, Priority
from teleconsult.cases.lifecycle import REQUESTER_TIME
from teleconsult.cases.story import signs_of
from teleconsult.cases.words import ACCEPTED_BY_TIME, SENT_AGAIN, words_of
from teleconsult.errors import N_
from teleconsult.network.models import Specialty
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.reasons import in_one_line
from teleconsult.web.rich import rich
from teleconsult.web.words import in_language, short_span

Data = Mapping[str, Any]

PART_WORDS = {
    "complaint": N_("O caso em uma linha"),
    "subjective": N_("O que o paciente conta"),
    "objective": N_("O que foi encontrado"),
    "vitals": N_("Sinais vitais"),
    "assessment": N_("O que a equipe pensa"),
    "plan": N_("O que já foi feito"),
    "available": N_("O que há na unidade"),
    "priority_reason": N_("Motivo da prioridade"),
}
"""The parts of a request that an event keeps as they were before: of a resubmission, or of another priority."""

ROUTING_SAYS = frozenset({"return", "redirect", "assign", "decline", "hand_over"})
"""Events whose words belong to routing: they are shown without the clinical content."""

WHOLE_SAYS = frozenset({"repoint", "withdraw_file", "revoke_consent"})
"""Events whose words may name a person ('it was Mr. Lima's'): they are shown to those who see the case whole."""


@dataclass(frozen=True)
class Entry:
    """One line of the timeline, as macros/timeline.html shows it."""

    number: int
    icon: str
    tone: str
    who: str
    said: str
    at: datetime
    text: Any
    details: Sequence[str]
    new: bool


@dataclass(frozen=True)
class Names:
    """Who and what the events name: people by row number and by reference, specialties by slug."""

    user: User
    people: Mapping[int, User]
    by_ref: Mapping[str, User]
    specialties: Mapping[str, Specialty]
    fields: Mapping[str, str]
    on_paper: bool = False
    """On paper nobody is 'you': it will be read by others."""

    def person(self, user: User | None) -> str:
        """Return how a person is called, to the one who reads."""
        if user is None:
            return _("o sistema")
        return _("você") if self._is_you(user) else user.full_name

    def actor(self, by_id: int | None, for_id: int | None) -> str:
        """Return who did something: 'Você', 'Dora Siqueira por Dra. Marina Alves', 'O sistema'."""
        by = self.people.get(by_id or 0)
        if by is None:
            return _("O sistema")
        name = _("Você") if self._is_you(by) else by.full_name
        other = self.people.get(for_id or 0)
        if other is None:
            return str(name)
        return _("%(by)s por %(person)s", by=name, person=other.full_name)

    def _is_you(self, person: User) -> bool:
        return person.id == self.user.id and not self.on_paper

    def specialty(self, slug: str) -> str:
        """Return the name of a specialty in the reader's language."""
        row = self.specialties.get(slug)
        return slug if row is None else in_language(row.name_pt, row.name_en)


def refs_in(events: Iterable[Any]) -> set[str]:
    """Return the references of people that the events name."""
    return {event.data[end] for event in events if event.verb in ("assign", "hand_over") for end in _ends(event.data)}


def slugs_in(events: Iterable[Any]) -> set[str]:
    """Return the slugs of specialties that the events name."""
    found = {event.data[end] for event in events if event.verb == "redirect" for end in _ends(event.data)}
    return found | {event.data["specialty"] for event in events if event.verb == "escalate"}


def _ends(data: Mapping[str, Any]) -> list[str]:
    return [end for end in ("from", "to") if data.get(end)]


def timeline(events: Sequence[Any], sight: Sight, names: Names, seen: int) -> list[Entry]:
    """Return the entries of the events, newest first; `seen` is the number of the last one seen before."""
    pauses = _pauses(events)
    entries = []
    for event in reversed(events):
        words = words_of(event.verb, event.source)
        shown = sight is Sight.FULL if event.verb in WHOLE_SAYS else sight.clinical or event.verb in ROUTING_SAYS
        entries.append(
            Entry(
                event.number,
                words.icon,
                words.tone,
                names.actor(event.by_id, event.for_id),
                said(event, names),
                event.at,
                rich(event.said or in_one_line(event.data.get("reasons", ()))) if shown else "",
                _other_priority(event, names)
                + (_details(event, names) if shown else [])
                + pauses.get(event.number, []),
                event.number > seen and event.by_id != names.user.id,
            )
        )
    return entries


def said(event: Any, names: Names) -> str:
    """Return what somebody did, as it follows their name."""
    if event.verb == "submit" and event.data.get("again"):
        return str(_(SENT_AGAIN))
    if event.verb == "accept" and event.by_id is None:
        return str(_(ACCEPTED_BY_TIME))
    if event.verb == "add" and event.data.get("files"):
        return _added(len(event.data["files"]), with_words=bool(event.said))
    done, fill = words_of(event.verb, event.source).done, _PLACES.get(event.verb)
    return str(_(done, **fill(event.data, names)) if fill else _(done))


def _added(files: int, *, with_words: bool) -> str:
    if with_words:
        return ngettext("acrescentou uma mensagem e um arquivo", "acrescentou uma mensagem e %(num)d arquivos", files)
    return ngettext("acrescentou um arquivo", "acrescentou %(num)d arquivos", files)


def _people(data: Data, names: Names) -> dict[str, str]:
    source, target = (names.person(names.by_ref.get(data.get(end) or "")) for end in ("from", "to"))
    return {"source": source, "target": target}


def _specialties(data: Data, names: Names) -> dict[str, str]:
    return {"source": names.specialty(data["from"]), "target": names.specialty(data["to"])}


def _priorities(data: Data, _names: Names) -> dict[str, str]:
    source, target = (_(PRIORITY_WORDS[Priority(data[end])]) for end in ("from", "to"))
    return {"source": source, "target": target}


def _cause(data: Data, _names: Names) -> dict[str, str]:
    words = UNSEEN_CAUSES[data["cause"]]
    return {"cause": _(words).lower()}


_PLACES: dict[str, Callable[[Data, Names], dict[str, str]]] = {
    "assign": _people,
    "hand_over": _people,
    "redirect": _specialties,
    "reprioritise": _priorities,
    "close_unseen": _cause,
}
"""What fills the places in the sentence of a verb."""


def _other_priority(event: Any, names: Names) -> list[str]:
    """Return the line of a request that was sent again with another priority: what the queue goes by is not clinical."""
    if event.verb != "submit" or "to" not in event.data:
        return []
    return [_("A prioridade mudou de %(source)s para %(target)s.", **_priorities(event.data, names))]


def _changed_parts(data: Data, _names: Names) -> list[str]:
    return [_before(field, words) for field, words in data.get("before", {}).items()]


def _missing(data: Data, names: Names) -> list[str]:
    return [_pair(names.fields.get(field, field), words) for field, words in data["missing"].items()]


def _items(data: Data, _names: Names) -> list[str]:
    return list(data["items"])


def _supplies(data: Data, _names: Names) -> list[str]:
    return [_supplied(number, item) for number, item in data["items"].items()]


def _referral(data: Data, names: Names) -> list[str]:
    priority = _("prioridade %(priority)s", priority=_(PRIORITY_WORDS[Priority(data["priority"])]).lower())
    return [_pair(names.specialty(data["specialty"]), priority)]


_DETAILS: dict[str, Callable[[Data, Names], list[str]]] = {
    "submit": _changed_parts,
    "reprioritise": _changed_parts,
    "return": _missing,
    "ask": _items,
    "supply": _supplies,
    "escalate": _referral,
}
"""What an event carries beside its words, one line each."""


def _details(event: Any, names: Names) -> list[str]:
    lines = _DETAILS.get(event.verb)
    return lines(event.data, names) if lines else []


def _pair(label: str, words: str) -> str:
    return str(_("%(label)s: %(words)s", label=_(label), words=words)) if words else str(_(label))


def _before(field: str, words: Any) -> str:
    label = _(PART_WORDS[field])
    if isinstance(words, Mapping):
        words = "; ".join(f"{name} {value}" for name, value in signs_of(words))
    if not words:
        return str(_("%(label)s: estava em branco", label=label))
    return str(_("%(label)s, antes: %(words)s", label=label, words=words))


def _supplied(number: str, item: Mapping[str, str]) -> str:
    if item["answer"]:
        return str(_("Item %(number)s: %(words)s", number=number, words=item["answer"]))
    return str(_("Item %(number)s, sem resposta: %(words)s", number=number, words=item["why_not"]))


def _pauses(events: Sequence[Any]) -> dict[int, list[str]]:
    """Return, for each event that stopped the clock, for how long it stood."""
    found: dict[int, list[str]] = {}
    stopped: Any = None
    for event in events:
        waits = event.state in REQUESTER_TIME
        if stopped is not None and not waits:
            span = short_span((event.at - stopped.at).total_seconds())
            found[stopped.number] = [_("O relógio do prazo ficou parado por %(span)s.", span=span)]
            stopped = None
        elif stopped is None and waits:
            stopped = event
    return found
