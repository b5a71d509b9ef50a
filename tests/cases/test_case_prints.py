"""The case and its referral sheet on paper: whole, only for whoever sees the case whole, and recorded."""

import pytest

from teleconsult import audit
from teleconsult.attachments.models import Attachment
from teleconsult.cases.lifecycle import State
from teleconsult.cases.request import PatientFacts
from teleconsult.extensions import db
from teleconsult.version import VERSION
from tests import world
from tests.attachments import samples
from tests.attachments.sending import named
from tests.cases.helping import CLINICAL, leaky_case, shown, text_of, through_everything


@pytest.fixture
def answered(session):
    return through_everything(leaky_case(), State.ANSWERED)


def test_the_print_holds_every_part(answered, sign_in):
    page = text_of(sign_in("marina"), answered, "/print")
    wanted = (
        world.SECRET_NAME,
        "Josefa Conceição",
        "PRONT-7788",
        "111.444.777-35",
        "Dr. Paulo Nogueira",
        "CRM-PE 90012",
    )
    assert shown(wanted, page) == list(wanted)
    assert shown(CLINICAL, page) == list(CLINICAL)
    assert "Você" not in page
    assert "Dra. Marina Alves enviou o caso" in page


def test_reference_version_and_who_printed_stand_in_the_part_that_repeats(answered, sign_in):
    head = text_of(sign_in("marina"), answered, "/print").partition("<thead>")[2].partition("</thead>")[0]
    for words in (answered.case.ref, VERSION, "Impresso por Dra. Marina Alves"):
        assert words in head


def test_who_consented_for_the_patient_is_said_with_their_part(answered, sign_in):
    """A name alone does not say that a mother did it for her child."""
    said = "Josefa Conceição (pai, mãe ou responsável legal)"
    assert f"{said} consentiu em" in text_of(sign_in("marina"), answered)
    assert f"{said} · Em conversa" in text_of(sign_in("marina"), answered, "/print")


def test_the_name_by_which_a_patient_is_called_comes_first_on_paper_too(case_in, sign_in):
    """As on the page and on the referral: the sheet is read aloud in the waiting room."""
    walk = case_in(State.DRAFT)
    walk.submit(patient=PatientFacts(name="Ana Souza", social_name="João Souza", age_years=46, sex="male"))
    assert "<dd>João Souza (nome civil: Ana Souza)</dd>" in text_of(sign_in("marina"), walk, "/print")


def test_the_line_of_the_reason_is_printed_as_it_was_typed_and_the_intention_with_the_rest(case_in, sign_in):
    walk = case_in(State.DRAFT)
    walk.submit(complaint="Dor *após* esforço", would_refer="yes")
    page = text_of(sign_in("marina"), walk, "/print")
    assert "Dor *após* esforço" in page
    assert "Encaminharia hoje? Sim." in page


def test_a_file_that_was_taken_back_is_printed_as_taken_back(answered, sign_in):
    """It may be of another patient: struck through on the page, it stood on paper like every other."""
    marina, ref = sign_in("marina"), answered.case.ref
    for name, body in (("braço.png", samples.picture("PNG")), ("outro paciente.pdf", samples.PDF)):
        assert marina.post(f"/cases/{ref}/files", data=body, headers=named(name)).status_code == 201
    db.session.rollback()
    row = db.session.scalars(db.select(Attachment).where(Attachment.name == "outro paciente.pdf")).one()
    marina.post(f"/files/{row.ref}/withdraw", data={"why": "É de outro paciente."})
    files = text_of(marina, answered, "/print").partition("<h3>Arquivos</h3>")[2].partition("</dl>")[0]
    assert "<dd>braço.png</dd>" in files
    assert '<span class="tc-gone">outro paciente.pdf</span>' in files
    assert "Retirado por Dra. Marina Alves" in files
    assert "É de outro paciente." in files


