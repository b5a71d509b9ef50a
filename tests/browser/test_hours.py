"""Hours in a browser, as a new user: come, answer, go, see the minutes, dispute a line, declare; a stranger verifies.

It has a site of its own: on the shared one the other journeys ask who is on duty. The shift lies around the present moment.
"""

import re
import time
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import expect

from teleconsult import clock
from teleconsult.cases.lifecycle import State
from tests.browser import site as sites
from tests.browser import story
from tests.browser.people import Somebody
from tests.credits.acts import RECIFE, scheduled
from tests.shifts.pages_world import a_minute_passes

JOURNEY_SECONDS = 90
LATE = "Cheguei no começo do turno e só registrei a entrada quando o computador voltou."


@pytest.fixture(scope="module")
def own_site(tmp_path_factory):
    with sites.running(tmp_path_factory.mktemp("hours")) as found:
        yield found


@pytest.fixture
def site(own_site):
    return own_site


def test_a_consultant_trusts_the_ledger_and_a_stranger_the_declaration(page_for, site, watch):
    let_midnight_pass()
    with site.application.app_context():
        shift = scheduled(clock.now() - timedelta(hours=2), clock.now() + timedelta(hours=1))
    case = site.case_in(State.ASSIGNED, consultant="paulo")
    paulo, teresa = Somebody(page_for("paulo")), Somebody(page_for("teresa"))
    works_a_shift(site, paulo, case)
    sees_each_line_with_its_reason(paulo, shift, case)
    dispute = disputes_the_shift(paulo)
    is_answered(teresa, dispute)
    sees_the_correction(paulo, dispute)
    code = gets_the_declaration(paulo)
    watch.allowed.append("404")  # a code that is nobody's
    a_stranger_verifies(Somebody(page_for(phone=True)), code, case)


def let_midnight_pass():
    """Begin on the day on which the journey ends: lines of two days could lie in two months, of which a page shows one."""
    here = clock.now().astimezone(RECIFE)
    left = (here.replace(hour=23, minute=59, second=59) - here).total_seconds() + 1
    if left < JOURNEY_SECONDS:
        time.sleep(left)


def works_a_shift(site, paulo, case):
    paulo.follow("Turnos")
    paulo.press("Cheguei")
    paulo.reads("Entrada registrada. Bom turno.")
    paulo.at(f"/cases/{case}")
    story.write_opinion(paulo, {1: story.ANSWER, 2: "Sim."})
    paulo.press("Enviar o parecer")
    paulo.reads("Respondido")
    paulo.follow("Turnos")
    with site.application.app_context():
        a_minute_passes()
    paulo.press("Saí")
    paulo.press("Registrar a saída")
    paulo.reads("Saída registrada. Até a próxima.")


def sees_each_line_with_its_reason(paulo, shift, case):
    paulo.follow("Horas")
    expect(paulo.page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^\d+ min em"))
    lines = paulo.page.locator("section", has=paulo.page.get_by_role("heading", name="Extrato de"))
    expect(lines.get_by_role("link", name=f"Parecer, caso {case}", exact=True)).to_have_attribute(
        "href", f"/cases/{case}"
    )
    expect(lines).to_contain_text(f"feito no turno {shift}, que já paga este tempo")
    expect(lines).to_contain_text(re.compile(r"Regras nº 1: presença de \d+:\d\d a \d+:\d\d; inclui 1 trabalho"))
    lines.get_by_role("link", name=re.compile("^Turno")).first.click()
    paulo.page.wait_for_url(f"**/hours/shifts/{shift}")
    paulo.reads("O que o turno rendeu")


def disputes_the_shift(paulo):
    paulo.page.get_by_role("link", name=re.compile("Contestar ?: Turno")).first.click()
    paulo.write("O que não confere?", LATE)
    paulo.press("Contestar")
    paulo.reads("A gerência ainda vai responder.")
    return paulo.page.url.rsplit("/", 1)[1]


def is_answered(teresa, dispute):
    teresa.follow("Horas")
    teresa.at(f"/credits/disputes/{dispute}")
    teresa.shows(LATE)
    teresa.write("Se aceitar, quantos minutos o lançamento passa a valer", "120")
    teresa.write("Resposta", "A escala e o porteiro confirmam.")
    teresa.press("Aceitar e corrigir")
    teresa.reads("Contestação aceita")


def sees_the_correction(paulo, dispute):
    paulo.at(f"/hours/disputes/{dispute}")
    paulo.shows("A escala e o porteiro confirmam.")
    paulo.follow("Horas")
    paulo.sees_title("2 h em")
    paulo.reads("Correção")


def gets_the_declaration(paulo):
    paulo.follow("Declaração")
    paulo.press("Emitir")
    paulo.reads("A declaração foi emitida.")
    code = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", paulo.page.locator("main").inner_text())[0]
    with paulo.page.expect_download() as given:
        paulo.follow("Baixar PDF")
    said = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(Path(given.value.path())))
    for words in (code, "Dr. Paulo Nogueira", "cumpriu 2 h de horas de crédito", "Dermatologia"):
        assert words in " ".join(said.split())
    return code


def a_stranger_verifies(stranger, code, case):
    stranger.at("/d").write("Código da declaração", code.lower().replace("-", " "))
    stranger.press("Conferir")
    stranger.sees_title("Declaração válida")
    for words in ("Dr. Paulo Nogueira", "2 h"):
        stranger.shows(words)
    assert case not in stranger.page.content()
    stranger.write("Código da declaração", ("1" if code[0] != "1" else "2") + code[1:])
    stranger.press("Conferir")
    stranger.reads("Confira letra por letra: basta uma trocada.")
