"""Nothing typed is lost: not by a dropped line, a session that ran out, another window, or a closed lid."""

import re

import pytest
from playwright.sync_api import expect

from teleconsult.cases.lifecycle import State
from tests.attachments import samples
from tests.browser.people import Somebody
from tests.browser.windows import sign_in

STORY = "Dor lombar há três meses, pior ao deitar."
PAUSE = 3_500
"""Milliseconds after which a draft saves itself, and a little."""

NO_ANSWER = 31_000
"""Milliseconds after which a save that nobody answers is given up, and a little."""

CHECKED = 181_000
"""As long for a file that has left: the server may still be looking at it."""


class Writer(Somebody):
    """Somebody who writes a draft, in a browser whose clock can be pushed on."""

    def begin(self, ref, step="clinical"):
        self.page.clock.install()
        return self.at(f"/cases/{ref}/edit/{step}")

    @property
    def story(self):
        return self.page.get_by_label("História")

    @property
    def dialog(self):
        return self.page.locator("#dois-textos")

    def type(self, text=STORY):
        self.story.fill(text)
        self.wait_a_moment()

    def wait_a_moment(self):
        self.page.clock.fast_forward(PAUSE)

    def is_told(self, words):
        expect(self.page.locator(".tc-saved[role=status]")).to_contain_text(words)

    def keeps(self, copies):
        """Wait until the browser keeps so many copies of unsent text."""
        script = "copies => Object.keys(localStorage).filter(key => key.startsWith('tc:draft:')).length === copies"
        self.page.wait_for_function(script, arg=copies)


@pytest.fixture
def ref(site):
    return site.case_in(State.DRAFT)


@pytest.fixture
def marina(page_for, ref):
    return Writer(page_for("marina")).begin(ref)


def test_what_is_typed_is_saved_by_itself_and_no_copy_stays(marina, ref):
    marina.type()
    marina.is_saved()
    marina.keeps(0)
    marina.at(f"/cases/{ref}/edit/clinical")
    expect(marina.story).to_have_value(STORY)


def test_a_lost_line_keeps_the_text_in_the_browser_until_it_is_back(marina, watch):
    watch.allowed += ["ERR_INTERNET_DISCONNECTED"]
    marina.page.context.set_offline(True)
    marina.type()
    marina.is_told("Sem conexão: guardado neste aparelho")
    marina.keeps(1)
    marina.page.context.set_offline(False)
    marina.is_saved()
    marina.keeps(0)


def test_a_line_that_stands_still_is_taken_for_lost_and_the_text_saved_when_it_moves_again(marina, watch):
    """Nothing fails on such a line: the first page says “Salvo” of what lies on the way, and would save no more."""
    watch.allowed += ["ERR_FAILED"]
    marina.page.route("**/draft?step=*", lambda _route: None)  # neither let through nor refused
    with marina.page.expect_request("**/draft?step=*"):
        marina.type()
    marina.page.clock.fast_forward(NO_ANSWER)
    marina.is_told("Sem conexão: guardado neste aparelho")
    marina.keeps(1)
    marina.page.unroute_all()
    marina.page.clock.fast_forward(2 * PAUSE)
    marina.is_saved()
    marina.keeps(0)


def test_a_file_on_a_slow_line_is_given_the_time_that_it_takes(marina, ref):
    """Of 4 MB that the system took at once nothing was heard for 200 seconds at 20 kB/s, and a line that lived was cut."""
    marina.at(f"/cases/{ref}/edit/questions")
    marina.page.route("**/files", lambda _route: None)
    with marina.page.expect_request("**/files"):
        marina.page.locator("input[type=file][multiple]").set_input_files(
            {"name": "exame.jpg", "mimeType": "image/jpeg", "buffer": b"x" * 4_000_000}
        )
    row = marina.page.locator("[data-list] li")
    marina.page.clock.fast_forward(CHECKED)
    marina.page.wait_for_timeout(300)
    assert "A conexão caiu" not in row.inner_text()
    marina.page.clock.fast_forward(200_000)
    expect(row).to_contain_text(LOST)


NAMES = ("frente.jpg", "lado.jpg")
LOST = "A conexão caiu. O arquivo será enviado quando ela voltar."


