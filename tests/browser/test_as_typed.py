"""What was pasted in lines is read in lines: run together, figures of two lines read as one. And what takes words away says so."""

import pytest
from playwright.sync_api import expect

from teleconsult.cases.lifecycle import State

LINES = "Piora há 3 d\n1) troco o creme?\n2) retorno em 10 d?"


def test_a_question_keeps_its_lines_on_the_page_for_the_one_who_answers_and_on_paper(page_for, site):
    ref = site.case_in(State.ANSWERED)
    page = page_for("marina")
    page.goto(f"/cases/{ref}/follow_up")
    page.get_by_label("Sua dúvida").fill(LINES)
    page.get_by_role("button", name="Perguntar de novo").click()
    page.wait_for_url(f"**/cases/{ref}*")
    assert page.locator(".tc-ask", has_text="troco").first.inner_text() == LINES
    page.goto(f"/cases/{ref}/print")
    assert page.locator("dd", has_text="troco").first.inner_text() == LINES
    paulo = page_for("paulo")
    paulo.goto(f"/cases/{ref}")
    assert LINES in paulo.locator("label", has_text="troco").first.inner_text()


def test_the_reason_of_a_priority_keeps_its_lines(page_for, site):
    ref = site.case_in(State.SUBMITTED)
    page = page_for("marina")
    page.goto(f"/cases/{ref}/reprioritise")
    page.get_by_label("Urgente").check()
    page.locator("[name=why]").fill(LINES)
    page.locator("main form [type=submit], main form .btn-primary").first.click()
    page.wait_for_url(f"**/cases/{ref}*")
    assert LINES in page.locator("p", has_text="Prioridade urgente: Piora").inner_text()


def test_the_languages_stand_under_their_word(page_for):
    page = page_for("marina")
    page.locator(".tc-me summary").click()
    word, names = page.locator(".tc-menu .tc-menu__say .tc-i").first, page.locator(".tc-menu .tc-linkish").first
    assert abs(word.bounding_box()["x"] - names.bounding_box()["x"]) <= 2


@pytest.mark.parametrize("scripts", [True, False])
def test_that_files_go_at_once_is_said_where_they_do(page_for, site, scripts):
    ref = site.case_in(State.ASSIGNED)
    page = page_for("marina", java_script_enabled=scripts)
    page.goto(f"/cases/{ref}/add")
    said = page.get_by_text("são enviados assim que você os escolhe")
    expect(said).to_be_visible() if scripts else expect(said).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False])
def test_without_scripts_it_is_said_that_another_language_takes_what_is_written(page_for, site, scripts):
    """The page was opened anew in the other language, empty, without a word; with scripts it is asked, or kept."""
    ref = site.case_in(State.ASSIGNED)
    page = page_for("marina", java_script_enabled=scripts)
    page.goto(f"/cases/{ref}/add")
    page.locator(".tc-me summary").click()
    said = page.get_by_text("se perde quando o idioma muda")
    expect(said).to_be_visible() if not scripts else expect(said).to_be_hidden()
