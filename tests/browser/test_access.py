"""Every page that somebody can reach, held to WCAG by axe, to the width of windows, and to fingers."""

import pytest

from tests.browser.furnished import furnish
from tests.browser.furnished_hours import furnish as furnish_hours
from tests.browser.looks import bring, faults
from tests.browser.reach import endpoint_of, pages_of

PEOPLE = ("", "marina", "rosangela", "paulo", "dora", "teresa")
"""Nobody signed in, then one of each role, in the order of the story."""

ALIKE = ("people.", "notices.", "network.guide", "cases.search", "cases.print", "shifts.")
"""Pages that look the same to everybody: looked at once, as the first who reaches them."""

NO_PAGES = {
    "asset", "health", "coding.search", "people.import_template", "record.export",  # no pages, but files and data
    "shifts.ical", "attachments.download", "attachments.preview",
    "sheets.download", "sheets.template", "booking_prints.referral", "booking_prints.slip", "booking_prints.agenda",
    "booking_prints.booking_sheet",
    "credits.export", "credits_desk.export", "credits_desk.person_export", "credits_papers.file",
    "credits_papers.any_file",
    "credits_papers.statement_pdf", "credits_papers.statement_of",
    "cases.edit", "cases.edit_files", "home.home", "notices.show",  # only lead to another page
    "routing.case_preview",  # a part of the desk
    "people.reset_link", "people.invitation_link",  # test_door.py looks at them: a mail leads there
}  # fmt: skip


@pytest.fixture(scope="session")
def reached(shared_site):
    """Return person → the pages only this person is asked to look at, on a site that has something on each."""
    also, hours = furnish(shared_site), furnish_hours(shared_site)
    also = {person: (*also.get(person, ()), *hours.get(person, ())) for person in {*also, *hours}}
    known: set[str] = set()
    found = {}
    for person in PEOPLE:
        pages = pages_of(shared_site, person, also.get(person, ()))
        found[person] = {kind: path for kind, path in pages.items() if kind not in known}
        known |= {kind for kind in pages if kind.startswith(ALIKE)}
    return found


@pytest.mark.parametrize("person", PEOPLE)
def test_every_page_a_person_reaches_can_be_used_by_all(page_for, reached, person):
    page = page_for(person)
    bring(page)
    found = {}
    for kind, path in reached[person].items():
        page.goto(path)
        found[f"{kind} {path}"] = faults(page)
    assert not {place: told for place, told in found.items() if told}


@pytest.mark.usefixtures("browser_name")  # keeps it beside the others: another worker would furnish a site anew
def test_no_page_is_left_out(site, reached):
    looked_at = {endpoint_of(kind) for pages in reached.values() for kind in pages}
    rules = site.application.url_map.iter_rules()
    endpoints = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    assert sorted(endpoints - looked_at - NO_PAGES) == []
