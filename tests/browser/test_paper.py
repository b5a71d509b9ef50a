"""The reference guide on paper: A4 upright, its words whole and its columns wide enough to read."""

import pypdfium2
import pytest

from teleconsult.extensions import transaction
from teleconsult.network.loader import load
from tests.network.test_loader import REFERENCE

HEADS = {"pt_BR": ("Endereço", "Telefone"), "en": ("Address", "Telephone")}
MOST_PAGES = 7
"""It took fourteen while two of its columns had room for five letters."""


def read(pdf):
    document = pypdfium2.PdfDocument(pdf)
    return [document[number].get_textpage().get_text_bounded() for number in range(len(document))]


@pytest.mark.parametrize("language", HEADS)
def test_the_guide_is_printed_on_few_pages_and_no_word_is_broken(site, page_for, language):
    with site.application.app_context(), transaction():
        load(REFERENCE, "DS IV")
    page = page_for("marina")
    page.request.post("/language", form={"locale": language, "csrf_token": token_of(page)})
    page.goto("/guide/print")
    pages = read(page.pdf(format="A4", prefer_css_page_size=True))
    assert len(pages) <= MOST_PAGES
    for word in (*HEADS[language], "Ocupacional", "Rua Ambrósio", "3271-5394"):
        assert word in "".join(pages), word


def token_of(page):
    return page.locator("[name=csrf_token]").first.get_attribute("value")