def test_a_withdrawn_opinion_is_printed_as_withdrawn(answered, sign_in):
    sign_in("paulo").post(
        f"/cases/{answered.case.ref}/opinions/1/withdraw", data={"version": answered.case.version, "why": "Engano meu."}
    )
    page = text_of(sign_in("marina"), answered, "/print")
    assert "(retirado)" in page
    assert "Engano meu." in page
    assert "CONDUTA-SECRETA" in page


def test_a_suspended_referral_is_printed_as_suspended(case_in, sign_in):
    walk = case_in(State.IN_PERSON)
    walk.do("call_off", "A biópsia foi feita na unidade.", by="rosangela")
    walk.escalate()
    page = text_of(sign_in("marina"), walk, "/print")
    gone, _, live = page.partition("<h3>Encaminhamento</h3>")
    _, _, gone = gone.partition("<h3>Encaminhamento (consulta suspensa)</h3>")
    assert "Encerrado por Rosângela Lima" in gone
    assert "Encerrado por" not in live
    for part in (gone, live):
        assert "<dt>Encaminhado por</dt><dd>Dr. Paulo Nogueira · CRM-PE 90012</dd>" in part
        assert "Precisa de biópsia." in part


def test_printing_is_recorded(answered, sign_in):
    text_of(sign_in("paulo"), answered, "/print")
    db.session.rollback()
    words = db.session.scalars(
        db.select(audit.AuditEvent.word).where(audit.AuditEvent.stream == "reader:PE-PAULO")
    ).all()
    assert words.count("case.print") == 1
    assert list(audit.verify()) == []


@pytest.mark.parametrize("who", ["rosangela", "teresa", "lia", "jonas"])
@pytest.mark.parametrize("path", ["/print", "/referral"])
def test_nobody_prints_what_they_do_not_see_whole(case_in, sign_in, who, path):
    text_of(sign_in(who), case_in(State.IN_PERSON), path, status=404)


def test_waiting_cases_are_not_printed_by_who_could_take_them(session, sign_in):
    text_of(sign_in("paulo"), leaky_case(), "/print", status=404)


def test_the_referral_sheet_has_the_fields_of_the_districts_form(case_in, sign_in):
    page = text_of(sign_in("marina"), case_in(State.IN_PERSON), "/referral")
    for label in (
        "Unidade encaminhadora",
        "Nome do usuário",
        "Data de nascimento",
        "Especialidade",
        "Justificativa do encaminhamento",
        "Carimbo e assinatura do profissional",
        "Carimbo e assinatura do responsável pela unidade",
        "Prontuário",
        "Data",
        "Médico",
        "Hora",
        "Diagnóstico",
        "Parecer médico ou odontológico",
        "Conduta adotada",
        "Retorno ao especialista após confirmação diagnóstica",
        "Em quanto tempo?",
    ):
        assert f"<dt>{label}</dt>" in page, label
    for words in ("USF Vietnã", world.SECRET_NAME, "Precisa de biópsia.", "Documento e exames.", "Dra. Marina Alves"):
        assert words in page


def test_what_came_back_fills_the_lower_half(case_in, sign_in):
    walk = case_in(State.IN_PERSON)
    data = {
        "version": walk.case.version,
        "attended_on": "hoje",
        "attended_by": "Dr. Olavo Sá",
        "diagnosis": "Hanseníase.",
        "opinion": "Confirmo o quadro.",
        "conduct": "PQT-U.",
        "returns": "yes",
        "return_when": "3 meses",
    }
    assert sign_in("rosangela").post(f"/cases/{walk.case.ref}/counter_refer", data=data).status_code == 302
    page = text_of(sign_in("marina"), walk, "/referral")
    for words in ("Confirmo o quadro.", "PQT-U.", "3 meses", "Dr. Olavo Sá", "tc-box is-on"):
        assert words in page


def test_without_a_referral_there_is_no_sheet(answered, sign_in):
    text_of(sign_in("marina"), answered, "/referral", status=404)
