"""A case that came back: what is missing stands at each field, what was sent is there again, the patient stays."""

import re
from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models_opinion import MissingItem
from teleconsult.extensions import db, transaction
from tests.cases.filing import at_once, case_of, fill, hidden, path, review_of, send, sent, texts_of, value_of
from tests.world import person

CNS = "700000010211009"
MISSING = {
    "objective": "Teste de sensibilidade nas lesões.",
    "vitals": "Peso de hoje, em kg.",
    "files": "Uma foto de longe.",
    "question_1": "Separar em duas perguntas.",
}


@pytest.fixture
def marina(session, sign_in):
    return sign_in("marina")


@pytest.fixture
def ref(marina):
    ref = sent(marina, cns=CNS)
    give_back(ref, MISSING)
    return ref


def give_back(ref, missing, **more):
    case = case_of(ref)
    with transaction(case):
        actions.return_(case, missing, by=person("rosangela"), **more)


def resend(browser, ref, step="clinical", **changes):
    """Change something in one step, as the page shows it, and send again."""
    data = hidden(browser, ref, step) | {k: v for k, v in texts_of(ref).items() if not k.startswith("_")} | changes
    assert browser.post(path(ref, step), data=data).status_code == 302
    return send(browser, ref)


def test_what_was_sent_is_there_again(marina, ref):
    page = marina.get(path(ref, "clinical")).get_data(as_text=True)
    assert "Manchas no antebraço há oito meses" in page
    assert 'value="120/80"' in page
    assert 'value="dormência na mão"' in page
    assert 'value="700 0000 1021 1009"' in marina.get(path(ref, "patient")).get_data(as_text=True)


def test_what_is_missing_stands_at_each_field_and_in_a_summary(marina, ref):
    page = marina.get(path(ref, "clinical")).get_data(as_text=True)
    assert "A administração pede 2 ajustes nesta etapa" in page
    assert 'href="#objective"' in page
    assert 'href="#vitals"' in page
    group = page.split('id="vitals"')[1]
    assert "Peso de hoje, em kg." in group[: group.index("Pressão, mmHg")]
    assert 'id="blood_pressure-e"' not in page
    field = page.split('id="objective-e"')[1][:400]
    assert "Teste de sensibilidade nas lesões." in field
    questions = marina.get(path(ref, "questions")).get_data(as_text=True)
    assert questions.count("Uma foto de longe.") >= 2
    assert 'href="#question_1"' in questions
    review = review_of(marina, ref)
    for words in MISSING.values():
        assert words in review


@pytest.mark.parametrize(
    ("step", "field", "label"),
    [
        ("patient", "phone", "Telefone, com DDD"),
        ("patient", "consent_given_by", "Quem consentiu"),
        ("clinical", "objective", "Exame físico e resultados"),
        ("clinical", "problems", "Problemas e diagnósticos"),
        ("questions", "would_refer", "Sem a teleconsultoria, você encaminharia este paciente hoje?"),
    ],
)
def test_what_is_asked_for_is_not_called_optional(marina, step, field, label):
    def called_optional(asked_for):
        ref = sent(marina, cns="700000010211009")
        give_back(ref, {asked_for: "Completar."})
        page = marina.get(path(ref, step)).get_data(as_text=True)
        said = re.search(rf">{re.escape(label)}( <span[^<]*[(]opcional[)]</span>)?</(?:label|legend)>", page)
        return said[1] is not None

    assert called_optional("priority")
    assert not called_optional(field)


def test_it_is_resumed_at_the_first_step_that_lacks_something(marina, ref):
    assert marina.get(f"/cases/{ref}/edit").location == path(ref, "clinical")


def test_completed_it_goes_back_with_its_patient_and_its_consent(marina, ref):
    patient, consents = case_of(ref).patient_id, len(case_of(ref).consents)
    answer = resend(marina, ref, objective="Sem sensibilidade térmica nas manchas.", weight="70")
    assert answer.location == f"/cases/{ref}"
    case = case_of(ref)
    assert case.state == State.SUBMITTED
    assert (case.patient_id, len(case.consents)) == (patient, consents)
    assert case.vitals["weight"] == "70"
    assert case.objective == "Sem sensibilidade térmica nas manchas."
    assert not db.session.scalars(db.select(MissingItem).where(MissingItem.resolved_at.is_(None))).all()


