"""The queue by keyboard alone, and what scripts add to lists, menus and files."""

import re

import pytest
from playwright.sync_api import expect

from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.extensions import db, transaction
from teleconsult.notices import actions as notices
from tests import world
from tests.browser.people import Somebody
from tests.browser.story import photograph


def focused(page):
    return page.locator(":focus")


@pytest.fixture
def waiting(site):
    """Return the references of two cases that wait at the desk."""
    return [site.case_in(State.SUBMITTED) for _case in range(2)]


def test_a_case_is_given_out_by_keyboard_alone_from_the_door_on(page_for, waiting):
    page = page_for()
    page.goto("/sign-in")
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_text("Pular para o conteúdo")
    page.locator("[name=who]").focus()
    page.keyboard.type("rosangela@rede.example")
    page.keyboard.press("Tab")
    page.keyboard.type(world.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk*")

    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-bulk-say]")).to_have_text("1 caso marcado.")
    give = page.get_by_role("button", name="Distribuir os marcados")
    give.focus()
    page.keyboard.press("Enter")
    chosen = page.get_by_role("combobox").first
    chosen.focus()
    page.keyboard.press("ArrowDown")
    page.get_by_label("Motivo").focus()
    page.keyboard.type("Combinado com a equipe.")
    page.get_by_role("button", name="Distribuir", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/given")


def test_notices_on_one_line_are_come_to_opened_and_left_by_keyboard(page_for, site):
    with site.application.app_context(), transaction():
        for n in range(5):
            notices.tell([world.person("bia")], "case.unassigned", subject=f"TC-50{n}")
    page = page_for("bia")  # of whom no other test wants anything
    page.goto("/notices")
    page.keyboard.press("j")
    line, first = focused(page), page.get_by_role("link", name="TC-500")
    expect(line).to_contain_text("5 avisos")
    expect(first).to_be_hidden()
    page.keyboard.press("Enter")
    expect(first).to_be_visible()
    ring, top = line.bounding_box(), page.get_by_role("link", name="TC-504").bounding_box()
    assert top["y"] > ring["y"] + ring["height"], "the ring of the line lay over the first of its links"
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_text("TC-504")


def test_the_keys_of_the_queue_walk_mark_search_and_explain_themselves(page_for, waiting):
    page = page_for("rosangela")
    rows = page.locator("[data-keys] > li")
    page.keyboard.press("j")
    first = focused(page)
    expect(first).to_have_class(re.compile("tc-row__name"))
    name = first.inner_text()
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert focused(page).inner_text() == name
    page.keyboard.press("x")
    expect(rows.locator("input:checked")).to_have_count(1)
    page.keyboard.press("?")
    expect(page.locator("#atalhos")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#atalhos")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#busca")).to_be_focused()


def test_one_key_leads_from_the_list_to_its_buttons_and_one_to_the_case_beside_it(page_for, waiting):
    """They lay behind all rows of the page: on a full one who had marked two cases went through forty stops to give them out."""
    page = page_for("rosangela")
    page.goto("/desk")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("d")
    expect(focused(page)).to_have_text("Distribuir os marcados")
    expect(focused(page)).to_be_in_viewport()
    page.keyboard.press("j")
    name = focused(page).inner_text()
    page.keyboard.press("p")
    expect(page.locator("[data-preview-at] :focus")).to_have_count(1)
    page.keyboard.press("j")
    expect(focused(page)).to_have_text(name)
    page.keyboard.press("?")
    expect(page.locator("#atalhos")).to_contain_text("ir ao botão que distribui")


def test_one_box_marks_them_all_and_says_how_many(page_for, waiting):
    page = page_for("rosangela")
    boxes = page.locator("[data-keys] input[type=checkbox]")
    page.locator("[data-bulk-all] input").check()
    expect(page.locator("[data-bulk-say]")).to_have_text(f"{boxes.count()} casos marcados.")
    boxes.first.uncheck()
    expect(page.locator("[data-keys] input:checked")).to_have_count(boxes.count() - 1)


def test_who_comes_back_to_the_queue_finds_marked_what_they_had_marked(page_for, site, waiting):
    """The browser had put the marks back by their place in the list, onto the cases that had moved up meanwhile."""
    page = page_for("rosangela")
    while not page.locator(
        f"li:has(a[href$='{waiting[1]}'])"
    ).count():  # other journeys have left cases that are due before it
        page.get_by_role("link", name="Seguintes").click()
    page.locator(f"li:has(a[href$='{waiting[1]}'])").get_by_role("checkbox").check()
    page.get_by_role("button", name="Distribuir os marcados").click()
    page.wait_for_url("**/desk/assign")
    with site.application.app_context():
        world.Walk(db.session.scalars(db.select(Case).where(Case.ref == waiting[0])).one()).assign()
    page.go_back()
    expect(page.locator(f"li:has(a[href$='{waiting[0]}'])")).to_have_count(0)
    expect(page.locator("[data-keys] input:checked")).to_have_count(1)
    expect(page.locator(f"li:has(a[href$='{waiting[1]}'])").get_by_role("checkbox")).to_be_checked()
    expect(page.locator("[data-bulk-say]")).to_have_text("1 caso marcado.")


def test_without_scripts_the_marks_do_not_go_over_to_other_cases(page_for, site, waiting):
    page = page_for("rosangela", java_script_enabled=False)
    while not page.locator(f"li:has(a[href$='{waiting[1]}'])").count():
        page.get_by_role("link", name="Seguintes").click()
    page.locator(f"li:has(a[href$='{waiting[0]}'])").get_by_role("checkbox").check()
    page.get_by_role("button", name="Distribuir os marcados").click()
    page.wait_for_url("**/desk/assign")
    with site.application.app_context():
        world.Walk(db.session.scalars(db.select(Case).where(Case.ref == waiting[0])).one()).assign()
    page.go_back()
    expect(page.locator(f"li:has(a[href$='{waiting[0]}'])")).to_have_count(0)
    expect(page.locator("[data-keys] input:checked")).to_have_count(0)


def test_enter_opens_the_row_that_has_the_focus(page_for, waiting):
    page = page_for("rosangela")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/cases/TC-"))


def test_the_menu_of_the_account_closes_with_escape(page_for):
    page = page_for("marina")
    page.locator(".tc-me summary").click()
    expect(page.locator(".tc-menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".tc-menu")).to_be_hidden()


def test_codes_are_found_and_chosen_with_the_arrows_and_taken_away_again(page_for, site):
    page = page_for("marina")
    page.goto(f"/cases/{site.case_in(State.DRAFT)}/edit/clinical")
    combo = page.get_by_label("Problemas e diagnósticos").first
    combo.fill("A30")
    expect(combo).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(1)
    page.keyboard.press("Enter")
    chosen = page.locator("[data-chosen] li")
    expect(chosen).to_have_count(1)
    chosen.get_by_role("button").click()
    expect(chosen).to_have_count(0)


def test_enter_chooses_nothing_from_the_answer_to_words_typed_before(page_for, site):
    page = page_for("marina")
    page.goto(f"/cases/{site.case_in(State.DRAFT)}/edit/clinical")
    combo, chosen = page.get_by_label("Problemas e diagnósticos").first, page.locator("[data-chosen] li")
    combo.fill("asma")
    expect(combo).to_have_attribute("aria-expanded", "true")
    combo.fill("A30")
    page.keyboard.press("Enter")
    expect(page.get_by_role("option").first).to_contain_text("A30")
    expect(chosen).to_have_count(0)
    page.keyboard.press("Enter")
    expect(chosen).to_contain_text("A30")


def test_of_what_is_only_like_the_words_enter_alone_takes_nothing(page_for, site):
    page = page_for("marina")
    page.goto(f"/cases/{site.case_in(State.DRAFT)}/edit/clinical")
    combo, chosen = page.get_by_label("Problemas e diagnósticos").first, page.locator("[data-chosen] li")
    combo.fill("hanseniaze")
    expect(page.get_by_role("option").first).to_contain_text("parecido")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator("[role=option][aria-selected=true]")).to_contain_text("A30")
    expect(chosen).to_have_count(0)
    page.keyboard.press("Enter")
    expect(chosen).to_contain_text("Hanseníase")


def test_words_that_nobody_chose_a_code_for_go_on_as_they_are(page_for, site):
    page = page_for("marina")
    ref = site.case_in(State.DRAFT)
    page.goto(f"/cases/{ref}/edit/clinical")
    page.get_by_label("Motivo").first.fill("Tosse há duas semanas")
    page.get_by_label("História").first.fill("Sem febre.")
    page.get_by_label("Problemas e diagnósticos").first.fill("tosse que não passa")
    page.get_by_role("button", name="Perguntas e arquivos").last.click()
    page.wait_for_url("**/edit/questions")
    page.goto(f"/cases/{ref}/edit/clinical")
    expect(page.locator("[data-chosen]")).to_contain_text("tosse que não passa")
    page.get_by_label("Problemas e diagnósticos").first.fill("e de noite piora")
    page.get_by_role("link", name="Meus casos").first.click()
    page.wait_for_url("**/mine")
    site.wait_until(lambda: "e de noite piora" in site.draft_of(ref)["problems"])
    page.goto(f"/cases/{ref}/edit/clinical")
    expect(page.locator("[data-chosen]")).to_contain_text("e de noite piora")


def test_a_file_that_is_refused_is_named_and_the_others_are_kept(page_for, site, watch):
    watch.allowed += ["422"]
    marina = Somebody(page_for("marina"))
    marina.at(f"/cases/{site.case_in(State.ASSIGNED)}")
    good, bad = ("dorso.jpg", "image/jpeg"), ("programa.jpg", "image/jpeg")
    files = [
        {"name": good[0], "mimeType": good[1], "buffer": photograph((120, 160, 90))},
        {"name": bad[0], "mimeType": bad[1], "buffer": b"\x7fELF" + b"\0" * 400},
    ]
    marina.page.locator("input[type=file][multiple]").set_input_files(files)
    expect(marina.page.locator("#arquivos")).to_contain_text("dorso")
    refused = marina.page.locator(".tc-sending__row.is-bad")
    expect(refused).to_contain_text("programa.jpg")
    expect(refused.get_by_role("button")).to_have_count(0)


def test_what_is_said_when_all_are_through_names_the_one_that_was_refused(page_for, site, watch):
    watch.allowed += ["422"]
    page = page_for("marina")
    page.goto(f"/cases/{site.case_in(State.DRAFT)}/edit/questions")
    said = page.locator("[data-say]")
    bad = {"name": "programa.jpg", "mimeType": "image/jpeg", "buffer": b"\x7fELF" + b"\0" * 400}
    good = [
        {"name": f"folha {n}.jpg", "mimeType": "image/jpeg", "buffer": photograph((90, 120, 20 * n))} for n in (1, 2)
    ]
    page.locator("input[type=file][multiple]").set_input_files([good[0], bad, good[1]])
    expect(page.locator("#arquivos > li")).to_have_count(2)
    expect(said).to_contain_text("2 arquivos enviados. programa.jpg: ")


def test_a_file_that_was_sent_and_not_heard_of_stands_there_once(page_for, site):
    page = page_for("marina")
    page.goto(f"/cases/{site.case_in(State.DRAFT)}/edit/questions")
    photo = {"name": "dorso.jpg", "mimeType": "image/jpeg", "buffer": photograph((90, 120, 160))}
    expect(page.get_by_text("Nenhum arquivo ainda")).to_be_visible()
    for _again in range(2):
        with page.expect_response(lambda answer: answer.request.method == "POST" and answer.status == 201):
            page.locator("input[type=file][multiple]").set_input_files([photo])
        expect(page.locator(".tc-sending__row")).to_have_count(0)
    expect(page.locator("#arquivos > li")).to_have_count(1)
    expect(page.get_by_text("Nenhum arquivo ainda")).to_be_hidden()


def test_photos_stand_in_the_order_in_which_they_were_chosen(page_for, site):
    page = page_for("marina")
    page.goto(f"/cases/{site.case_in(State.DRAFT)}/edit/questions")
    # The first is the slowest to come: pages that are sent side by side would pass it.
    sizes = (3_000_000, 0, 400_000, 0)
    pages = [
        {
            "name": f"folha {n}.jpg",
            "mimeType": "image/jpeg",
            "buffer": photograph((90, 120, 20 * n))[:-2] + b"\0" * size + b"\xff\xd9",
        }
        for n, size in enumerate(sizes, 1)
    ]
    page.locator("input[type=file][multiple]").set_input_files(pages)
    shown = page.locator("#arquivos > li")
    expect(shown).to_have_count(len(pages))
    for n, line in enumerate(shown.all(), 1):
        expect(line).to_contain_text(f"folha {n}.jpg")


def test_who_tabs_comes_to_the_cases_past_menu_and_filters(page_for, waiting):
    page = page_for("rosangela")
    page.goto("/desk")
    for way in ("Pular para o conteúdo", "Pular para os casos"):
        page.keyboard.press("Tab")
        expect(focused(page)).to_have_text(way)
        expect(focused(page)).to_be_in_viewport()
        page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_attribute("name", "case")


def test_a_button_is_not_said_to_lack_what_has_been_filled_in(page_for, site):
    """It was hidden and went on describing the button: whoever listens heard that all four were still to be filled in."""
    page = page_for("paulo")
    page.goto(f"/cases/{site.case_in(State.ASSIGNED)}")
    send = page.get_by_role("button", name="Enviar o parecer")
    expect(send).to_have_accessible_description(re.compile("a resposta 1.*os sinais de alerta", re.DOTALL))
    for name in ("answer_1", "answer_2", "conduct"):
        page.locator(f"[name={name}]").fill("Sim.")
    expect(send).to_have_accessible_description(re.compile("preencha:\\s+os sinais de alerta$"))
    page.locator("[name=red_flags]").fill("Febre.")
    expect(send).to_have_accessible_description("")
    page.locator("[name=red_flags]").fill("")
    expect(send).to_have_accessible_description(re.compile("os sinais de alerta$"))


def test_each_answer_is_in_the_group_of_what_was_asked_for(page_for, site):
    """Every field was called “Resposta”, and whoever came to it by Tab did not hear to what."""
    page = page_for("marina")
    page.goto(f"/cases/{site.case_in(State.AWAITING_INFORMATION)}/supply")
    asked = page.get_by_role("group").filter(has=page.get_by_label("Resposta"))
    expect(asked).to_have_count(page.locator("textarea[name^=answer_]").count())
    for number, group in enumerate(asked.all(), 1):
        expect(group).to_have_accessible_name(re.compile(f"^{number}\\. ."))


def test_what_is_left_to_answer_is_named_and_leads_to_its_own_field(page_for, site):
    ref = site.case_in(State.ASSIGNED)
    page = page_for("paulo")
    page.goto(f"/cases/{ref}")
    page.get_by_role("link", name=re.compile("falta responder.*Posso tratar na unidade")).press("Enter")
    expect(page.locator("#answer_2")).to_be_focused()
    expect(page.get_by_text("2. Posso tratar na unidade?")).to_be_in_viewport()
