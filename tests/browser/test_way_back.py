"""The browser's way back, and what it puts into a page by itself: by the place in a list, over what changed, before other eyes."""

import pytest
from playwright.sync_api import expect

from teleconsult.bookings.models import BookingRequest
from teleconsult.extensions import db, transaction
from tests import world
from tests.bookings.conftest import Desk


def leaves_and_says_yes(page, path):
    """Go elsewhere from a page that warns before what was typed is lost."""
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(path)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_another_hour_is_not_chosen_because_one_before_it_was_taken(page_for, site, scripts):
    """The mark went over to the hour that had moved up: the patient would have been booked half an hour later."""
    desk = Desk()
    with site.application.app_context():
        desk.publish(days=9 if scripts else 10, first=8, specialty=world.specialty("neurologia"))
        mine, other = (desk.escalated(specialty="neurologia").ref for _ in range(2))
        if scripts:
            desk.allow("usf-vietna", forms=30)
    page = page_for("marina", java_script_enabled=scripts)
    page.goto(f"/bookings/{mine}/book")
    page.locator("[name=slot]").nth(4).check()
    leaves_and_says_yes(page, "/mine")
    with site.application.app_context():
        desk.book(db.session.scalars(db.select(BookingRequest).where(BookingRequest.ref == other)).one())
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