def test_what_was_completed_the_first_time_stays_so_when_the_case_comes_back_again(marina, ref):
    def resolved():
        db.session.rollback()
        return {item.note: item.resolved_at for item in db.session.scalars(db.select(MissingItem))}

    begun = clock.now()
    with clock.at(begun + timedelta(minutes=1)):
        resend(marina, ref, objective="Sem sensibilidade térmica nas manchas.")
    first = resolved()
    assert set(first) == set(MISSING.values())
    give_back(ref, {"plan": "O que já foi tentado."})
    assert resolved() == first | {"O que já foi tentado.": None}
    page = marina.get(path(ref, "clinical")).get_data(as_text=True)
    assert "A administração pede 1 ajuste nesta etapa" in page
    assert MISSING["objective"] not in page
    with clock.at(begun + timedelta(minutes=3)):
        resend(marina, ref, plan="Cetoconazol por dois meses.")
    assert set(first.values()) == {begun + timedelta(minutes=1)}
    assert resolved() == first | {"O que já foi tentado.": begun + timedelta(minutes=3)}


def test_what_support_completed_names_support_to_the_one_who_confirms(marina, ref, sign_in):
    assert resend(sign_in("dora"), ref, weight="70").location == f"/cases/{ref}"
    case = case_of(ref)
    with transaction(case):  # what happens later, to it or to another, is not what is confirmed
        actions.add(case, "Mais um dado.", by=person("marina"))
    other = sent(marina, cns=CNS)
    for weight in ("70", "71"):
        give_back(other, MISSING)
        resend(marina, other, weight=weight)
    for where, words in (
        (f"/cases/{ref}", "Dora Siqueira completou e reenviou este caso por você."),
        ("/mine", "Dora Siqueira completou e reenviou este caso em seu nome."),
        ("/cases/confirm", "Dora Siqueira completou e reenviou em"),
    ):
        page = marina.get(where).get_data(as_text=True)
        assert words in page
        assert "Dra. Marina Alves registrou" not in page


def test_of_two_cases_that_came_back_each_says_its_own(marina, ref):
    other, silent = sent(marina, cns=CNS), sent(marina, cns=CNS)
    give_back(other, {"plan": "Por quanto tempo?"}, note="Quase completo.")
    give_back(silent, {"plan": "Em que dose?"})
    said = {ref: "Teste de sensibilidade", other: "Por quanto tempo?", silent: "Em que dose?"}
    for one, own in said.items():
        page = marina.get(path(one, "clinical")).get_data(as_text=True)
        assert {words for words in said.values() if words in page} == {own}
        assert ("Quase completo." in page) is (one == other)
        assert ("Rosângela Lima" in page) is (one == other)
    resend(marina, other, plan="Por 30 dias.")
    give_back(other, {"objective": "Qual o tamanho?"}, note="Só mais isto.")
    page = marina.get(path(other, "clinical")).get_data(as_text=True)
    assert "Só mais isto." in page
    assert "Quase completo." not in page


@pytest.mark.parametrize("key", ["jonas", "bia", "paulo", "rosangela", "teresa"])
def test_who_only_sees_a_case_that_came_back_does_not_write_it(marina, ref, sign_in, key):
    texts = dict(texts_of(ref))
    with transaction():
        person("marina").unit.shares_cases = True
    browser, shut = sign_in(key), 404 if key in ("jonas", "bia") else 403
    posted = hidden(marina, ref, "clinical") | {"objective": "De outra mão."}
    for step in ("patient", "clinical", "questions", "review"):
        assert browser.get(path(ref, step)).status_code == shut
    for where in (path(ref, "clinical"), f"/cases/{ref}/draft"):
        assert browser.post(where, data=posted | {"step": "clinical"}).status_code == shut
    assert texts_of(ref) == texts


