"""The reference guide on paper: A4 upright, its words whole and its columns wide enough to read."""

import pypdfium2
import pytest

from teleconsult import clock
from teleconsult.cases.request import PatientFacts
from teleconsult.extensions import transaction
from teleconsult.network.loader import load
from teleconsult.patients.models import Patient
from tests import world
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


@pytest.fixture
def queue(site):
    """A case in the queue of three specialties; taken back afterwards, because the site is everybody's."""
    with site.application.app_context():
        walks = [world.new_case() for _ in range(3)]
        for number, (walk, slug) in enumerate(zip(walks, ("dermatologia", "cardiologia", "neurologia"), strict=True)):
            facts = PatientFacts(name=f"Ivonete Paixão {number}", age_years=50 + number, sex="female")
            with transaction(walk.case):
                walk.case.patient = Patient(ref=f"PA-FOLHA{number}", name=facts.name, created_at=clock.now())
            walk.submit(specialty_id=world.specialty(slug).id, patient=facts)
        yield
        for walk in walks:
            walk.do("cancel", "Só para a folha.", by="marina")


@pytest.mark.usefixtures("queue")
def test_no_word_of_the_queue_is_broken_and_its_sheets_have_equal_columns(page_for):
    page = page_for("rosangela")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/desk/print")
    assert page.evaluate(BROKEN) == []
    columns = page.evaluate(COLUMNS)
    assert len(columns) >= 3
    assert len(set(columns)) == 1


def test_no_word_of_the_record_is_broken_on_a_telephone(page_for):
    """Three columns had room for "Quand" each, and the boxes above them had no upper edge."""
    page = page_for("teresa", phone=True)
    page.goto("/record/print")
    assert page.locator("thead").bounding_box()["width"] <= 1, "a card names no column"
    assert page.evaluate(BROKEN.replace('"main"', '"main tbody"')) == []
    assert page.locator(".tc-boxes").first.evaluate("(e) => getComputedStyle(e).borderTopStyle") == "solid"


BROKEN = """() => {
  const found = [], range = document.createRange();
  const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    if (node.parentElement.closest(".visually-hidden, caption")) continue;
    for (const word of node.data.matchAll(/[\\p{L}\\d]+/gu)) {
      range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) found.push(word[0]);
    }
  }
  return found;
}"""

COLUMNS = """() => [...document.querySelectorAll(".tc-sheet table")].map((table) =>
  [...table.tHead.rows[0].cells].map((cell) => Math.round(cell.getBoundingClientRect().width)).join(" "))"""


def token_of(page):
    return page.locator("[name=csrf_token]").first.get_attribute("value")
