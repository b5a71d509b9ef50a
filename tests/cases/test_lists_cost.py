"""The first screens as they grow: pages stay whole while cases come in, and many rows cost no more than one."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import transaction
from tests import world
from tests.cases.test_lists import STATES, body
from tests.counting import indexes, reading, scans, statements

MINE = ("/mine", "/mine?show=going", "/mine?show=waiting", "/mine?show=concluded")


@pytest.mark.parametrize("address", ["/mine?show=going", "/waiting?show=open"])
def test_paging_is_stable_while_cases_come_in(session, sign_in, address):
    browser = sign_in("marina" if "mine" in address else "paulo")
    made = []
    for minutes in range(60, 37, -1):
        with clock.at(clock.now() - timedelta(minutes=minutes)):
            walk = world.new_case()
            walk.submit()
            made.append(walk.case.ref)
    first = body(browser, address)
    with clock.at(clock.now() - timedelta(minutes=70)):
        world.new_case().submit()
    world.new_case().submit()
    link = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = body(browser, link)
    assert [ref for ref in made if f'/cases/{ref}"' not in first + second] == []
    assert [ref for ref in made if f'/cases/{ref}"' in first and f'/cases/{ref}"' in second] == []


PAGES = [("marina", address) for address in MINE]
PAGES += [("dora", "/district"), ("dora", "/district?show=returned")]
PAGES += [("paulo", f"/waiting{show}") for show in ("", "?show=open", "?show=mine", "?show=done", "?show=awaiting")]


def test_one_row_and_many_cost_the_same_number_of_statements(application, case_in, sign_in):
    browsers = {key: sign_in(key) for key in ("marina", "dora", "paulo")}

    def costs() -> dict[str, list[str]]:
        found = {}
        for key, address in PAGES:
            body(browsers[key], address)
            with statements(application) as seen:
                body(browsers[key], address)
            found[address] = [text for text, _ in reading(seen)]
        return found

    for state in STATES:
        case_in(state)
    one = costs()
    for state in STATES * 3:
        case_in(state)
    many = costs()
    assert {page: len(found) for page, found in many.items()} == {page: len(found) for page, found in one.items()}
    assert max(map(len, many.values())) <= 16, max(many.values(), key=len)


SERVED = {
    ("marina", "/mine?show=concluded"): "ix_cases_requester_state",
    ("marina", "/mine?show=going"): "ix_cases_requester_state",
    ("marina", "/mine?show=unit"): "ix_cases_unit_open",
    ("marina", "/mine?show=unit_concluded"): "ix_cases_unit_closed",
    ("dora", "/district?show=returned"): "ix_cases_state_live",
    ("dora", "/district?show=concluded"): "ix_cases_state_closed",
    ("dora", "/district?show=concluded&filed=1"): "ix_cases_filed_closed",
    ("dora", "/district"): "ix_cases_filed_closed",
    ("paulo", "/waiting?show=mine"): "ix_cases_holder_open",
    ("paulo", "/waiting?show=done"): "ix_cases_holder_closed",
    ("paulo", "/waiting"): "ix_cases_queue",
    ("teresa", "/overview"): "ix_cases_queue",
    ("marina", "/mine"): "ix_cases_requester_state",
}
TABLES = ("cases", "case_questions", "case_seen", "case_patients", "declines", "notices", "information_requests")


def test_every_list_is_served_by_an_index(application, case_in, sign_in):
    case_in(State.SUBMITTED)
    with transaction():
        world.person("marina").unit.shares_cases = True
    browsers = {key: sign_in(key) for key in ("marina", "dora", "paulo", "teresa")}
    for (key, address), index in SERVED.items():
        body(browsers[key], address)
        with statements(application) as seen:
            body(browsers[key], address)
        assert not scans(seen, *TABLES), address
        assert any(name.startswith(index) for name in indexes(seen)), (address, indexes(seen))
