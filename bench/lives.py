"""The life of one case: what is done to it, when, and the rows that the product's own actions would have left."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bench import rows
from bench.moments import stamp
from bench.network import PROBLEMS, SPECIALTIES, Network, Person, ref
from bench.patients import Patient
from bench.record import Row, Streams
from bench.rows import Put
from bench.texts import Pool, Text, text
from teleconsult.cases import lifecycle
from teleconsult.cases.lifecycle import REQUESTER_TIME, SERVICE, State
from teleconsult.coding.words import words_of
from teleconsult.network.settings import DEFAULT_DAYS, DEFAULT_HOURS

R, C, A = "requester", "consultant", "administrator"
_ADDS = (("add", R), ("add", C))
_TAKEN = (("submit", R), ("add", R), ("add", R), ("assign", A), *_ADDS, *_ADDS)
_WAITING = (("submit", R), *((("add", R),) * 6))

PLANS: dict[str, tuple[tuple[str, str], ...]] = {
    "submitted": _WAITING,
    "returned": (*_WAITING, ("return", A)),
    "assigned": _TAKEN,
    "awaiting_information": (*_TAKEN, ("ask", C)),
    "answered": (*_TAKEN, ("answer", C)),
    "in_person": (*_TAKEN, ("escalate", C)),
    "concluded": (*_TAKEN, ("conclude", C)),
    "claimed": (("submit", R), ("add", R), ("add", R), ("claim", C), *_ADDS, *_ADDS, ("conclude", C)),
    "accepted": (*_TAKEN, ("answer", C), ("accept", R)),
    "supplied": (*_TAKEN[:4], ("ask", C), ("supply", R), *_ADDS, *_ADDS, ("answer", C), ("accept", R)),
    "seen": (*_TAKEN, ("escalate", C), ("counter_refer", A)),
    "cancelled": (*_WAITING, ("cancel", R)),
}
"""What is done, and by whom: six messages in every life."""

OPEN = {"submitted": 420, "assigned": 330, "answered": 120, "awaiting_information": 60, "in_person": 40, "returned": 30}
"""How many of each stand open, at every size: a thousand together."""

CLOSED = {"concluded": 25, "claimed": 15, "accepted": 40, "supplied": 10, "seen": 4, "cancelled": 6}
"""How the others ended, in parts of a hundred."""


@dataclass
class Maker:
    """What every life draws from."""

    rng: random.Random
    pool: Pool
    network: Network
    streams: Streams
    now: float
    by_specialty: dict[int, list[Person]] = field(init=False)
    questions: int = 0
    opinions: int = 0
    requests: int = 0
    referrals: int = 0

    def __post_init__(self) -> None:
        self.by_specialty = self.network.of_specialty()

    def next_question(self) -> int:
        """Return the row number of one more question."""
        self.questions += 1
        return self.questions


@dataclass
class Search:
    """What a case is found by."""

    case_id: int
    keys: list[tuple[str, str]]
    names: list[str]
    body: list[str]
    written: str


class Life:
    """One case from its draft to where it stands."""

    def __init__(
        self, maker: Maker, number: int, plan: str, patient: Patient, span: tuple[float, float], marks: list[str]
    ) -> None:
        rng, pool = maker.rng, maker.pool
        self.maker, self.id, self.plan, self.patient = maker, number, PLANS[plan], patient
        self.ref = ref("TC", number)
        self.stream = f"case:{self.ref}"
        self.requester = rng.choice(maker.network.requesters)
        self.specialty_id = rng.randint(1, len(SPECIALTIES))
        self.consultant = rng.choice(maker.by_specialty[self.specialty_id])
        self.administrator = rng.choice(maker.network.administrators)
        self.priority = rng.choices(("routine", "high", "urgent"), (80, 15, 5))[0]
        story = rng.choice(pool.stories)
        told = " ".join([story.words, *(f"Uso de {word}." for word in marks)])
        self.texts = {
            "complaint": rng.choice(pool.complaints),
            "subjective": Text(told, story.found | frozenset([*marks, "uso", "de"] if marks else ())),
            "objective": rng.choice(pool.exams),
            "assessment": rng.choice(pool.thoughts),
            "plan": rng.choice(pool.plans),
        }
        self.asks = [rng.choice(pool.questions) for _ in range(1 + number % 2)]
        self.question_ids = [maker.next_question() for _ in self.asks]
        self.problem = rng.choice(PROBLEMS)
        self.said: list[Text] = []
        self.state, self.steps, self.used = State.DRAFT, 0, 0.0
        self.since: float | None = None
        self.columns: dict[str, Any] = {}
        self.holder: Person | None = None
        self.began, ends = span
        self.moments = self._moments(self.began, ends)

    def _moments(self, began: float, ends: float) -> list[float]:
        """Return when each step of the plan is made: sent twenty minutes after it began, the rest spread out."""
        sent = min(began + 1200, ends)
        rest = sorted(self.maker.rng.uniform(sent, ends) for _ in self.plan[1:])
        return [sent, *rest]

    def person(self, part: str) -> Person:
        """Return who plays a part in this case."""
        return {R: self.requester, C: self.consultant, A: self.administrator}[part]

    def tell(self, put: Put) -> Iterator[tuple[float, list[tuple[str, Row]]]]:
        """Put the rows of the request, yield those of each moment, then put what the moments led to."""
        rows.put_request(self, put)
        yield self.began, [self.record(self.began, "case.draft", self.requester, {})]
        yield from rows.files(self)
        for moment, (verb, part) in zip(self.moments, self.plan, strict=True):
            yield moment, self._step(verb, self.person(part), moment, put)
        for reader in (self.requester, self.holder or self.administrator):
            moment = self.moments[-1] + self.maker.rng.uniform(60, 7200)
            yield moment, [("read", (reader, stamp(moment), self.ref))]
        rows.put_case(self, put)

    def record(self, moment: float, word: str, by: Person | None, data: dict[str, Any]) -> tuple[str, Row]:
        row = self.maker.streams.row(self.stream, stamp(moment), word, by.id if by else None, self.ref, data)
        return "audit_events", row

    def _step(self, verb: str, by: Person, moment: float, put: Put) -> list[tuple[str, Row]]:
        source = self.state
        said, data, more = self._content(verb, by, moment, put)
        self._move(verb, moment)
        at, number = stamp(moment), self.steps
        event = (self.id, number, verb, at, by.id, None, source, self.state, 1, said, json.dumps(data))
        digest = self.maker.streams.digest(said, repr(sorted(data.items())))
        kept = {"number": number, "source": source, "state": self.state, "text": digest}
        made = [("case_events", event), *more, self.record(moment, f"case.{verb}", by, kept)]
        return made + list(rows.notices(self, verb, by, moment))

    def _move(self, verb: str, moment: float) -> None:
        """Change the columns as `actions._make` does."""
        target = lifecycle.MOVES[verb].target or self.state
        if self.state in SERVICE and self.since is not None:
            self.used += moment - self.since
        columns = self.columns
        if target != self.state:
            columns["ends_at"] = self._ends_at(target, moment)
            columns["concluded_at"] = moment if target == State.CONCLUDED else None
        self.since = moment if target in SERVICE | REQUESTER_TIME else None
        hours = DEFAULT_HOURS[self.priority]
        columns["due_at"] = moment + hours * 3600 - self.used if target in SERVICE else None
        columns["changed_at"] = moment
        if verb == "submit":
            columns["submitted_at"] = moment
        if verb in ("assign", "claim"):
            self.holder = self.consultant
        self.state, self.steps = target, self.steps + 1

    @staticmethod
    def _ends_at(target: State, moment: float) -> float | None:
        if target in REQUESTER_TIME:
            return moment + DEFAULT_DAYS["lapse_days"] * 86400
        return moment + DEFAULT_DAYS["follow_up_days"] * 86400 if target == State.ANSWERED else None

    def _content(self, verb: str, by: Person, moment: float, put: Put) -> tuple[str, dict[str, Any], list[Any]]:
        """Return what a step says, the data of its event, and the rows that need the event's number."""
        said: Text | None = None
        data: dict[str, Any] = {}
        more: list[Any] = []
        if verb == "submit":
            data = {"again": False, "before": {}}
        elif verb == "add":
            said = self.maker.rng.choice(self.maker.pool.messages)
        elif verb == "assign":
            said, data = self.maker.rng.choice(self.maker.pool.reasons), {"to": self.consultant.ref, "from": None}
        elif verb == "return":
            said, data = text("Falta completar."), {"missing": {"objective": "Faltou o exame físico."}}
            more = [("missing_items", ("objective", self.id, "Faltou o exame físico."))]
        elif verb == "cancel":
            said = text("O paciente foi atendido em outro lugar.")
        else:
            said, data = self._written(verb, by, moment, put)
        if said:
            self.said.append(said)
        return (said.words if said else ""), data, more

    def _written(self, verb: str, by: Person, moment: float, put: Put) -> tuple[Text | None, dict[str, Any]]:
        """Put what a specialist writes, and what comes back for it."""
        maker, at = self.maker, stamp(moment)
        if verb == "ask":
            maker.requests += 1
            items = ["Baciloscopia", "Foto de longe"]
            self.asked = at
            if "supply" not in dict(self.plan):
                put("information_requests", (maker.requests, self.id, by.id, at, "", None))
                for n, item in enumerate(items, 1):
                    put("information_items", (maker.requests, n, item, "", "", None))
            self.said += [text(item) for item in items]
            return None, {"items": items}
        if verb == "supply":
            put("information_requests", (maker.requests, self.id, self.consultant.id, self.asked, "", at))
            for n, item in enumerate(("Baciloscopia", "Foto de longe"), 1):
                put("information_items", (maker.requests, n, item, "Negativo, segue o laudo.", "", at))
            self.said.append(text("Negativo, segue o laudo."))
            return None, {"items": {str(n): {"answer": "Negativo, segue o laudo.", "why_not": ""} for n in (1, 2)}}
        if verb in ("answer", "conclude"):
            self._put_opinion(verb, moment, put)
            return None, {"questions": [n for n, _ in enumerate(self.question_ids, 1)]}
        if verb == "escalate":
            maker.referrals += 1
            self.referral = (maker.referrals, ref("EN", maker.referrals), self.id, self.specialty_id, "high")
            justification = maker.rng.choice(maker.pool.reasonings)
            self.referral_rest = (justification.words, "", "Documento e exames.", by.id, at)
            if "counter_refer" not in dict(self.plan):
                put("referrals", (*self.referral, *self.referral_rest, None, None, "", ""))
            return justification, {"specialty": SPECIALTIES[self.specialty_id - 1].lower(), "priority": "high"}
        if verb == "counter_refer":
            self._put_counter_referral(by, moment, put)
        return None, {}

    def _put_opinion(self, verb: str, moment: float, put: Put) -> None:
        maker, rng, pool = self.maker, self.maker.rng, self.maker.pool
        maker.opinions += 1
        self.columns["first_opinion_at"] = self.columns["last_opinion_at"] = moment
        reasoning, conduct, warning = (rng.choice(kind) for kind in (pool.reasonings, pool.conducts, pool.warnings))
        opinion = (maker.opinions, self.id, 1, 1, self.consultant.id, self.specialty_id, verb)
        rest = (reasoning.words, conduct.words, warning.words, "", "", stamp(moment), "", "")
        put("opinions", (*opinion, *rest))
        self.said += [reasoning, conduct, warning]
        for question_id in self.question_ids:
            answer = rng.choice(pool.answers)
            put("opinion_answers", (maker.opinions, question_id, answer.words))
            self.said.append(answer)
        code, title = rng.choice(PROBLEMS)
        put("opinion_diagnoses", (maker.opinions, 1, "cid10", code, title))
        self.said.append(text(f"{code} {title}"))

    def _put_counter_referral(self, by: Person, moment: float, put: Put) -> None:
        at = stamp(moment)
        put("referrals", (*self.referral, *self.referral_rest, at, by.id, "counter_referred", ""))
        words = ("Compatível com a hipótese.", "Avaliado em consulta.", "Acompanhar na unidade.")
        self.said += [text(one) for one in words]
        self.columns["last_opinion_at"] = moment
        sheet = (self.referral[0], self.id, at[:10], "Dra. Especialista", *words, 0, "", 1, at, by.id)
        put("counter_referrals", sheet)

    def search(self) -> Search:
        """Return what the case is found by; once its rows are put."""
        keys = [("r", self.requester.id), ("u", self.requester.unit_id)]
        if self.holder:
            keys.append(("c", self.holder.id))
        if self.state == State.SUBMITTED:
            keys.append(("w", self.specialty_id))
        parts = [*self.texts.values(), *self.asks, text(" ".join(self.problem)), *self.said]
        patient = self.patient
        names = sorted(set(words_of(f"{patient.name} {patient.cns or ''} {patient.record}")))
        body = sorted(frozenset().union(*(part.found for part in parts)))
        written = " ".join(part.words for part in parts)
        return Search(self.id, [(kind, str(number)) for kind, number in keys], names, body, written)
