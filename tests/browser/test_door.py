"""Coming in by a link from a mail, and what is said to whoever is not let in."""

import re
from secrets import token_hex

from playwright.sync_api import expect

from tests.browser.looks import faults
from tests.browser.people import Somebody
from tests.browser.site import Site
from tests.browser.windows import sign_in

NEW = "jaca-madura-no-quintal-8"


def link_in_mail(site, address, kind):
    """Wait for the mail that came to an address, and return the link in it."""
    found = []

    def came():
        texts = [str(m.get_content()) for m in site.mail.messages if m["To"] == address]
        found[:] = [link for text in texts for link in re.findall(rf"https?://\S+/{kind}/\S+", text)]
        return bool(found)

    Site.wait_until(came, seconds=30)
    return found[-1]


def test_a_forgotten_password_is_set_anew_by_the_link_in_a_mail(page_for, site):
    helena = Somebody(page_for()).at("/reset")
    helena.page.locator("main form input[name=who]").fill("helena@rede.example")
    helena.page.locator("main form:has([name=who]) button").click()
    helena.at(link_in_mail(site, "helena@rede.example", "reset"))
    assert faults(helena.page) == []
    helena.page.locator("[name=password]").fill(NEW)
    helena.page.locator("[name=password_again]").fill(NEW)
    helena.page.locator("main form:has([name=password]) button").click()
    expect(helena.page).to_have_url(re.compile("/sign-in"))
    sign_in(helena.page, "helena", NEW)


def test_somebody_new_is_invited_by_mail_and_agrees_to_the_terms_first(page_for, site):
    email = f"{token_hex(4)}@rede.example"
    teresa = Somebody(page_for("teresa")).at("/people/new")
    teresa.page.locator("[name=name]").fill("Iara Monteiro")
    teresa.page.locator("[name=email]").fill(email)
    teresa.page.locator("[name=roles][value=administrator]").check()
    teresa.page.locator("[name=unit]").select_option(label="Policlínica Lessa de Andrade")
    teresa.press("Cadastrar e convidar")
    teresa.sees_title("Iara Monteiro")

    iara = Somebody(page_for()).at(link_in_mail(site, email, "invitation"))
    assert faults(iara.page) == []
    iara.page.locator("[name=password]").fill(NEW)
    iara.page.locator("[name=password_again]").fill(NEW)
    iara.press("Salvar a senha")
    iara.at("/sign-in").write("CPF ou e-mail institucional", email)
    iara.page.locator("[name=password]").fill(NEW)
    iara.press("Entrar")
    iara.sees_title("Termos de uso")
    iara.page.locator("[name=agree]").check()
    iara.press("Aceitar e continuar")
    iara.page.wait_for_url("**/desk*")


def test_a_wrong_password_says_no_more_than_that_it_did_not_match(page_for, watch):
    watch.allowed += ["401"]
    page = page_for()
    page.goto("/sign-in")
    page.locator("[name=who]").fill("marina@rede.example")
    page.locator("[name=password]").fill("nao-e-esta-senha-1")
    page.locator("main form:has([name=password]) button").click()
    expect(page.get_by_role("alert")).to_contain_text("O CPF, o e-mail ou a senha não conferem.")
    expect(page.get_by_role("alert")).to_be_focused()
    assert faults(page) == []


def test_what_is_not_there_says_so_and_leads_home(page_for, watch):
    watch.allowed += ["404"]
    page = page_for("marina")
    page.goto("/cases/TC-0000000")
    assert faults(page) == []
    page.get_by_role("link", name="Ir para o início").click()
    page.wait_for_url("**/mine*")
