"""What is typed into a move outlives the line that drops while it is sent; nobody else finds it."""

import re

import pytest
from playwright.sync_api import expect

from teleconsult.cases.lifecycle import State
from tests.browser.people import Somebody
from tests.browser.windows import sign_in

WORDS = "Glicemia de jejum 132, colhida na terça-feira."
SEND = "main form [type=submit].btn-primary"
DOWN = ["ERR_INTERNET_DISCONNECTED"]


class Typist(Somebody):
    """Somebody who types into the page of a move."""

    def __init__(self, page, path):
        super().__init__(page)
        self.path = path
        self.at(path)

    def again(self):
        self.at(self.path)
        return self

    @property
    def dialog(self):
        return self.page.locator("#dois-textos")

    def field(self, name):
        return self.page.locator(f"main [name={name}]")

    def sends_without_a_line(self, watch):
        watch.allowed += DOWN
        self.page.context.set_offline(True)
        with self.page.expect_event("requestfailed"):
            self.page.locator(SEND).last.click()
        self.page.context.set_offline(False)

    def sends_and_hears_nothing(self, watch):
        """The server takes the form; its answer is lost."""
        watch.allowed += ["ERR_FAILED"]

        def swallow(route):
            route.fetch(max_redirects=0)
            route.abort()

        self.page.route("**/*", lambda route: swallow(route) if route.request.method == "POST" else route.continue_())
        with self.page.expect_event("requestfailed"):
            self.page.locator(SEND).last.click()
        self.page.unroute_all()

    def copies(self):
        return self.page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('tc:draft:'))")


MOVES = [
    ("marina", State.AWAITING_INFORMATION, "supply", "answer_1"),
    ("marina", State.ASSIGNED, "add", "message"),
    ("marina", State.ANSWERED, "follow_up", "question"),
    ("marina", State.CONCLUDED, "reopen", "why"),
    ("marina", State.ASSIGNED, "revoke_consent", "why"),
    ("paulo", State.ASSIGNED, "ask", "note"),
    ("paulo", State.ASSIGNED, "decline", "why"),
    ("paulo", State.ASSIGNED, "escalate", "bring"),
    ("rosangela", State.SUBMITTED, "return", "missing_subjective"),
    ("rosangela", State.IN_PERSON, "counter_refer", "conduct"),
    ("paulo", State.ANSWERED, "opinions/1/correct", "conduct"),
    ("marina", State.CONCLUDED, "outcome", "comment"),
]


@pytest.mark.parametrize(("person", "state", "verb", "name"), MOVES, ids=[row[2] for row in MOVES])
def test_a_move_sent_while_the_line_is_down_is_offered_again(page_for, site, watch, person, state, verb, name):
    ref = site.case_in(state)
    somebody = Typist(page_for(person), f"/cases/{ref}/{verb}")
    before = somebody.field(name).input_value()
    somebody.field(name).fill(WORDS)
    somebody.sends_without_a_line(watch)
    somebody.at("/account").again()
    expect(somebody.dialog).to_contain_text(WORDS)
    expect(somebody.field(name)).to_have_value(before)
    somebody.press("Usar os escolhidos")
    expect(somebody.field(name)).to_have_value(WORDS)


def test_what_was_sent_leaves_no_copy(page_for, site):
    ref = site.case_in(State.ASSIGNED)
    marina = Typist(page_for("marina"), f"/cases/{ref}/add")
    marina.field("message").fill(WORDS)
    marina.page.locator(SEND).last.click()
    marina.reads("Mensagem enviada.")
    assert marina.copies() == []
    marina.again()
    expect(marina.dialog).to_be_hidden()


def test_an_item_saved_on_its_own_leaves_no_copy(page_for, site):
    ref = site.case_in(State.AWAITING_INFORMATION)
    marina = Typist(page_for("marina"), f"/cases/{ref}/supply")
    marina.field("answer_1").fill(WORDS)
    marina.page.locator("[name=save]").first.click()
    marina.reads("Salvo. Falta enviar ao consultor.")
    assert marina.copies() == []


