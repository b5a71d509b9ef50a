"""The page of one case: everything that its template shows to one person, and nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from teleconsult import clock, events
from teleconsult.cases import counting, outcome, page_words, standing, story, timeline, unsent
from teleconsult.cases import queries_case as queries
from teleconsult.cases.access import Look, Sight, sight_of
from teleconsult.cases.buttons import Button, buttons, link_of
from teleconsult.cases.clocks import OPINIONS, PRIORITY_WORDS, Priority
from teleconsult.cases.draft_fields import RETURNABLE
from teleconsult.cases.due import Chip, Clock, clock_of, due_chip
from teleconsult.cases.lifecycle import CLOSES, REQUESTER_TIME, SERVICE, State, Who, parts
from teleconsult.cases.models import Case, CaseConsent, PatientSnapshot
from teleconsult.cases.models_opinion import CounterReferral, Referral
from teleconsult.cases.needs import WITHHELD, Facts
from teleconsult.cases.whose_reason import changed_by_another
from teleconsult.cases.words import STATE_WORDS
from teleconsult.cases.world import facts_for
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _


@dataclass(frozen=True)
class Page:
    """One case as one person may see it. What the sight keeps back is not loaded at all."""

    case: Case
    sight: Sight
    name: str
    meta: Sequence[str]
    state_word: str
    priority_word: str
    priority_by: str
    """Who else gave the priority its reason, '' where these are the requester's own words."""
    due: Chip
    clock: Clock | None
    moves: Sequence[Button]
    next_url: str
    asker: str
    asker_side: bool
    acting_for: str
    parties: Sequence[tuple[str, str, str]]
    asked: Sequence[story.Asked]
    entries: Sequence[timeline.Entry]
    new: frozenset[str]
    new_rounds: frozenset[int]
    taken_back: bool
    sent: story.Sent | None = None
    cancelled: story.Cancelled | None = None
    missing: Sequence[tuple[str, str, str]] = ()
    vitals: Sequence[tuple[str, str]] = ()
    problems: Sequence[Any] = ()
    patient: PatientSnapshot | None = None
    age: str = ""
    identity: Sequence[tuple[str, str]] = ()
    consents: Sequence[CaseConsent] = ()
    may_revoke: bool = False
    withheld: str = ""
    """Why whoever reads this cannot give the case to somebody else: the patient took the consent back."""
    rounds: Sequence[story.Round] = ()
    waiting: story.Wanted | None = None
    supplied: Sequence[story.Wanted] = ()
    referrals: Sequence[tuple[Referral, CounterReferral | None]] = ()
    linked: Sequence[Case] = ()
    outcome: story.Told | None = None
    panels: Sequence[Mapping[str, Any]] = ()
    people: Mapping[int, User] = field(default_factory=dict)
    taken: Sequence[tuple[str, int, str]] = ()

    @property
    def main(self) -> Button | None:
        """Return the one filled button, if there is one."""
        return next((move for move in self.moves if move.main), None)

    @property
    def scans(self) -> Mapping[int, Any]:
        """Return the scanned sheets of the counter-referrals, by the number of their referral."""
        return next((part["scans"] for part in self.panels if "scans" in part), {})

    @property
    def open_questions(self) -> Sequence[story.Asked]:
        """Return the questions that nobody has answered yet."""
        return [question for question in self.asked if not question.answered_in]

    @property
    def consent_withdrawn(self) -> bool:
        """Tell whether the patient took the consent back, as far as whoever reads may know it."""
        return _is_withdrawn(self.consents)

    @property
    def title(self) -> str:
        """Return the title of the page: never a patient's name."""
        case = self.case
        if case.specialty is None:
            return str(_("Caso %(ref)s", ref=case.ref))
        return str(_("Caso %(ref)s · %(specialty)s", ref=case.ref, specialty=page_words.specialty_of(case.specialty)))

    def person(self, user_id: int | None) -> User | None:
        """Return somebody the case names."""
        return self.people.get(user_id or 0)


