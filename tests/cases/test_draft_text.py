"""What a draft says: every text read at its field, nothing raised, and what was written is read back."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconsult import checks
from teleconsult.cases.draft_fields import (
    FIELDS,
    LIMITS,
    LISTS,
    RETURNABLE,
    STEPS,
    anchor_of,
    blank,
    differing,
    is_empty,
    pick,
    step_of,
)
from teleconsult.cases.draft_problems import codes_in, label_of
from teleconsult.cases.draft_text import Book, read
from teleconsult.cases.draft_write import write
from teleconsult.cases.request import (
    CONSENT_GIVERS,
    CONSENT_WAYS,
    Consent,
    PatientFacts,
    Problem,
    QuestionKind,
    Request,
)
from teleconsult.cases.vitals import VITALS
from teleconsult.errors import Refused
from teleconsult.patients.matching import SEXES
from teleconsult.typed import says_nothing

TODAY = date(2026, 11, 21)
BOOK = Book(
    today=TODAY,
    specialties={"dermatologia": 1, "cardiologia": 2},
    referrals={"dermatologia": 1, "cardiologia": 2, "oftalmologia": 3},
    codes={("cid10", "A30"): "Hanseníase", ("cid10", "E11.9"): "Diabetes tipo 2", ("ciap2", "S99"): "Outras da pele"},
)
FULL = {
    "specialty": "dermatologia",
    "patient_name": "Severina Conceição",
    "birth_date": "14/03/1979",
    "sex": "female",
    "cns": "700 0000 1021 1009",
    "consent_given_by": "patient",
    "consent_how": "spoken",
    "complaint": "Manchas claras",
    "subjective": "Há oito meses.\r\nSem coceira.",
    "blood_pressure": "12x8",
    "problems": ["cid10:A30", "dormência na mão"],
    "question_1": "É hanseníase?",
    "question_1_kind": "diagnosis",
}


class Posted(dict):
    def getlist(self, key):
        value = self.get(key, [])
        return value if isinstance(value, list) else [value]


def wrong(**changes):
    reading = read(FULL | changes, BOOK)
    return reading.lacking | reading.wrong


def test_a_full_form_is_a_request():
    reading = read(FULL, BOOK)
    assert reading.complete
    assert reading.request == Request(
        patient=PatientFacts("Severina Conceição", birth_date=date(1979, 3, 14), sex="female", cns="700000010211009"),
        specialty_id=1,
        questions=(("diagnosis", "É hanseníase?"),),
        complaint="Manchas claras",
        subjective="Há oito meses.\nSem coceira.",
        vitals={"blood_pressure": "120/80"},
        problems=(Problem("Hanseníase", "cid10", "A30"), Problem("dormência na mão")),
        consent=Consent("patient", "spoken"),
    )


def test_an_empty_form_says_everything_that_is_lacking_and_nothing_is_wrong():
    reading = read({}, BOOK)
    assert not reading.wrong
    assert set(reading.lacking) == {
        "specialty",
        "patient_name",
        "birth_date",
        "sex",
        "consent_given_by",
        "consent_how",
        "complaint",
        "subjective",
        "question_1",
    }
    assert reading.first_open() == "patient"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"specialty": "astrologia"}, "specialty"),
        ({"patient_name": " ", "social_name": ""}, "patient_name"),
        ({"patient_name": "x" * 121}, "patient_name"),
        ({"patient_name": "!!!"}, "patient_name"),
        ({"social_name": "---"}, "social_name"),
        ({"birth_date": "31/02/1979"}, "birth_date"),
        ({"birth_date": "22/11/2026"}, "birth_date"),
        ({"birth_date": "", "age": "cem"}, "age"),
        ({"sex": ""}, "sex"),
        ({"sex": "outro"}, "sex"),
        ({"cns": "700000010211008"}, "cns"),
        ({"cpf": "111.111.111-11"}, "cpf"),
        ({"phone": "99999-0000"}, "phone"),
        ({"consent_how": ""}, "consent_how"),
        ({"consent_given_by": "guardian"}, "consent_name"),
        ({"complaint": "x" * 161}, "complaint"),
        ({"objective": "x" * 10_001}, "objective"),
        ({"blood_pressure": "128"}, "blood_pressure"),
        ({"temperature": "365"}, "temperature"),
        ({"problems": ["cid10:XYZ"]}, "problems"),
        ({"problems": ["x" * 301]}, "problems"),
        ({"problems": [f"problema {n}" for n in range(11)]}, "problems"),
        ({"question_1": ""}, "question_1"),
        ({"question_1_kind": ""}, "question_1_kind"),
        ({"question_2": "Trato na unidade?"}, "question_2_kind"),
        ({"question_2": "Trato?", "question_2_kind": "magic"}, "question_2_kind"),
        ({"would_refer": "talvez"}, "would_refer"),
        ({"would_refer": "yes", "would_refer_specialty": "astrologia"}, "would_refer_specialty"),
        ({"priority": "high"}, "priority_reason"),
        ({"priority": "emergency"}, "priority"),
    ],
)
def test_each_thing_is_put_right_at_its_own_field(changes, field):
    assert list(wrong(**changes)) == [field]


def test_a_limit_names_itself_and_how_much_was_typed():
    assert "120" in str(wrong(patient_name="x" * 130)["patient_name"])
    assert "130" in str(wrong(patient_name="x" * 130)["patient_name"])


def test_an_age_stands_in_for_a_birth_date_and_never_beside_it():
    assert read(FULL | {"birth_date": "", "age": "46"}, BOOK).request.patient.age_years == 46
    assert read(FULL | {"age": "46"}, BOOK).request.patient.age_years is None


def test_a_social_name_alone_is_a_name():
    assert read(FULL | {"patient_name": "", "social_name": "Bia"}, BOOK).request.patient.name == "Bia"


def test_questions_are_numbered_without_gaps():
    fields = FULL | {"question_1": "", "question_3": "Refiro?", "question_3_kind": "referral"}
    assert read(fields, BOOK).request.questions == (("referral", "Refiro?"),)


def test_whoever_would_refer_means_the_specialty_asked_unless_another_is_named():
    assert read(FULL | {"would_refer": "yes"}, BOOK).request.would_refer_specialty_id == 1
    named = FULL | {"would_refer": "yes", "would_refer_specialty": "oftalmologia"}
    assert read(named, BOOK).request.would_refer_specialty_id == 3
    assert read(FULL | {"would_refer_specialty": "oftalmologia"}, BOOK).request.would_refer_specialty_id is None


def test_a_consent_that_still_stands_need_not_be_given_again():
    fields = FULL | {"consent_given_by": "", "consent_how": ""}
    assert read(fields, replace(BOOK, consented=True)).complete
    assert not read(fields, BOOK).complete


def test_what_is_rare_is_remarked_and_stands_in_nobodys_way():
    reading = read(FULL | {"temperature": "41,5", "birth_date": "01/01/2015"}, BOOK)
    assert reading.complete
    assert set(reading.remarks) == {"temperature", "consent_given_by"}


def test_text_of_any_script_goes_through_unchanged():
    story = "مريض 👩🏽‍⚕️ дважды 😀\nпосле обеда"
    reading = read(FULL | {"subjective": story, "patient_name": "Ζωή\u202eabc"}, BOOK)
    assert reading.complete
    assert reading.request.subjective == story
    assert reading.request.patient.name == "Ζωή\u202eabc"


def test_what_was_posted_is_kept_as_typed():
    kept = pick(Posted(patient_name=" Ana ", birth_date="31/02", specialty="nope"), "patient")
    assert kept["patient_name"] == " Ana "
    assert kept["birth_date"] == "31/02"
    assert set(kept) == set(FIELDS["patient"])
    clinical = pick(Posted(subjective="a\r\nb\rc", problems=["x", "", "x", "y"], patient_name="no"), "clinical")
    assert clinical["subjective"] == "a\nb\nc"
    assert clinical["problems"] == ["x", "y"]
    assert "patient_name" not in clinical


def test_two_texts_are_compared_field_by_field():
    assert differing({"complaint": "a "}, {"complaint": "a"}, "clinical") == []
    assert differing({"complaint": "a", "problems": ["x"]}, {"plan": "b"}, "clinical") == [
        "complaint",
        "problems",
        "plan",
    ]
    assert is_empty({"complaint": " ", "patient_name": "Ana"}, "clinical")
    assert not is_empty({"problems": ["x"]}, "clinical")


def test_what_can_be_returned_leads_to_a_field_of_the_form():
    for name in RETURNABLE:
        step = step_of(name)
        assert step in STEPS
        assert anchor_of(name) in FIELDS[step] or name in (
            "files",
            "vitals",
        )  # parts of the page with an id of their own
    assert step_of("nonsense") is None


def test_problems_are_shown_with_their_codes():
    assert label_of("cid10:A30", BOOK.codes) == "A30 Hanseníase"
    assert label_of("cid10:E11.9|Diabetes com hipoglicemia", BOOK.codes) == "E11.9 Diabetes com hipoglicemia"
    assert label_of("dor", BOOK.codes) == "dor"
    assert label_of("cid10:XYZ", BOOK.codes) == "cid10:XYZ"
    assert codes_in({"problems": ["cid10:A30|Hanseníase", "dor", "ciap2:S99"]}) == [("cid10", "A30"), ("ciap2", "S99")]


# ---- what was written is read back


letters = st.characters(exclude_categories=["Cs", "Cc"])


def lines(limit, empty=""):
    return said(st.text(letters, max_size=min(limit, 40)).map(lambda text: " ".join(text.split())), empty)


def prose(limit, empty=""):
    return said(st.text(letters | st.sampled_from("\n\t"), max_size=min(limit, 60)).map(str.strip), empty)


def said(texts, empty):
    """A text in which nobody can read anything is none."""
    return texts.map(lambda text: empty if says_nothing(text) else text)


def names(empty=""):
    return lines(120).map(lambda text: text if any(sign.isalpha() for sign in text) else empty)


patients = st.builds(
    PatientFacts,
    name=names("x"),
    social_name=names(),
    sex=st.sampled_from(sorted(SEXES)),
    cns=st.sampled_from([None, "700000010211009", "898000000043208"]),
    cpf=st.sampled_from([None, "12345678909"]),
    record_number=lines(30),
    mother_name=lines(120),
    address=lines(200),
    neighbourhood=lines(80),
    municipality=lines(80),
    phone=st.sampled_from(["", "8134462631", "81999990000", "08001234567"]),
)
born = st.dates(date(1900, 1, 1), TODAY)
dated = st.one_of(
    st.builds(replace, patients, birth_date=born),
    st.builds(replace, patients, age_years=st.integers(0, 130)),
)
problems = st.one_of(
    st.sampled_from([Problem("Hanseníase", "cid10", "A30"), Problem("Com outras palavras", "cid10", "E11.9")]),
    lines(300, "x").map(Problem),
    st.sampled_from([Problem("cid10:A30"), Problem("free:x"), Problem("ciap2:a|b")]),
)
consents = st.one_of(
    st.builds(Consent, given_by=st.just("patient"), how=st.sampled_from(sorted(CONSENT_WAYS))),
    st.builds(
        Consent,
        given_by=st.sampled_from(sorted(set(CONSENT_GIVERS) - {"patient"})),
        how=st.sampled_from(sorted(CONSENT_WAYS)),
        given_by_name=lines(120, "x"),
    ),
)
intentions = st.sampled_from([("yes", 1), ("yes", 3), ("no", None), ("not_informed", None)])
readings = st.fixed_dictionaries(
    {},
    optional={
        "blood_pressure": st.sampled_from(["120/80", "90/60"]),
        "temperature": st.sampled_from(["36.5", "40"]),
        "weight": st.sampled_from(["3.245", "70"]),
        "height": st.sampled_from(["170", "49.5"]),
        "glucose": st.just("178"),
    },
)
requests = st.builds(
    lambda intention, **given: Request(would_refer=intention[0], would_refer_specialty_id=intention[1], **given),
    intention=intentions,
    patient=dated,
    specialty_id=st.sampled_from([1, 2]),
    questions=st.lists(st.tuples(st.sampled_from(list(QuestionKind)), prose(1000, "x")), min_size=1, max_size=3).map(
        tuple
    ),
    complaint=lines(160, "x"),
    subjective=prose(10_000, "x"),
    objective=prose(10_000),
    vitals=readings,
    assessment=prose(5000),
    plan=prose(5000),
    available=prose(5000),
    problems=st.lists(problems, max_size=10, unique=True).map(tuple),
    priority=st.sampled_from(["routine", "high", "urgent"]),
    priority_reason=prose(500, "x"),
    consent=consents,
)


@given(requests)
def test_what_was_written_is_read_back(request):
    reading = read(write(request, BOOK), BOOK)
    assert reading.complete, (reading.wrong, reading.lacking)
    assert reading.request == request


@given(requests)
def test_every_field_that_is_written_belongs_to_a_step(request):
    assert set(write(request, BOOK)) == {name for names in FIELDS.values() for name in names}


anything = st.text(max_size=30)


@given(
    st.dictionaries(
        st.sampled_from([name for names in FIELDS.values() for name in names]), anything | st.lists(anything)
    )
)
def test_whatever_was_typed_is_read_without_a_fault(fields):
    reading = read(fields, BOOK)
    for name, refusal in (reading.wrong | reading.lacking | reading.remarks).items():
        assert isinstance(refusal, Refused)
        assert step_of(name) in STEPS
    for step in STEPS:
        blank(fields, step)


def test_the_tables_agree():
    names = [name for step in STEPS for name in FIELDS[step]]
    assert len(names) == len(set(names))
    assert set(LIMITS) | LISTS | set(VITALS) <= set(names)
    assert checks.check_cns(FULL["cns"]) == "700000010211009"