def choose(marina):
    """Choose two files to send."""
    files = [
        {"name": name, "mimeType": "image/jpeg", "buffer": samples.picture(size=(64 + 8 * number, 48))}
        for number, name in enumerate(NAMES)
    ]
    marina.page.locator("input[type=file][multiple]").set_input_files(files)


def posted(page):
    """Return the names of the files that are sent from now on, each time."""
    found = []
    page.on(
        "request", lambda request: found.append(request.headers["x-file-name"]) if request.method == "POST" else None
    )
    return found


def test_files_whose_line_was_lost_go_on_by_themselves_when_it_is_back_and_once(marina, ref, watch):
    watch.allowed += ["ERR_INTERNET_DISCONNECTED"]
    marina.at(f"/cases/{ref}/edit/questions")
    marina.page.context.set_offline(True)
    choose(marina)
    rows = marina.page.locator("[data-list] li")
    expect(rows.filter(has_text=LOST)).to_have_count(2)
    sent = posted(marina.page)
    marina.page.context.set_offline(False)
    expect(marina.page.locator("#arquivos li")).to_have_count(2)
    expect(rows).to_have_count(0)
    marina.page.clock.fast_forward(10 * PAUSE)
    assert sent == list(NAMES)


def test_a_line_that_is_back_unsaid_is_found_and_what_had_arrived_is_kept_once(marina, ref, watch):
    """The browser says nothing of a line that stood behind a network that was there; and of one file only the answer was lost."""
    watch.allowed += ["ERR_FAILED"]
    marina.at(f"/cases/{ref}/edit/questions")

    def lose_answer(route):
        route.fetch()
        route.abort()

    marina.page.route("**/files", lose_answer, times=1)
    marina.page.route("**/health", lambda route: route.abort(), times=1)
    choose(marina)
    expect(marina.page.locator("#arquivos li")).to_have_count(1)
    marina.reads(LOST)
    with marina.page.expect_event("requestfailed"):
        marina.page.clock.fast_forward(PAUSE)
    expect(marina.page.locator("[data-list] li")).to_have_count(1)
    marina.page.clock.fast_forward(2 * PAUSE)
    expect(marina.page.locator("[data-list] li")).to_have_count(0)
    expect(marina.page.locator("#arquivos li")).to_have_count(2)
    marina.at(f"/cases/{ref}/edit/questions")
    expect(marina.page.locator("#arquivos li")).to_have_count(2)


def test_a_file_that_is_lost_each_time_waits_for_its_button_and_one_that_is_cancelled_stays(marina, ref, watch):
    watch.allowed += ["ERR_FAILED"]
    marina.at(f"/cases/{ref}/edit/questions")
    marina.page.route("**/files", lambda route: route.abort())
    sent = posted(marina.page)
    choose(marina)
    rows = marina.page.locator("[data-list] li")
    expect(rows.filter(has_text=LOST)).to_have_count(2)
    rows.first.get_by_role("button", name="Cancelar frente.jpg").click()
    expect(rows.first).to_contain_text("cancelado")
    for wait in (PAUSE, 2 * PAUSE, 4 * PAUSE):
        with marina.page.expect_event("requestfailed"):
            marina.page.clock.fast_forward(wait)
    expect(rows.last).to_contain_text("A conexão caiu. O arquivo não foi enviado.")
    marina.page.clock.fast_forward(60_000)
    marina.page.wait_for_timeout(300)
    assert sent == [*NAMES, "lado.jpg", "lado.jpg", "lado.jpg"]
    marina.page.unroute_all()
    rows.last.get_by_role("button", name="Tentar de novo: lado.jpg").click()
    expect(marina.page.locator("#arquivos")).to_contain_text("lado.jpg")
    expect(rows).to_have_count(1)


def test_a_file_on_a_line_that_stands_still_can_be_sent_again(marina, ref):
    marina.at(f"/cases/{ref}/edit/questions")
    marina.page.route("**/files*", lambda _route: None)
    file = {"name": "antebraço.jpg", "mimeType": "image/jpeg", "buffer": samples.picture()}
    with marina.page.expect_request("**/files*"):
        marina.page.locator("input[type=file][multiple]").set_input_files(file)
    marina.page.clock.fast_forward(CHECKED)
    marina.reads("A conexão caiu. O arquivo será enviado quando ela voltar.")
    marina.page.unroute_all()
    marina.page.get_by_role("button", name="Tentar de novo: antebraço.jpg").click()
    expect(marina.page.locator("#arquivos")).to_contain_text("antebraço.jpg")


