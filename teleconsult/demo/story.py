"""What the files of the demonstration say: the people, and the cases with the story of each. Pure: standard library only.

Everything here is invented, and written so that a newcomer sees the product at work. Moments are told as time
before now (`ago = "3d 4h"`, `"40min"`), so that whoever loads the stories finds them as fresh as on the first day.

`people.toml` holds `[[person]]` tables with the fields of `Person`. `cases/<key>.toml` holds one case each, with the
fields of `CaseStory`: the patient, the form as it was first sent, and `[[story]]`, the steps in the order of time with
the fields of `Step`. A step names its verb of the life cycle, who took it (a key of `people.toml`, or `system`) and
what it carries; `CARRIES` says what each verb must and may carry. When the one who took a requester's step is of the
support unit, it was taken for the requester of the case. `outcome` (the survey), `confirm` (the requester confirms
what support filed) and `jot` (the consultant keeps an unfinished opinion) are no moves but have their moments too.

What the form lacked when it was sent too early is in no special place: it is simply not in the form, and a later
`submit` brings it in `changes` (texts of the form, by field) and `files`. A draft that was never sent has
no story, only `begun`. `state` and `late` are what the reader of the story expects at the end; the tests hold the
story against the life cycle.

Clinical texts are Markdown of the small kind that the product's form takes; a single line end is only a wrapped line.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

SYSTEM = "system"
TOLD_ON = date(2026, 11, 21)

Priority = Literal["routine", "high", "urgent"]
FileKind = Literal["photo", "ecg", "lab", "imaging", "document", "other"]

CARRIES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    verb: (frozenset(must.split()), frozenset(may.split()))
    for verb, must, may in (
        ("submit", "", "changes files"),
        ("return", "missing", "text"),
        ("redirect", "specialty why", ""),
        ("reprioritise", "priority why", ""),
        ("assign", "to why", ""),
        ("claim", "", ""),
        ("decline", "why", ""),
        ("release", "", ""),
        ("ask", "items", "text"),
        ("supply", "supplies", "text files"),
        ("add", "text", "files"),
        ("answer", "opinion", ""),
        ("follow_up", "text", "files"),
        ("conclude", "opinion", ""),
        ("escalate", "referral", ""),
        ("call_off", "why", ""),
        ("close_unseen", "cause", "text"),
        ("counter_refer", "visit", ""),
        ("accept", "", ""),
        ("reopen", "why", ""),
        ("hand_over", "to", ""),
        ("lapse", "", ""),
        ("cancel", "why", ""),
        ("outcome", "survey", ""),
        ("confirm", "", ""),
        ("jot", "opinion", ""),
    )
}
"""What each step must and may carry beside its verb, its person and its moment."""


@dataclass(frozen=True)
class Person:
    """One account. `unit` and `specialties` are slugs of the network; `switched_off` is how long ago."""

    key: str
    name: str
    email: str
    roles: tuple[Literal["requester", "consultant", "administrator", "support", "manager"], ...]
    unit: str
    title: str = ""
    cpf: str = ""
    cns: str = ""
    specialties: tuple[str, ...] = ()
    council: str = ""
    council_number: str = ""
    council_uf: str = ""
    rqe: str = ""
    cbo: str = ""
    language: Literal["pt_BR", "en"] = "pt_BR"
    status: Literal["active", "invited", "switched_off"] = "active"
    switched_off: timedelta | None = None
    about: str = ""


@dataclass(frozen=True)
class Patient:
    """The person a case is about. `age` stands in for a birth date that nobody knows.

    `birth_date` is as it would be on `TOLD_ON`; `born` moves it along, so that ages stay what the texts say.
    """

    name: str
    sex: Literal["female", "male", "intersex", "not_informed"]
    social_name: str = ""
    birth_date: date | None = None
    age: int | None = None
    cns: str = ""
    cpf: str = ""
    mother_name: str = ""
    record_number: str = ""
    address: str = ""
    neighbourhood: str = ""
    municipality: str = "Recife"
    phone: str = ""

    def born(self, today: date) -> date | None:
        """Return the birth date of somebody who is today as old as this person was on `TOLD_ON`."""
        return self.birth_date + (today - TOLD_ON) if self.birth_date else None


@dataclass(frozen=True)
class Vitals:
    """Vital signs as written on the form, without units: mmHg, per minute, °C, %, kg, cm, mg/dL."""

    blood_pressure: str = ""
    heart_rate: str = ""
    respiratory_rate: str = ""
    temperature: str = ""
    saturation: str = ""
    weight: str = ""
    height: str = ""
    glucose: str = ""


@dataclass(frozen=True)
class Question:
    """One numbered question of the requester."""

    kind: Literal["diagnosis", "treatment", "exams", "management", "referral"]
    text: str


@dataclass(frozen=True)
class Problem:
    """A problem or a diagnosis: an ICD-10 code, words, or both."""

    text: str
    code: str = ""


@dataclass(frozen=True)
class Intention:
    """Would the requester have referred this patient today, and to whom?"""

    refer: Literal["yes", "no"]
    specialty: str = ""


@dataclass(frozen=True)
class Consent:
    """Who agreed to the sending, and how; the requester of the case took it."""

    given_by: Literal["patient", "guardian", "representative"]
    how: Literal["spoken", "signed", "remote"]
    name: str = ""


@dataclass(frozen=True)
class File:
    """A sample of `files/`, with what the one who sent it says of it. `taken` is how long ago it was made."""

    name: str
    caption: str
    kind: FileKind
    taken: timedelta | None = None


@dataclass(frozen=True)
class Missing:
    """One field of the form that the administrator found wanting."""

    field: str
    text: str


@dataclass(frozen=True)
class Supply:
    """The answer to one item that the consultant asked for, or why it cannot be had."""

    answer: str = ""
    why_not: str = ""


@dataclass(frozen=True)
class Opinion:
    """What the consultant wrote: one answer to each question of the round, in their order."""

    answers: tuple[str, ...]
    conduct: str
    reasoning: str = ""
    diagnoses: tuple[Problem, ...] = ()
    red_flags: str = ""
    when_to_refer: str = ""
    references: str = ""


@dataclass(frozen=True)
class Referral:
    """The referral that an escalation makes."""

    specialty: str
    priority: Priority
    justification: str
    diagnosis: str
    bring: str


@dataclass(frozen=True)
class Visit:
    """What came back on paper from the in-person visit. `returns` empty: no return to the specialist."""

    attended: timedelta
    attended_by: str
    diagnosis: str
    opinion: str
    conduct: str
    returns: str = ""


@dataclass(frozen=True)
class Survey:
    """The outcome survey of a concluded case; what is left out was not informed."""

    satisfaction: int | None = None
    doubt: Literal["fully", "partly", "no", "not_informed"] = "not_informed"
    referral: Literal["avoided", "still_needed", "not_intended", "not_intended_started", "not_informed"] = (
        "not_informed"
    )
    conduct: Literal["yes", "already", "disagree", "cannot", "not_informed"] = "not_informed"
    comment: str = ""


@dataclass(frozen=True)
class Step:
    """One step of a story; `CARRIES` says which of the later fields belong to which verb."""

    verb: str
    who: str
    ago: timedelta
    why: str = ""
    text: str = ""
    to: str = ""
    specialty: str = ""
    priority: Priority | None = None
    cause: Literal["refused", "moved", "died", "solved", "absent"] | None = None
    changes: dict[str, str] | None = None
    missing: tuple[Missing, ...] = ()
    items: tuple[str, ...] = ()
    supplies: tuple[Supply, ...] = ()
    files: tuple[File, ...] = ()
    opinion: Opinion | None = None
    referral: Referral | None = None
    visit: Visit | None = None
    survey: Survey | None = None


@dataclass(frozen=True)
class CaseStory:
    """One case: the form as it was first sent (or left as a draft) and everything that happened then."""

    key: str
    requester: str
    state: str
    begun: timedelta
    patient: Patient
    specialty: str = ""
    late: bool = False
    filed_by: str = ""
    earlier: str = ""
    priority: Priority = "routine"
    priority_reason: str = ""
    complaint: str = ""
    subjective: str = ""
    objective: str = ""
    vitals: Vitals = Vitals()
    assessment: str = ""
    plan: str = ""
    available: str = ""
    questions: tuple[Question, ...] = ()
    problems: tuple[Problem, ...] = ()
    intention: Intention | None = None
    consent: Consent | None = None
    files: tuple[File, ...] = ()
    story: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Demo:
    """The whole demonstration, people and cases by their keys."""

    people: dict[str, Person]
    cases: dict[str, CaseStory]
