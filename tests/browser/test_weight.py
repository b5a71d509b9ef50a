"""A line of 1 Mbit/s carries 120 KB in a second: what a visit weighs, as it comes over the wire."""

from functools import partial

import pytest

from teleconsult.cases.lifecycle import State
from tests.browser.windows import sign_in

FIRST, LATER = 120 * 1024, 20 * 1024


@pytest.fixture
def weigh(page_for):
    """Return the bytes that opening an address brings: (page, act) → bytes, headers included."""

    def made(page):
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        came = []
        network.on("Network.loadingFinished", lambda told: came.append(told["encodedDataLength"]))

        def brings(act):
            came.clear()
            act()
            page.wait_for_load_state("networkidle")
            return int(sum(came))

        return brings

    return made


@pytest.mark.parametrize("person", ["marina", "rosangela", "paulo"])
def test_a_first_visit_is_light_up_to_the_home_page(page_for, weigh, person):
    page = page_for()
    brings = weigh(page)
    assert brings(lambda: page.goto("/sign-in")) + brings(lambda: sign_in(page, person)) <= FIRST


def test_later_pages_are_light(page_for, weigh, site):
    refs = {state: site.case_in(state) for state in (State.DRAFT, State.ASSIGNED, State.SUBMITTED)}
    roads = {
        "marina": (
            "/mine",
            "/cases/new",
            f"/cases/{refs[State.DRAFT]}/edit/clinical",
            f"/cases/{refs[State.ASSIGNED]}",
        ),
        "rosangela": ("/desk", f"/cases/{refs[State.SUBMITTED]}", f"/cases/{refs[State.SUBMITTED]}/assign"),
        "paulo": ("/waiting", f"/cases/{refs[State.ASSIGNED]}", "/cases/search"),
    }
    weights = {}
    for person, paths in roads.items():
        page = page_for(person)
        page.wait_for_load_state("networkidle")
        brings = weigh(page)
        weights |= {f"{person} {path}": brings(partial(page.goto, path)) for path in paths}
    assert {place: weight for place, weight in weights.items() if weight > LATER} == {}
