"""Specialties stand in the order of their names as they are read: in English a list by the Portuguese ones is in none."""

import re
from datetime import date

import pytest
from flask_babel import force_locale

from teleconsult.bookings.models_quota import Allowance
from teleconsult.cases.lifecycle import State
from teleconsult.credits.declaring import Asked, Facts
from teleconsult.credits.papers import _declared
from teleconsult.extensions import db, transaction
from teleconsult.network.models import Specialty
from teleconsult.people.models import UserSpecialty
from tests import world
from tests.shifts import pages_world as rooms

NAMES = {
    "pt_BR": ["Cardiologia", "Dermatologia", "Neurologia", "Odontologia"],
    "en": ["Cardiology", "Dentistry", "Dermatology", "Neurology"],
}


@pytest.fixture
def dentistry(session):
    """Have a specialty whose two names begin with other letters, and somebody who answers in it."""
    with transaction():
        new = Specialty(
            slug="odontologia", name_pt="Odontologia", name_en="Dentistry", category="specialty", teleconsult=True
        )
        db.session.add(new)
        db.session.flush()
        lia = world.person("lia")
        lia.specialty_rows.append(UserSpecialty(new.id))


@pytest.mark.parametrize("locale", ["pt_BR", "en"])
def test_every_choice_of_a_specialty_is_in_the_order_of_its_words(dentistry, case_in, sign_in, locale):
    rooms.open_room()
    ref = case_in(State.ASSIGNED).case.ref
    for who, address, left_out in (
        ("rosangela", "/shifts", ()),
        ("rosangela", "/guide", ()),
        ("rosangela", "/bookings/agenda/new", ()),
        ("rosangela", f"/cases/{ref}/redirect", ("Dermatologia", "Dermatology")),
        ("paulo", f"/cases/{ref}/escalate", ()),
    ):
        browser = sign_in(who)
        browser.post("/language", data={"locale": locale})
        page = browser.get(address).get_data(as_text=True)
        select = page.split('name="specialty"')[1].split("</select>")[0]
        found = [name for name in re.findall(r"<option[^>]*>([A-Z]\w+)", select) if name in NAMES[locale]]
        assert found == [name for name in NAMES[locale] if name not in left_out], address


SLUGS = ("neurologia", "odontologia", "dermatologia", "cardiologia")


@pytest.mark.parametrize("locale", ["pt_BR", "en"])
def test_every_list_of_them_too(dentistry, session, sign_in, locale):
    for slug in SLUGS:
        world.new_case().submit(slug=slug)
    with transaction():
        for slug in SLUGS:
            add = {"specialty_id": world.specialty(slug).id, "district": "DS VI", "forms": 3}
            db.session.add(Allowance(**add))
    for who, address, part in (
        ("rosangela", "/desk/print", r"<h2[^>]*>([A-Z]\w+)"),
        ("teresa", "/distribution/modes", r"<th[^>]*>([A-Z]\w+)"),
        ("teresa", "/bookings/quotas", r"([A-Z]\w+)"),
    ):
        browser = sign_in(who)
        browser.post("/language", data={"locale": locale})
        page = browser.get(address).get_data(as_text=True)
        found = [name for name in re.findall(part, page) if name in NAMES[locale]]
        assert list(dict.fromkeys(found)) == NAMES[locale], address


@pytest.mark.parametrize("locale", ["pt_BR", "en"])
def test_the_specialties_of_a_declaration_too(application, locale):
    answers = [("Cardiologia", "Cardiology", 3), ("Dermatologia", "Dermatology", 1), ("Odontologia", "Dentistry", 2)]
    facts = Facts("Paulo", "CRM-PE 1", {"opinion": 30}, answers)
    with application.test_request_context(), force_locale(locale):
        made = _declared(facts, Asked("consultant", date(2026, 11, 1), date(2026, 11, 30), locale), "X", "")
    assert [name for name, _ in made["answers"]] == [name for name in NAMES[locale] if not name.startswith("Neuro")]


@pytest.mark.parametrize("locale", ["pt_BR", "en"])
def test_the_specialties_beside_the_queue_too(dentistry, session, sign_in, locale):
    for slug in ("neurologia", "odontologia", "dermatologia", "cardiologia"):
        world.new_case().submit(slug=slug)
    browser = sign_in("rosangela")
    browser.post("/language", data={"locale": locale})
    page = browser.get("/desk").get_data(as_text=True)
    rail = page.split('class="tc-rail"')[1].split("</ul>")[0]
    assert re.findall(r'specialty=\w+"[^>]*>([A-Z]\w+)', rail) == NAMES[locale]
