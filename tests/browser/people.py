"""Somebody at a window: what they read, press and write, by the words on the screen."""

import re
from typing import Self

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.words import Say


class Somebody:
    """A person who uses the product by what it says. `script` tells whether their browser runs scripts."""

    def __init__(self, page: Page, say: Say | None = None, *, script: bool = True) -> None:
        self.page, self.say, self.script = page, say or Say(), script

    def at(self, path: str) -> Self:
        self.page.goto(path)
        return self

    def speak(self, language: str) -> None:
        """Choose the language in the menu of the account, unless the page speaks it already."""
        if self.page.locator("html").get_attribute("lang") != language.replace("_", "-"):
            self.page.locator(".tc-me summary").click()
            self.page.locator(f".tc-menu [name=locale][value={language}]").click()
            self.page.locator(f"html[lang={language.replace('_', '-')}]").wait_for()

    def within(self, group: str) -> Locator:
        """Return the group of fields whose legend begins like this; "(opcional)" may follow."""
        return self.page.get_by_role("group", name=self._beginning(group))

    def _beginning(self, words: str) -> re.Pattern[str]:
        return re.compile("^" + re.escape(self.say(words)))

    def press(self, words: str, **params: object) -> None:
        self.page.get_by_role("button", name=self.say(words, **params), exact=True).first.click()

    def follow(self, words: str, **params: object) -> None:
        self.page.get_by_role("link", name=self.say(words, **params)).first.click()

    def write(self, label: str, text: str) -> None:
        self.page.get_by_label(self.say(label)).first.fill(text)

    def choose(self, label: str, option: str) -> None:
        """Choose one of the circles of a group."""
        self.within(label).get_by_role("radio", name=self._beginning(option)).check()

    def pick(self, label: str, option: str) -> None:
        """Choose one of the lines of a select."""
        self.page.get_by_label(self.say(label)).first.select_option(label=self.say(option))

    def reads(self, words: str, **params: object) -> None:
        """Wait until the product says something."""
        self.shows(self.say(words, **params))

    def shows(self, text: str) -> None:
        """Wait until something stands there that a person wrote, in whatever language."""
        expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()

    def sees_title(self, text: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(text)

    def is_saved(self) -> None:
        """Wait until the server has what was typed; without scripts there is nothing to wait for."""
        if self.script:
            saved = self.page.locator(".tc-saved[role=status]")
            expect(saved).to_have_text(self.say.like("Salvo às %(time)s"))
            expect(saved).not_to_have_class("is-busy")

    def look_up(self, label: str, typed: str, found: str) -> None:
        """Find a code: as one types, or by the button and a tick where there are no scripts."""
        field = self.page.get_by_label(self.say(label))
        field.first.fill(typed)
        if self.script:
            self.page.get_by_role("option", name=found).first.click()
        else:
            self.page.locator("[name=find]").click()
            self.page.get_by_role("checkbox", name=found).first.check()

    def send_files(self, files: list[FilePayload]) -> None:
        """Send files from the panel of files, and wait until all stand there.

        Without scripts, and beside a form, the text is saved first and the files go from a page of their own.
        """
        if not self.script:
            self.press("Salvar o texto e enviar arquivos")
        self.page.locator("input[type=file][multiple]").set_input_files(files)
        if not self.script:
            self.press("Enviar arquivos")
        strip = self.page.locator("#arquivos")
        for file in files:
            expect(strip.get_by_text(file["name"].rpartition(".")[0]).first).to_be_visible()
        if not self.script:
            self.follow("Continuar")