def _moves(
    case: Case, user: User, facts: Facts, sight: Sight, panels: Sequence[Mapping[str, Any]], *, taken_back: bool
) -> list[Button]:
    if sight is Sight.CLOSED:
        return []
    made = buttons(case, user, facts)
    # A part of the page that has the filled button is where the case stands: a visit is booked before it is reported.
    if any(part.get("filled") is not None for part in panels):
        made = [replace(button, main=False) for button in made]
    # There is no answer to accept any more.
    if taken_back and any(button.verb == "follow_up" and button.enabled for button in made):
        made = [replace(button, main=button.verb == "follow_up") for button in made]
    # Of a draft that another writes one sees that it is there, to hand it over when that person leaves.
    return made if case.state != State.DRAFT or sight is Sight.FULL else [b for b in made if b.verb == "hand_over"]


def _priority_by(case: Case, happened: Sequence[Any], people: Mapping[int, User]) -> str:
    change = changed_by_another(case, happened)
    return people[change.by_id].full_name if change is not None else ""


def build(look: Look, user: User, *, on_paper: bool = False) -> Page:
    """Return the page of a case for one person; on paper everybody is called by name."""
    case, sight, now = look.case, look.sight, clock.now()
    # Whoever never saw it finds everything new; marking everything would mark nothing.
    seen = look.seen or case.steps
    age = page_words.age_of(case, sight, now)
    happened = queries.events_of(case) if sight is not Sight.CLOSED else []
    patient, consents = queries.identity_of(case) if sight.identity else (None, [])
    people = _people(case, happened, consents)
    facts = facts_for(case, user)
    mine = parts(case, user, facts)
    asks = bool(mine & {Who.REQUESTER, Who.SUPPORT})
    asker_side = asks or user.unit_id == case.unit_id
    clocks = counting.load() if case.state in SERVICE | REQUESTER_TIME else counting.Clocks({})
    names = _names(user, people, happened, on_paper=on_paper)
    taken_back = case.state in (State.ANSWERED, State.CONCLUDED) and standing.withdrawn(happened, case.round)
    panels = events.panels("case", case=case, user=user, sight=sight, facts=facts)
    name = page_words.name_of(case, sight, patient, age)
    return Page(
        case=case,
        sight=sight,
        name=name,
        # Who may not know the name reads the reference in its place, once.
        meta=[words for words in page_words.meta_of(case, patient) if words.lower() != name.lower()],
        state_word=state_word(case, None if on_paper else user, people),
        priority_word=_(PRIORITY_WORDS[Priority(case.priority)]),
        priority_by=_priority_by(case, happened, people),
        due=due_chip(case, now, clocks, asker=asker_side, consented=not _is_withdrawn(consents)),
        clock=clock_of(case, now, clocks),
        moves=_moves(case, user, facts, sight, panels, taken_back=taken_back),
        next_url=link_of(case, user),
        asker=people[case.requester_id].full_name,
        asker_side=asker_side,
        acting_for=people[case.requester_id].full_name if Who.SUPPORT in mine and Who.REQUESTER not in mine else "",
        parties=page_words.parties_of(case, people, happened) if sight is not Sight.CLOSED else [],
        entries=timeline.timeline(happened, sight, names, seen),
        new_rounds=standing.new_rounds(happened, seen, user.id),
        taken_back=taken_back,
        new=frozenset(e.verb for e in happened if e.number > seen and e.by_id != user.id),
        sent=story.last_sent(happened, people),
        cancelled=story.cancelled(happened),
        people=people,
        taken=unsent.sent(case, happened, user),
        panels=panels,
        outcome=_outcome(case, happened, asks=asks) if sight.identity else None,
        **_content(look, user, asker_side, happened, people),
        patient=patient,
        age=age,
        identity=page_words.identity_of(patient, age) if patient else [],
        consents=consents,
        may_revoke=asks,
        withheld="" if facts.shareable else _(WITHHELD),
    )


