"""What is typed in the request form survives another window, a dropped line and a closed page."""

import re

from playwright.sync_api import Locator, expect

from teleconsult.cases.lifecycle import State
from tests.browser.people import Somebody
from tests.browser.windows import PATIENCE


def begin(jonas: Somebody) -> str:
    """Begin a request and open its clinical step; return where that is."""
    jonas.at("/cases/new").press("Começar")
    jonas.page.wait_for_url("**/edit/patient")
    where = jonas.page.url.replace("/patient", "/clinical")
    jonas.at(where)
    return where


def plan(who: Somebody) -> Locator:
    return who.page.get_by_label("Tratamento já feito e plano")


def test_two_windows_show_both_texts_and_one_chooses(page_for, watch):
    watch.allowed.append("409")
    here, there = (Somebody(page_for("jonas")) for _ in range(2))
    there.at(begin(here))
    here.write("Tratamento já feito e plano", "Cetoconazol por 30 dias.")
    here.is_saved()
    there.write("Tratamento já feito e plano", "Nada ainda.")
    dialog = there.page.locator("#dois-textos")
    expect(dialog).to_be_visible(timeout=PATIENCE)
    expect(dialog).to_contain_text("Cetoconazol por 30 dias.")
    expect(dialog).to_contain_text("Nada ainda.")
    dialog.get_by_text("Cetoconazol por 30 dias.").click()
    dialog.get_by_role("button", name="Usar os escolhidos").click()
    expect(dialog).to_be_hidden()
    expect(plan(there)).to_have_value("Cetoconazol por 30 dias.")


def test_leaving_the_page_saves_what_was_typed_a_moment_ago(page_for):
    jonas = Somebody(page_for("jonas"))
    where = begin(jonas)
    jonas.write("Tratamento já feito e plano", "Antes de sair.")
    jonas.at("/cases/new")
    for _ in range(10):  # The browser sends it while the next page is already asked for.
        jonas.at(where)
        if plan(jonas).input_value():
            break
    assert plan(jonas).input_value() == "Antes de sair."


def test_a_dropped_line_keeps_the_text_in_the_browser_and_sends_it_later(page_for, watch):
    watch.allowed.append("ERR_INTERNET_DISCONNECTED")
    jonas = Somebody(page_for("jonas"))
    begin(jonas)
    jonas.page.context.set_offline(True)
    jonas.write("Tratamento já feito e plano", "Sem linha.")
    expect(jonas.page.locator(".tc-saved")).to_contain_text("guardado neste aparelho")
    assert jonas.page.evaluate("Object.keys(localStorage).length") == 1
    jonas.page.context.set_offline(False)
    jonas.is_saved()
    assert jonas.page.evaluate("Object.keys(localStorage).length") == 0


def test_what_the_server_has_taken_leaves_no_copy_behind(page_for):
    jonas = Somebody(page_for("jonas"))
    begin(jonas)
    jonas.write("Tratamento já feito e plano", "Salvo pelo botão.")
    jonas.press("Salvar e sair")
    expect(jonas.page.get_by_text("Rascunho salvo.")).to_be_visible()
    assert jonas.page.evaluate("Object.keys(localStorage).length") == 0


def test_the_steps_are_a_finger_wide_on_a_telephone_and_lead_where_they_say(page_for, site, watch):
    ref = site.case_in(State.DRAFT)
    page = page_for("marina", phone=True)
    page.goto(f"/cases/{ref}/edit/clinical")
    step = page.get_by_role("list", name="Etapas do pedido").get_by_role("button", name="1. Paciente")
    box = step.bounding_box()
    assert min(box["width"], box["height"]) >= 44
    step.tap()
    expect(page).to_have_url(re.compile(f"/cases/{ref}/edit/patient"))
