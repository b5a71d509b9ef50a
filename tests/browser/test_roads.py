"""The other roads of a case: returned, asked for more, sent to a visit in person."""

from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from teleconsult import clock
from teleconsult.cases.lifecycle import State
from tests.browser.people import Somebody

LACKING = "Faltou o teste de sensibilidade."


@pytest.fixture
def somebody(page_for):
    """Return a maker of people at a desk: `somebody('marina')`."""
    return lambda name, **window: Somebody(page_for(name, **window), script=window.get("java_script_enabled", True))


def test_a_returned_request_is_completed_field_by_field_and_sent_again(site, somebody):
    ref = site.case_in(State.SUBMITTED)
    rosangela = somebody("rosangela").at(f"/cases/{ref}/return")
    rosangela.page.locator("[name=missing_objective]").fill(LACKING)
    rosangela.press("Devolver à unidade")
    rosangela.reads("Caso devolvido à unidade.")

    marina = somebody("marina").at(f"/cases/{ref}")
    marina.shows(LACKING)
    marina.follow("Completar e reenviar")
    expect(marina.page).to_have_url(f"{site.url}/cases/{ref}/edit/clinical")
    marina.shows(LACKING)
    marina.write("Exame físico e resultados", "Sensibilidade térmica diminuída nas seis manchas.")
    marina.press("Perguntas e arquivos")
    marina.press("Revisar e enviar")
    marina.press("Enviar de novo")
    marina.reads("Na fila")


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_what_a_consultant_asks_for_is_supplied_item_by_item(site, somebody, script):
    ref = site.case_in(State.ASSIGNED)
    paulo = somebody("paulo", java_script_enabled=script).at(f"/cases/{ref}/ask")
    paulo.write("Item 1", "Baciloscopia")
    paulo.write("Item 2", "Foto do dorso")
    paulo.press("Pedir exame ou informação")
    paulo.reads("Aguarda informação")

    marina = somebody("marina", java_script_enabled=script).at(f"/cases/{ref}/supply")
    marina.page.locator("[name=answer_1]").fill("Negativa em quatro sítios.")
    marina.page.locator("[name=save][value='1']").click()
    marina.reads("Falta enviar ao consultor.")
    expect(marina.page.locator("[name=answer_1]")).to_have_value("Negativa em quatro sítios.")
    marina.page.locator("[name=why_not_2]").fill("O paciente não voltou.")
    marina.press("Enviar ao consultor")
    marina.reads("Com %(person)s", person="Dr. Paulo Nogueira")

    paulo.at(f"/cases/{ref}").shows("Negativa em quatro sítios.")


def test_a_visit_in_person_goes_by_a_printed_referral_and_comes_back_as_an_opinion(site, somebody):
    ref = site.case_in(State.ASSIGNED)
    paulo = somebody("paulo").at(f"/cases/{ref}/escalate")
    paulo.page.locator("[name=specialty]").select_option("dermatologia")
    paulo.page.locator("[name=priority][value=high]").check()
    paulo.write("Justificativa do encaminhamento", "Precisa de biópsia do nervo.")
    paulo.write("O que o paciente deve levar", "Documento e exames.")
    paulo.press("Encaminhar para consulta presencial")
    paulo.reads("Consulta presencial")

    marina = somebody("marina").at(f"/cases/{ref}/referral")
    expect(marina.page.locator(".tc-sheet")).to_contain_text("Precisa de biópsia do nervo.")
    assert marina.page.pdf(format="A4").startswith(b"%PDF")

    rosangela = somebody("rosangela").at(f"/cases/{ref}/counter_refer")
    today = clock.now().astimezone(ZoneInfo("America/Recife"))
    rosangela.write("Data do atendimento", f"{today:%Y-%m-%d}")
    rosangela.write("Quem atendeu", "Dr. Abel Siqueira")
    rosangela.write("Diagnóstico", "Hanseníase neural")
    rosangela.write("Parecer médico ou odontológico", "Neurite ulnar em atividade.")
    rosangela.write("Conduta adotada", "Prednisona por doze semanas.")
    rosangela.page.locator("[name=returns][value=no]").check()
    rosangela.press("Registrar a contrarreferência")

    marina.at(f"/cases/{ref}").reads("Concluído")
    marina.shows("Neurite ulnar em atividade.")