@pytest.mark.parametrize("elsewhere", ["", "/add"], ids=["the case", "the same page"])
def test_an_answer_that_is_lost_on_its_way_back_leaves_no_text_to_send_twice(page_for, site, watch, elsewhere):
    ref = site.case_in(State.ASSIGNED)
    marina = Typist(page_for("marina"), f"/cases/{ref}/add")
    marina.field("message").fill(WORDS)
    marina.sends_and_hears_nothing(watch)
    marina.at(f"/cases/{ref}{elsewhere}")
    marina.page.locator(".tc-me").wait_for()
    assert marina.copies() == []
    expect(marina.dialog).to_be_hidden()


def test_a_form_that_comes_back_keeps_its_copy(page_for, site, watch):
    watch.allowed += ["409", "ERR_INTERNET_DISCONNECTED"]
    ref = site.case_in(State.ASSIGNED)
    paulo = Typist(page_for("paulo"), f"/cases/{ref}/ask")
    paulo.field("items-0").fill("Hemograma")
    site.add(ref, "Piorou hoje.", by="marina")
    paulo.page.locator(SEND).last.click()
    paulo.reads("O caso mudou enquanto você escrevia")
    paulo.sends_without_a_line(watch)
    paulo.again()
    expect(paulo.dialog).to_contain_text("Hemograma")


def test_rows_that_came_by_a_button_come_back_too(page_for, site, watch):
    ref = site.case_in(State.ASSIGNED)
    paulo = Typist(page_for("paulo"), f"/cases/{ref}/ask")
    paulo.press("Mais linhas")
    paulo.field("items-4").fill("Hemograma")
    paulo.sends_without_a_line(watch)
    paulo.again()
    expect(paulo.dialog).to_contain_text("Hemograma")
    paulo.press("Usar os escolhidos")
    expect(paulo.field("items-4")).to_have_value("Hemograma")


def test_a_text_put_off_stays_until_it_is_chosen(page_for, site, watch):
    ref = site.case_in(State.ANSWERED)
    marina = Typist(page_for("marina"), f"/cases/{ref}/follow_up")
    marina.field("question").fill(WORDS)
    marina.sends_without_a_line(watch)
    marina.again().press("Decidir depois")
    marina.again()
    expect(marina.dialog).to_contain_text(WORDS)


def test_signing_out_wipes_it_and_another_person_is_not_offered_it(page_for, site, watch):
    ref = site.case_in(State.ASSIGNED)
    marina = Typist(page_for("marina", fresh=True), f"/cases/{ref}/add")
    marina.field("message").fill(WORDS)
    marina.sends_without_a_line(watch)
    marina.at("/account")
    assert marina.copies()
    marina.page.locator(".tc-me summary").click()
    marina.press("Sair")
    expect(marina.page).to_have_url(re.compile("/sign-in"))
    assert marina.copies() == []
    sign_in(marina.page, "paulo")
    marina.again()
    expect(marina.dialog).to_be_hidden()
    expect(marina.field("message")).to_have_value("")


def test_a_copy_is_offered_to_nobody_else_when_the_session_just_ended(page_for, site, watch):
    ref = site.case_in(State.ASSIGNED)
    marina = Typist(page_for("marina", fresh=True), f"/cases/{ref}/add")
    marina.field("message").fill(WORDS)
    marina.sends_without_a_line(watch)
    marina.page.context.clear_cookies()
    sign_in(marina.page, "paulo")
    marina.again()
    assert marina.copies()
    expect(marina.dialog).to_be_hidden()
    expect(marina.field("message")).to_have_value("")


@pytest.mark.parametrize("elsewhere", ["language", "search"])
def test_another_form_of_the_page_does_not_take_away_unasked_what_was_typed(page_for, elsewhere):
    page, asked = page_for("teresa"), []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    somebody = Typist(page, "/people/new")
    somebody.field("name").fill("Iara Monteiro")
    if elsewhere == "search":
        page.locator("header input[name=q]").fill("TC-2K3Q9A")
        page.keyboard.press("Enter")
    else:
        page.locator(".tc-me summary").click()
        page.locator(".tc-menu [name=locale][value=en]").click()
    expect(somebody.field("name")).to_have_value("Iara Monteiro")
    assert asked == ["beforeunload"]
