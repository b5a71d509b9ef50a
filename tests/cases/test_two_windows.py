"""Two windows on one step: what one of them never touched is not hers to wipe, and only what both changed is a choice."""

import html

import pytest

from teleconsult.cases.draft_fields import FIELDS
from teleconsult.cases.draft_merge import marks_of, merged
from teleconsult.coding.models import Code
from teleconsult.extensions import db, transaction
from tests.cases.filing import CLINICAL, PATIENT, begin, hidden, path, texts_of

JSON = {"Accept": "application/json"}


@pytest.fixture
def marina(session, sign_in):
    return sign_in("marina")


@pytest.fixture
def ref(marina):
    return begin(marina)


def post(browser, ref, step="patient", **data):
    return browser.post(path(ref, step), data={"go": "leave"} | data)


def page_of(answer):
    return html.unescape(answer.get_data(as_text=True))


@pytest.mark.parametrize("here", ["", "um", "outro"])
@pytest.mark.parametrize("there", ["", "um", "outro"])
@pytest.mark.parametrize("shown", ["", "um"])
def test_the_three_texts_of_a_field(here, there, shown):
    marks = marks_of({"plan": shown}, "clinical")
    joined, clash = merged({"plan": here}, {"plan": there}, "clinical", marks)
    if here == shown:
        assert (joined["plan"], clash) == (there, [])
    elif there in (shown, here):
        assert (joined["plan"], clash) == (here, [])
    else:
        assert (joined["plan"], clash) == (here, ["plan"])


@pytest.mark.parametrize("marks", ["", "x", "x" * 8 * len(FIELDS["clinical"])])
def test_without_good_marks_each_difference_is_a_clash(marks):
    assert merged({"plan": ""}, {"plan": "um"}, "clinical", marks)[1] == ["plan"]


def test_a_list_is_a_value_like_any_other():
    marks = marks_of({"problems": ["a", "b"]}, "clinical")
    joined, clash = merged({"problems": ["a", "b"]}, {"problems": ["a"]}, "clinical", marks)
    assert (joined["problems"], clash) == (["a"], [])


def test_what_this_page_never_touched_comes_in_from_the_other(marina, ref):
    one, other = hidden(marina, ref, "patient"), hidden(marina, ref, "patient")
    assert post(marina, ref, **PATIENT, **one).status_code == 302
    assert post(marina, ref, record_number="4471", **other).status_code == 302
    kept = texts_of(ref)
    assert kept["record_number"] == "4471"
    assert {name: kept[name] for name in PATIENT} == PATIENT


def test_only_what_both_changed_is_asked_and_the_rest_is_there(marina, ref):
    one, other = hidden(marina, ref, "patient"), hidden(marina, ref, "patient")
    post(marina, ref, **PATIENT, **one)
    answer = post(marina, ref, record_number="4471", mother_name="Josefa", **other)
    page = page_of(answer)
    assert answer.status_code == 409
    assert page.count("Você salvou em outra janela") == 2  # beside the field, and in the summary
    assert f'value="{PATIENT["patient_name"]}"' in page
    assert 'value="4471"' in page
    assert 'value="Josefa"' in page
    assert texts_of(ref)["mother_name"] == PATIENT["mother_name"]


def test_an_old_page_of_the_same_name_wipes_nothing_either(marina, ref):
    old, other = hidden(marina, ref, "patient"), hidden(marina, ref, "patient")
    post(marina, ref, **PATIENT, **other)
    post(marina, ref, record_number="4471", **old)
    assert post(marina, ref, record_number="4471", phone="", **old).status_code == 302  # the back button, and again
    assert texts_of(ref)["patient_name"] == PATIENT["patient_name"]
    assert texts_of(ref)["phone"] == PATIENT["phone"]


def test_the_other_text_is_told_in_words_with_who_saved_it(session, sign_in):
    dora, marina = sign_in("dora"), sign_in("marina")
    ref = begin(dora, requester="PE-MARINA")
    one, other = hidden(dora, ref, "patient"), hidden(marina, ref, "patient")
    post(dora, ref, sex="male", consent_given_by="guardian", consent_how="signed", specialty="cardiologia", **one)
    mine = {"sex": "female", "consent_given_by": "patient", "consent_how": "spoken", "specialty": "dermatologia"}
    page = page_of(post(marina, ref, **mine, **other))
    for words in ("Masculino", "Pai, mãe ou responsável legal", "Cardiologia"):
        assert f"Dora Siqueira salvou: “{words}”" in page
    assert not any(f"“{code}”" in page for code in ("male", "guardian", "signed", "cardiologia"))


def test_a_code_is_told_by_its_title(marina, ref):
    with transaction():
        row = {"title_pt": "Hanseníase", "names": "|hanseniase|", "chapter": "I", "leaf": True, "source": "starter"}
        db.session.add(Code(system="cid10", code="A30", **row))
    one, other = hidden(marina, ref, "clinical"), hidden(marina, ref, "clinical")
    post(marina, ref, "clinical", problems="cid10:A30", **one)
    page = page_of(post(marina, ref, "clinical", problems="Manchas", **other))
    assert "Você salvou em outra janela: “A30 Hanseníase”" in page


def test_autosave_is_given_what_it_joins_with_and_whose_it_is(session, sign_in):
    dora, marina = sign_in("dora"), sign_in("marina")
    ref = begin(dora, requester="PE-MARINA")
    one, other = hidden(dora, ref, "clinical"), hidden(marina, ref, "clinical")
    where = f"/cases/{ref}/draft?step=clinical"
    saved = dora.post(where, data=CLINICAL | one, headers=JSON).json
    assert saved["marks"] == hidden(dora, ref, "clinical")["draft_marks"]
    answer = marina.post(where, data={"plan": "x"} | other, headers=JSON)
    assert answer.status_code == 409
    assert answer.json["who"] == "Dora Siqueira salvou esta etapa."
    assert answer.json["labels"] == {"dormência na mão": "dormência na mão"}
    assert answer.json["marks"] == saved["marks"]