def test_who_stays_for_a_file_on_its_way_goes_on_saving_and_may_press_again(marina, ref, site):
    """Asked whether to leave the file behind, one stayed: from then on nothing typed was saved, below “Salvo”."""
    marina.at(f"/cases/{ref}/edit/questions")
    asked = []
    marina.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    marina.page.route("**/files", lambda _route: None)
    question = marina.within("Pergunta 1").get_by_label("O que você quer saber")
    with marina.page.expect_request("**/files"):
        choose(marina)
    question.fill("Antes de apertar.")
    for presses in (1, 2):
        marina.page.get_by_role("button", name="Revisar e enviar").last.click(no_wait_after=True)
        site.wait_until(lambda presses=presses: marina.page.title() and len(asked) == presses)
    assert asked == ["beforeunload"] * 2
    marina.wait_a_moment()
    site.wait_until(lambda: marina.page.title() and site.draft_of(ref).get("question_1") == "Antes de apertar.")
    question.press_sequentially(" E depois.")
    marina.wait_a_moment()
    site.wait_until(
        lambda: marina.page.title() and site.draft_of(ref).get("question_1") == "Antes de apertar. E depois."
    )


def test_what_is_typed_on_a_page_that_was_stopped_is_saved(marina, ref, site):
    marina.page.route("**/edit/clinical", lambda route: route.abort("aborted"))
    with marina.page.expect_event("requestfailed"):
        marina.page.get_by_role("button", name="Perguntas e arquivos").last.click(no_wait_after=True)
    marina.story.press_sequentially(STORY)
    marina.wait_a_moment()
    site.wait_until(lambda: marina.page.title() and site.draft_of(ref).get("subjective") == STORY)


@pytest.mark.parametrize("saved_before", [False, True])
def test_a_form_sent_while_the_line_is_down_keeps_its_text_over_other_pages(marina, ref, watch, saved_before):
    watch.allowed += ["ERR_INTERNET_DISCONNECTED"]
    if saved_before:
        marina.type("Antes.")
        marina.is_saved()
    marina.page.context.set_offline(True)
    marina.story.fill(STORY)
    with marina.page.expect_event("requestfailed"):
        marina.press("Perguntas e arquivos")
    marina.page.context.set_offline(False)
    for elsewhere in ("/", f"/cases/{ref}/edit/questions"):
        marina.at(elsewhere)
        marina.keeps(1)
    marina.at(f"/cases/{ref}/edit/clinical")
    expect(marina.dialog).to_contain_text(STORY)
    marina.press("Usar os escolhidos")
    expect(marina.story).to_have_value(STORY)
    marina.wait_a_moment()
    marina.is_saved()
    marina.keeps(0)


@pytest.mark.parametrize("saved_before", [False, True])
def test_a_step_sent_by_its_button_leaves_no_copy(marina, ref, watch, saved_before):
    watch.allowed += ["422"]
    if saved_before:
        marina.type("Antes.")
        marina.is_saved()
    marina.story.fill(STORY)
    marina.press("Perguntas e arquivos")
    expect(marina.page).to_have_url(
        re.compile(f"/cases/{ref}/edit/clinical")
    )  # something is lacking: the same step again
    marina.press("Salvar e sair")
    expect(marina.page.get_by_text("Rascunho salvo.")).to_be_visible()
    marina.keeps(0)
    marina.at(f"/cases/{ref}/edit/clinical")
    marina.story.fill(STORY + " E ao andar.")
    marina.press("Voltar")
    expect(marina.page).to_have_url(re.compile(f"/cases/{ref}/edit/patient"))
    marina.keeps(0)


def test_an_opinion_sent_while_the_line_is_down_keeps_its_text_over_other_pages(page_for, site, watch):
    watch.allowed += ["ERR_INTERNET_DISCONNECTED"]
    ref = site.case_in(State.ASSIGNED)
    paulo = Writer(page_for("paulo"))
    paulo.at(f"/cases/{ref}/answer")
    paulo.page.context.set_offline(True)
    paulo.write("Conduta", STORY)
    with paulo.page.expect_event("requestfailed"):
        paulo.press("Enviar o parecer")
    paulo.page.context.set_offline(False)
    paulo.at("/waiting")
    paulo.keeps(1)
    paulo.at(f"/cases/{ref}/answer")
    expect(paulo.dialog).to_contain_text(STORY)