def _is_withdrawn(consents: Sequence[CaseConsent]) -> bool:
    return bool(consents) and consents[-1].revoked_at is not None


def _people(case: Case, happened: Iterable[Any], consents: Iterable[CaseConsent]) -> dict[int, User]:
    ids = {case.requester_id, case.filed_by_id, case.holder_id, case.escalated_by_id}
    ids |= {who for event in happened for who in (event.by_id, event.for_id)}
    ids |= {who for consent in consents for who in (consent.taken_by_id, consent.revoked_by_id)}
    return {person.id: person for person in queries.people_named(ids, timeline.refs_in(happened))}


def _names(user: User, people: Mapping[int, User], happened: Sequence[Any], *, on_paper: bool) -> timeline.Names:
    return timeline.Names(
        user=user,
        people=people,
        by_ref={person.ref: person for person in people.values()},
        specialties=queries.specialties_named(timeline.slugs_in(happened)),
        fields=RETURNABLE,
        on_paper=on_paper,
    )


def _content(
    look: Look, user: User, asker_side: bool, happened: Sequence[Any], people: Mapping[int, User]
) -> dict[str, Any]:
    """Return the clinical parts that the sight opens and the events say are there."""
    case, sight = look.case, look.sight
    questions = queries.questions_of(case) if sight is not Sight.CLOSED else []
    verbs = {event.verb for event in happened}
    if not sight.clinical:
        return {"asked": story.asked_of(questions, queries.Given())}
    given = queries.opinions_of(case) if verbs & OPINIONS else queries.Given()
    asked = story.asked_of(questions, given)
    lists = queries.information_of(case) if "ask" in verbs else {}
    waiting, supplied = story.wanted_of(lists, people, asker_side=asker_side)
    return {
        "asked": asked,
        "missing": _missing(case, happened),
        "vitals": story.vitals_of(case),
        "problems": queries.problems_of(case),
        "rounds": story.rounds_of(given, asked, people, user),
        "waiting": waiting,
        "supplied": supplied,
        "referrals": queries.referrals_of(case) if "escalate" in verbs else [],
        "linked": _linked(case, user) if sight.identity and (look.continued or case.linked_case_id) else [],
    }


def _linked(case: Case, user: User) -> list[Case]:
    return [other for other in queries.linked_to(case) if sight_of(other, user)]


def _outcome(case: Case, happened: Sequence[Any], *, asks: bool) -> story.Told | None:
    if not any(event.verb in CLOSES for event in happened):
        return None
    now, later = outcome.outcomes_of(case)
    rounds = {0: now} | {days: [row for row in later if row.days == days] for days in outcome.LATER}
    answered = {days for days, rows in rounds.items() if any(row.round == case.round for row in rows)}
    asked = [days for days in outcome.asked_now(case) if days not in answered] if asks else []
    return story.Told(asked, story.outcome_words(now, later)) if now or later or asked else None


def _missing(case: Case, happened: Sequence[Any]) -> list[tuple[str, str, str]]:
    """Return what the administrator found missing in a request that was sent back: field, its words, the note."""
    if case.state != State.RETURNED:
        return []
    last = next(event for event in reversed(happened) if event.verb == "return")
    return [(name, _(RETURNABLE.get(name, name)), note) for name, note in last.data["missing"].items()]


def state_word(case: Case, user: User | None, people: Mapping[int, User]) -> str:
    """Return the state of a case in words: 'Com você', 'Com Dr. Paulo Nogueira', 'Na fila'."""
    if case.state == State.ASSIGNED and case.holder_id:
        if user is not None and case.holder_id == user.id:
            return str(_("Com você"))
        return str(_("Com %(person)s", person=people[case.holder_id].full_name))
    return str(_(STATE_WORDS[State(case.state)]))