def test_it_can_come_back_twice(marina, ref):
    resend(marina, ref, weight="70")
    give_back(ref, {"plan": "Por quanto tempo?"})
    page = marina.get(path(ref, "clinical")).get_data(as_text=True)
    assert "Por quanto tempo?" in page
    assert "Teste de sensibilidade" not in page
    assert resend(marina, ref, plan="Por 30 dias.").location == f"/cases/{ref}"
    assert [event.verb for event in case_of(ref).events] == ["submit", "return", "submit", "return", "submit"]


def test_a_field_that_no_form_has_is_shown_all_the_same(marina, ref):
    resend(marina, ref, weight="70")
    give_back(ref, {"something": "Outra coisa."})
    assert "Outra coisa." in review_of(marina, ref)
    assert marina.get(f"/cases/{ref}/edit").location == f"/cases/{ref}/edit/review"


def test_a_corrected_name_is_written_to_the_same_record(marina, ref):
    patient = case_of(ref).patient_id
    data = hidden(marina, ref, "patient") | {k: v for k, v in texts_of(ref).items() if not k.startswith("_")}
    answer = marina.post(path(ref, "patient"), data=data | {"birth_date": "15/03/1979"})
    assert answer.location == f"/cases/{ref}/edit/match"
    marina.post(f"/cases/{ref}/edit/match", data={"choice": case_of(ref).patient.ref})
    assert send(marina, ref).location == f"/cases/{ref}"
    assert case_of(ref).patient_id == patient
    assert str(case_of(ref).patient.birth_date) == "1979-03-15"


def test_what_is_being_completed_is_not_thrown_away(marina, ref):
    assert marina.post(f"/cases/{ref}/discard", data={"sure": "1"}).location == f"/cases/{ref}"
    assert case_of(ref).state == State.RETURNED


def test_a_revoked_consent_is_asked_for_again(marina, ref):
    case = case_of(ref)
    with transaction(case):
        actions.revoke_consent(case, why="Mudou de ideia.", by=person("marina"))
    assert fill(marina, ref, "clinical").status_code == 302
    answer = send(marina, ref)
    assert answer.status_code == 422
    assert "consent_given_by" in answer.get_data(as_text=True)


def test_what_was_reviewed_before_the_consent_was_taken_back_is_not_sent(marina, ref):
    page = review_of(marina, ref)
    data = {name: value_of(page, name) for name in ("version", "draft_version")}
    case = case_of(ref)
    with transaction(case):
        actions.revoke_consent(case, why="Mudou de ideia.", by=person("marina"))
    assert marina.post(f"/cases/{ref}/submit", data=data).status_code == 409
    assert case_of(ref).state == State.RETURNED


def test_sending_and_taking_the_consent_back_at_once_never_sends_without_it(marina, ref):
    page = review_of(marina, ref)
    data = {name: value_of(page, name) for name in ("version", "draft_version")}
    db.session.rollback()
    posts = [(f"/cases/{ref}/submit", data), (f"/cases/{ref}/revoke_consent", data | {"why": "Mudou de ideia."})]
    answers = at_once(marina, posts)
    # Who comes second is told of the other, or, having looked after the other was done, that the consent is missing.
    told = [a.status_code != 422 or "Diga quem deu o consentimento" in a.get_data(as_text=True) for a in answers]
    assert all(answer.status_code in (302, 409, 422) for answer in answers), [a.status_code for a in answers]
    assert all(told)
    case = case_of(ref)
    assert (case.state == State.SUBMITTED) is (actions.live_consent(case) is not None)


def test_a_cancelled_case_is_not_written_on(marina, ref):
    case = case_of(ref)
    with transaction(case):
        actions.cancel(case, "Resolvido.", by=person("marina"))
    for where in ("edit", "edit/patient", "edit/review"):
        assert marina.get(f"/cases/{ref}/{where}").location == f"/cases/{ref}"
