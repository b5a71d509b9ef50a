"""What a page names can be opened by who reads it, also after they lost a role, a specialty, a unit or a case."""

import re
from html import unescape

import pytest

from teleconsult.bookings import actions as visits
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.network.models import HealthUnit
from teleconsult.patients.models import Patient
from teleconsult.people.access import Role
from teleconsult.people.models import UserRole, UserSpecialty
from tests.bookings.conftest import Desk
from tests.world import new_case, person, request, specialty, walk_to

pytestmark = pytest.mark.only_sqlite  # who may see what is asked in the same words of both databases
CODE = re.compile(r"/(cases/TC-[A-Z0-9]{6}|bookings/MA-[A-Z0-9]{6})")
LINK = re.compile(r'href="(/[^"#]*)"')
MOST = 40
NOT_LISTS = ("/notices", "/hours", "/sign-out", "/feed")
"""Notices tell of what happened, and hours of one's own work, also where the case is somebody else's now: a code and no patient."""


def roles(name, *words):
    person(name).role_rows = [UserRole(word) for word in words]


def move(name, slug):
    person(name).unit_id = db.session.scalars(db.select(HealthUnit.id).where(HealthUnit.slug == slug)).one()


def elsewhere(name):
    db.session.add(
        HealthUnit(slug="ds-v", name="Distrito V", kind="sede_distrito", district="DS V", search_key="distrito v")
    )
    db.session.flush()
    move(name, "ds-v")


def answers(name, slug):
    roles(name, "consultant")
    person(name).specialty_rows = [UserSpecialty(specialty(slug).id)]


GOINGS = {
    "nobody": ("marina", lambda: None),
    "a requester who answers now": ("marina", lambda: answers("marina", "dermatologia")),
    "a requester of another unit": ("marina", lambda: move("marina", "usf-skylab")),
    "a requester who is support now": ("marina", lambda: (roles("marina", "support"), elsewhere("marina"))),
    "a colleague of another unit": ("jonas", lambda: move("jonas", "usf-skylab")),
    "a consultant of another specialty": ("paulo", lambda: answers("paulo", "cardiologia")),
    "a consultant who asks now": ("paulo", lambda: (roles("paulo", "requester"), move("paulo", "usf-vietna"))),
    "a consultant who distributes now": ("paulo", lambda: roles("paulo", "administrator")),
    "support of another district": ("dora", lambda: elsewhere("dora")),
    "support of no district": ("dora", lambda: setattr(person("dora").unit, "district", "")),
    "support of no unit": ("dora", lambda: setattr(person("dora"), "unit_id", None)),
    "support where no unit has a district": (
        "dora",
        lambda: db.session.execute(db.update(HealthUnit).values(district="")),
    ),
    "support of a unit that asks and has no district": (
        "dora",
        lambda: (move("dora", "usf-vietna"), setattr(person("dora").unit, "district", "")),
    ),
    "a requester who is support of no district now": (
        "marina",
        lambda: (roles("marina", "support"), setattr(person("marina").unit, "district", "")),
    ),
    "a requester who manages now": ("marina", lambda: roles("marina", "manager")),
    "a requester where no unit has a district": (
        "marina",
        lambda: db.session.execute(db.update(HealthUnit).values(district="")),
    ),
    "a requester of no unit": ("marina", lambda: setattr(person("marina"), "unit_id", None)),
    "a consultant of nothing": ("paulo", lambda: setattr(person("paulo"), "specialty_rows", [])),
    "a manager alone": ("rosangela", lambda: roles("rosangela", "manager")),
    "a person of every role": ("dora", lambda: roles("dora", *Role)),
    "support who asks now": ("dora", lambda: (roles("dora", "requester"), move("dora", "usf-skylab"))),
    "an administrator who answers now": ("rosangela", lambda: answers("rosangela", "neurologia")),
    "an administrator who asks now": (
        "rosangela",
        lambda: (roles("rosangela", "requester"), move("rosangela", "usf-vietna")),
    ),
}


@pytest.fixture
def lives(session):
    """Cases in every state, of both districts' people, with drafts for others, visits, an offered slot and a hand-over."""
    desk = Desk()
    desk.allow()
    first, following = desk.escalated(), desk.escalated()
    desk.publish(first=1)
    desk.book(first)
    with transaction(first):
        visits.cancel(first, "Viajou.", by=person("rosangela"))
    assert following.state == "offered"
    for state in State:
        walk_to(state)
    walk_to(State.ANSWERED, consultant="lia")
    walk_to(State.ASSIGNED, requester="bia")
    walk_to(State.SUBMITTED).do("hand_over", to=person("jonas"), by="rosangela")
    walk_to(State.ASSIGNED).do("decline", "Não é comigo.", by="paulo")
    from teleconsult.cases import actions  # noqa: PLC0415 (the name `actions` is that of bookings in their tests)

    with transaction():
        actions.draft(by=person("dora"), requester=person("marina"))
    with transaction():
        case = actions.draft(by=person("dora"), requester=person("marina"))
    with transaction(case):
        actions.submit(case, request(), patient=db.session.scalars(db.select(Patient)).first(), by=person("dora"))
    assert case.confirm_by_id == person("marina").id
    new_case("marina")


def lists(application, browser):
    """Return each page without a thing in its address that this person can read, with what its tabs and filters lead to."""
    for rule in application.url_map.iter_rules():
        if rule.arguments or "GET" not in rule.methods or rule.rule.startswith(NOT_LISTS):
            continue
        html = page(browser, rule.rule)
        yield rule.rule, html
        # Where nothing is named, no tab or filter of it names more.
        for link in (
            sorted({unescape(link) for link in LINK.findall(html)} - {rule.rule})[:MOST] if CODE.search(html) else ()
        ):
            if link.partition("?")[0] == rule.rule:
                yield link, page(browser, link)


def page(browser, address):
    answer = browser.get(address)
    return answer.get_data(as_text=True) if answer.status_code == 200 and answer.mimetype == "text/html" else ""


@pytest.mark.parametrize("going", GOINGS)
def test_every_case_and_visit_that_a_page_leads_to_opens(application, lives, sign_in, going):
    name, go = GOINGS[going]
    with transaction():
        go()
    browser = sign_in(name)
    closed, seen = [], set()
    for address, html in lists(application, browser):
        codes = set(CODE.findall(html))
        seen |= codes
        for code in codes:
            status = browser.get(f"/{code}", follow_redirects=True).status_code
            if status != 200:
                closed.append((address, code, status))
    assert closed == []
    assert len(seen) > 10 or going != "nobody"
