"""The browser's way back, and what it puts into a page by itself: by the place in a list, over what changed, before other eyes."""

import pytest
from playwright.sync_api import expect

from teleconsult.bookings.models import BookingRequest
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.network.models import Specialty
from tests import world
from tests.bookings.conftest import Desk
from tests.browser.people import Somebody
from tests.browser.windows import hurried, sign_in

OLD, NEW = "Dor lombar há três meses.", "Dor lombar há três anos, com febre."


def leaves_and_says_yes(page, path):
    """Go elsewhere from a page that warns before what was typed is lost."""
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(path)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_another_hour_is_not_chosen_because_one_before_it_was_taken(page_for, site, scripts):
    """The mark went over to the hour that had moved up: the patient would have been booked half an hour later."""
    desk = Desk()
    with site.application.app_context():
        desk.publish(days=9 if scripts else 10, first=8, specialty=world.specialty("cardiologia"), specialist=None)
        mine, other = (desk.escalated("bia", specialty="cardiologia").ref for _ in range(2))
        desk.allow("usf-skylab", forms=30)
    page = page_for("bia", java_script_enabled=scripts)
    page.goto(f"/bookings/{mine}/book")
    page.locator("[name=slot]").nth(4).check()
    leaves_and_says_yes(page, "/mine")
    with site.application.app_context():
        desk.book(db.session.scalars(db.select(BookingRequest).where(BookingRequest.ref == other)).one(), by="bia")
    page.go_back()
    expect(page.locator("[name=slot]").first).to_be_visible()
    expect(page.locator("[name=slot]:checked")).to_have_count(0)


def test_a_choice_that_somebody_changed_meanwhile_is_not_put_back(page_for, site):
    """The old one stood there with the version of the new one, though nobody had touched it: a press would have undone it."""
    page = page_for("teresa")
    page.goto("/people/PE-DORA")
    expect(page.locator("[name=language]")).to_have_value("pt_BR")
    page.goto("/people")
    with site.application.app_context(), transaction():
        world.person("dora").language = "en"
    page.go_back()
    expect(page.locator("[name=language]")).to_have_value("en")


def test_an_older_text_does_not_go_over_what_another_window_has_saved(page_for, site):
    ref = site.case_in(State.DRAFT)
    page, other = hurried(page_for("marina")), hurried(page_for("marina"))
    step = f"/cases/{ref}/edit/clinical"
    page.goto(step)
    page.get_by_label("História").fill(OLD)
    site.wait_until(lambda: site.draft_of(ref).get("subjective") == OLD)
    Somebody(page).is_saved()
    page.goto("/mine")
    other.goto(step)
    other.get_by_label("História").fill(NEW)
    site.wait_until(lambda: site.draft_of(ref).get("subjective") == NEW)
    page.go_back()
    expect(page.get_by_label("História")).to_have_value(NEW)
    page.get_by_label("Motivo").first.fill("Lombalgia")
    site.wait_until(lambda: site.draft_of(ref).get("complaint") == "Lombalgia")
    assert site.draft_of(ref)["subjective"] == NEW


def test_what_was_typed_stands_there_again_and_is_told_of_what_changed_meanwhile(page_for, site, watch):
    """A text is put back, which is as well; it went out with the version of a page that nobody had seen."""
    watch.allowed += ["409", "422"]
    page = page_for("teresa")
    page.goto("/specialties/cardiologia/edit")
    page.locator("[name=prompts]").fill(OLD)
    leaves_and_says_yes(page, "/specialties")
    page.go_back()
    expect(page.locator("[name=prompts]")).to_have_value(OLD)
    page.goto("/specialties")
    with site.application.app_context(), transaction():
        row = db.session.scalars(db.select(Specialty).where(Specialty.slug == "cardiologia")).one()
        row.prompts = NEW
    page.go_back()
    expect(page.locator("[name=prompts]")).to_have_value(OLD)
    page.locator("main form .btn-primary").click()
    expect(page.locator("[data-errors]")).to_contain_text("Alguém foi mais rápido")
    expect(page.locator("[name=prompts]")).to_have_value(OLD)


@pytest.mark.parametrize(
    ("path", "name", "first", "then"),
    [("/shifts/mine/leave", "why", "paulo", "lia"), ("/cases/{ref}/add", "message", "marina", "marina")],
)
def test_who_signs_in_after_a_signing_out_does_not_find_what_was_typed(page_for, site, path, name, first, then):
    path = path.format(ref=site.case_in(State.ASSIGNED))
    page = page_for(first, fresh=True)
    page.goto(path)
    page.locator(f"main [name={name}]").fill(OLD)
    page.locator(".tc-me summary").click()
    page.locator("[data-sign-out] button").click()
    page.locator("[name=who]").wait_for()
    sign_in(page, then)
    page.wait_for_load_state()
    page.evaluate("history.go(-2)")  # past the door
    page.wait_for_url(f"**{path}")
    page.wait_for_load_state()
    expect(page.locator(f"main [name={name}]")).to_have_value("")