def test_a_session_that_ran_out_offers_the_text_again_after_signing_in(marina, ref, site, watch):
    watch.allowed += ["401"]
    site.end_sessions("marina")
    marina.type()
    marina.is_told("A sessão terminou: guardado neste aparelho")
    marina.at(f"/cases/{ref}/edit/clinical")
    sign_in(marina.page, "marina")
    expect(marina.page).to_have_url(re.compile(f"/cases/{ref}/edit/clinical"))
    expect(marina.dialog).to_be_visible()
    marina.press("Decidir depois")
    marina.at(f"/cases/{ref}/edit/clinical")
    expect(marina.dialog).to_contain_text(STORY)
    marina.press("Usar os escolhidos")
    expect(marina.story).to_have_value(STORY)
    marina.wait_a_moment()
    marina.is_saved()
    marina.keeps(0)


def test_signing_out_wipes_the_copies_of_this_person(page_for, ref, watch):
    watch.allowed += ["ERR_FAILED"]
    marina = Writer(page_for("marina", fresh=True)).begin(ref)
    marina.page.route("**/draft?step=*", lambda route: route.abort())
    marina.type()
    marina.is_told("Sem conexão: guardado neste aparelho")
    marina.page.locator(".tc-me summary").click()
    marina.press("Sair")
    expect(marina.page).to_have_url(re.compile("/sign-in"))
    marina.keeps(0)


def test_two_windows_on_one_field_show_both_texts(marina, page_for, ref, watch):
    watch.allowed += ["409"]
    other = Writer(page_for("marina")).begin(ref)
    other.type("O que a outra janela escreveu.")
    other.is_saved()
    marina.type("O que esta janela escreveu.")
    expect(marina.dialog).to_contain_text("Há dois textos deste rascunho")
    field = marina.dialog.get_by_role("group", name="História")
    expect(field).to_contain_text("O que a outra janela escreveu.")
    field.get_by_role("radio", name="No servidor").check()
    marina.press("Usar os escolhidos")
    expect(marina.story).to_have_value("O que a outra janela escreveu.")
    marina.page.get_by_label("Exame físico e resultados").fill("Lasègue negativo.")
    marina.wait_a_moment()
    marina.is_saved()


def test_leaving_the_page_at_once_saves_what_was_typed(marina, ref, site):
    marina.story.fill(STORY)
    marina.at("/account")
    site.wait_until(lambda: site.draft_of(ref).get("subjective") == STORY)
    marina.at(f"/cases/{ref}/edit/clinical")
    expect(marina.story).to_have_value(STORY)
    expect(marina.dialog).to_be_hidden()


def test_leaving_the_page_at_once_after_the_session_ended_offers_no_form_that_answers_with_data(page_for, site, watch):
    """The last save of the page was kept like a form: sent again by its button, it answered with a line of JSON."""
    watch.allowed += ["401"]
    ref = site.case_in(State.DRAFT, requester="jonas")
    jonas = Writer(page_for("jonas", fresh=True)).begin(ref)
    site.end_sessions("jonas")
    jonas.story.fill(STORY)
    jonas.at(f"/cases/{ref}/edit/clinical")
    sign_in(jonas.page, "jonas")
    expect(jonas.dialog).to_contain_text(STORY)
    expect(jonas.page.get_by_text("Há um formulário seu que não chegou a ser enviado.")).to_have_count(0)


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_a_form_posted_after_the_session_ended_comes_back_after_signing_in(page_for, site, watch, script):
    watch.allowed += ["401"]
    ref = site.case_in(State.ANSWERED, requester="jonas")
    jonas = Somebody(page_for("jonas", fresh=True, java_script_enabled=script), script=script)
    jonas.at(f"/cases/{ref}/follow_up").write("Sua dúvida", STORY)
    site.end_sessions("jonas")
    jonas.press("Perguntar de novo")
    jonas.reads("Entrar")
    sign_in(jonas.page, "jonas")
    jonas.sees_title("Guardamos o que você escreveu")
    jonas.press("Continuar e enviar")
    jonas.shows(STORY)
    expect(jonas.page).to_have_url(re.compile(f"/cases/{ref}$"))
