"""What is typed in the request form survives another window, a dropped line and a closed page."""

import re

from playwright.sync_api import Locator, expect

from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.extensions import db
from tests import world
from tests.browser.people import Somebody
from tests.browser.windows import PATIENCE, hurried


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
    here, there = (Somebody(hurried(page_for("jonas"))) for _ in range(2))
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
    jonas = Somebody(hurried(page_for("jonas")))
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


def test_what_a_window_never_touched_comes_in_from_the_other_and_nothing_is_asked(page_for, site, watch):
    watch.allowed.append("409")
    here, there = (Somebody(hurried(page_for("jonas"))) for _ in range(2))
    where = begin(here).replace("/clinical", "/patient")
    ref = where.split("/")[-3]
    for window in (here, there):
        window.at(where)
    there.write("Nome completo", "Severina Conceição")
    there.choose("Sexo", "Feminino")
    site.wait_until(lambda: site.draft_of(ref).get("sex") == "female")
    here.write("Nome da mãe", "Josefa")
    expect(here.page.get_by_label("Nome completo")).to_have_value("Severina Conceição", timeout=PATIENCE)
    expect(here.page.get_by_label("Feminino")).to_be_checked()
    expect(here.page.locator("#dois-textos")).to_be_hidden()
    site.wait_until(lambda: site.draft_of(ref).get("mother_name") == "Josefa")
    kept = site.draft_of(ref)
    assert (kept["patient_name"], kept["sex"]) == ("Severina Conceição", "female")


def test_where_both_changed_a_field_only_that_one_is_asked_and_it_is_told_who(page_for, site, watch):
    watch.allowed.append("409")
    here, there = (Somebody(hurried(page_for("jonas"))) for _ in range(2))
    where = begin(here)
    ref = where.split("/")[-3]
    there.at(where)
    there.write("Tratamento já feito e plano", "Nada ainda.")
    there.write("Hipóteses e raciocínio", "Hanseníase?")
    site.wait_until(lambda: site.draft_of(ref).get("assessment") == "Hanseníase?")
    here.write("Tratamento já feito e plano", "Cetoconazol.")
    dialog = here.page.locator("#dois-textos")
    expect(dialog).to_contain_text("Você salvou esta etapa em outra janela.", timeout=PATIENCE)
    expect(dialog.locator("fieldset")).to_have_count(1)
    dialog.get_by_role("button", name="Usar os escolhidos").click()
    expect(here.page.get_by_label("Hipóteses e raciocínio")).to_have_value("Hanseníase?")
    expect(plan(here)).to_have_value("Cetoconazol.")
    site.wait_until(lambda: site.draft_of(ref).get("plan") == "Cetoconazol.")
    assert site.draft_of(ref)["assessment"] == "Hanseníase?"


def test_a_step_of_a_case_handed_over_meanwhile_says_so_and_gives_the_words_back(page_for, site, watch):
    watch.allowed += ["422", "409"]
    ref = site.case_in(State.RETURNED, requester="jonas")
    jonas = Somebody(hurried(page_for("jonas")))
    jonas.at(f"/cases/{ref}/edit/clinical")
    with site.application.app_context():
        case = db.session.scalars(db.select(Case).where(Case.ref == ref)).one()
        world.Walk(case).do("hand_over", to=world.person("marina"), by="rosangela")
    jonas.write("Tratamento já feito e plano", "Voltou com dor.")
    expect(jonas.page.locator(".tc-saved")).to_contain_text("Marina Alves", timeout=PATIENCE)
    jonas.press("Perguntas e arquivos")
    expect(jonas.page.get_by_label("Tratamento já feito e plano")).to_have_value("Voltou com dor.")
