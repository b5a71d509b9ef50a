"""Whether what a page shows has its place there: nothing over anything else, nothing cut, no bar over the list."""

import re
from datetime import timedelta
from itertools import count

import pytest
from playwright.sync_api import Locator, expect

from teleconsult import clock
from teleconsult.bookings import actions
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import transaction
from tests import world
from tests.bookings.conftest import Desk
from tests.browser import furnished
from tests.browser.furnished_hours import ZONE
from tests.browser.people import Somebody
from tests.credits.acts import attended

DAYS = count(40)
"""Days of the agenda that no other test of this site lays anything on."""


def box(place: Locator) -> dict[str, float]:
    """Return where something stands, right and bottom edges too."""
    found = place.bounding_box()
    assert found is not None
    return found | {"right": found["x"] + found["width"], "bottom": found["y"] + found["height"]}


def room_for_hint(field: Locator) -> float:
    """Return how much of a field its placeholder leaves free, in pixels."""
    return field.evaluate(
        """(e) => { const s = getComputedStyle(e), c = document.createElement('canvas').getContext('2d'); c.font = s.font;
        return e.clientWidth - parseFloat(s.paddingLeft) - parseFloat(s.paddingRight) - c.measureText(e.placeholder).width; }"""
    )


@pytest.fixture
def waiting(site):
    """Return the references of two cases that wait at the desk."""
    return [site.case_in(State.SUBMITTED) for _case in range(2)]


def test_the_bar_of_the_queue_leaves_a_phone_its_list(page_for, waiting):
    page = page_for("rosangela", phone=True)
    bar = page.locator(".tc-bulk")
    suggested = page.get_by_role("button", name=re.compile("^Distribuir os? .*sugerid"))
    marked = page.get_by_role("button", name="Distribuir os marcados")
    expect(suggested).to_have_class(re.compile("btn-primary"))
    expect(marked).to_be_hidden()
    window = page.viewport_size["height"]
    assert box(bar)["height"] < window * 0.17
    page.locator(".tc-rows [type=checkbox]").first.check()
    expect(marked).to_have_class(re.compile("btn-primary"))
    expect(suggested).to_have_class(re.compile("btn-secondary"))
    assert box(bar)["height"] < window * 0.17
    assert box(marked)["y"] == box(suggested)["y"]


def test_the_filters_of_the_queue_begin_on_one_line(page_for, waiting):
    page = page_for("rosangela", phone=True)
    mark = box(page.locator("[data-bulk-all] input"))
    selects = [box(one) for one in page.locator(".tc-tools select").all()]
    second = min(one["x"] for one in selects if one["y"] > mark["bottom"])
    assert abs(second - mark["x"]) < 1


def test_the_longest_deadline_ends_before_the_consultant_begins(page_for, waiting):
    page = page_for("rosangela")
    row = page.locator(".tc-row--q").first
    row.locator(".tc-row__due > span").evaluate(
        "(e) => { e.className = 'tc-due tc-due--late'; e.lastChild.textContent = 'atrasado há 59 min'; }"
    )
    assert box(row.locator(".tc-row__due > span"))["right"] < box(row.locator(".tc-row__sug"))["x"]


@pytest.fixture
def long_name(site):
    """Call dermatology by the longest name of the network while a test looks."""
    with site.application.app_context(), transaction():
        world.specialty().name_pt = "Ginecologia/Obstetrícia"
    yield
    with site.application.app_context(), transaction():
        world.specialty().name_pt = "Dermatologia"


def test_a_specialty_of_two_words_stays_in_its_column(page_for, waiting, long_name):
    page = page_for("rosangela")
    rail = page.locator(".tc-rail")
    line = rail.locator("a").filter(has_text="Ginecologia/")
    assert box(line.locator(".tc-count").last)["right"] <= box(rail)["right"]


@pytest.mark.parametrize("language", ["pt_BR", "en"])
def test_the_words_of_the_search_are_not_cut(page_for, language):
    somebody = Somebody(page_for("marina"))
    somebody.speak(language)
    assert room_for_hint(somebody.page.locator("#busca")) >= 0


@pytest.mark.parametrize("language", ["pt_BR", "en"])
def test_the_hints_of_the_filters_of_the_record_are_not_cut(page_for, language):
    somebody = Somebody(page_for("teresa", phone=True))
    somebody.speak(language)
    somebody.at("/record")
    for name in ("person", "about"):
        assert room_for_hint(somebody.page.locator(f"[name={name}]")) > -1


@pytest.mark.parametrize("name", ["Dra. Ana Lia", "Dra. Maria do Perpétuo Socorro Cavalcanti de Albuquerque"])
def test_a_name_stands_in_the_bar_on_one_line(page_for, name):
    """A manager's bar is the fullest: six places, the search, and the name with the role."""
    page = page_for("teresa")
    shown = page.locator(".tc-me__text")
    shown.locator("b").evaluate("(e, name) => { e.textContent = name; }", name)
    assert box(shown)["height"] < 2.6 * 14 * 1.3
    assert box(shown)["right"] <= page.viewport_size["width"]
    expect(page.locator(".tc-nav a").last).to_be_visible()
    assert box(page.locator(".tc-nav a").last)["right"] <= box(page.locator(".tc-find"))["x"]


def test_a_long_move_stands_beside_the_way_to_the_others(page_for, site):
    page = page_for("marina", phone=True)
    page.goto(f"/cases/{site.case_in(State.ANSWERED)}")
    main, others = page.locator(".tc-move .btn-primary"), page.locator(".tc-move .tc-only-phone")
    assert box(main)["right"] < box(others)["x"]


def test_the_number_of_the_health_card_is_seen_whole(page_for, site):
    page = page_for("marina", phone=True)
    page.goto("/cases/new")
    page.locator("[name=specialty]").select_option(index=1)
    page.locator("main form [type=submit]").last.click()
    number = page.locator("[name=cns]")
    number.fill("700 0000 1020 1003")
    assert number.evaluate("(e) => e.scrollWidth <= e.clientWidth")


def test_a_figure_of_the_hours_stays_in_its_tile(page_for, site):
    day = (clock.now().astimezone(ZONE) - timedelta(days=40)).date()  # of its own: the site is shared
    with site.application.app_context():
        attended(f"{day}T08:00", f"{day}T12:00")
    page = page_for("paulo", phone=True)
    page.goto(f"/hours/{day:%Y-%m}")
    pictures = page.locator(".tc-spark").all()
    assert pictures
    for picture in pictures:
        assert box(picture)["right"] <= box(picture.locator(".."))["right"] - 8


def test_the_hours_over_a_bar_are_not_cut(page_for, site):
    furnished.replayed(site)
    page = page_for("teresa")
    page.goto("/distribution")
    drawing = page.locator("svg.tc-chart").filter(has=page.locator("rect.b")).last
    values = drawing.locator("text.v").all()
    assert values
    assert max(box(one)["right"] for one in values) <= box(drawing)["right"]


def test_a_date_beside_another_field_is_seen_whole_when_it_is_to_be_put_right(page_for, watch):
    watch.allowed.append("422")
    page = page_for("rosangela", phone=True)
    page.goto("/leaves/new")
    page.locator("main .tc-move .btn-primary").click()
    day = page.locator(".tc-trio .tc-bad [type=date]").first
    room = day.evaluate(
        "(e) => { const s = getComputedStyle(e); return e.clientWidth - parseFloat(s.paddingLeft) * 2; }"
    )
    assert room >= 120  # ten characters and the picture of the calendar


@pytest.mark.parametrize(
    ("person", "places"),
    [
        ("rosangela", ("/bookings?show=waiting", "/bookings?show=unmarked", "/bookings?show=owing")),
        ("paulo", ("/waiting?show=in_person", "/waiting?show=done")),
        ("marina", ("/mine?show=going", "/mine?show=cancelled")),
        ("teresa", ("/specialties", "/targets", "/holidays")),
    ],
)
def test_the_list_that_is_open_stands_in_sight_among_its_tabs(page_for, person, places):
    page = page_for(person, phone=True)
    for place in places:
        page.goto(place)
        tab = page.locator(".tc-tabs [aria-current]")
        expect(tab).to_have_count(1)
        assert box(tab)["x"] >= 0
        assert box(tab)["right"] <= page.viewport_size["width"]


def test_the_specialty_that_is_open_stands_in_sight_among_the_others(page_for, waiting):
    page = page_for("rosangela", phone=True)
    last = page.locator(".tc-rail a").last
    page.set_viewport_size({"width": 190, "height": 640})
    assert box(last)["right"] > 190  # few specialties here; a real network has twenty
    page.goto(last.get_attribute("href"))
    open_one = page.locator(".tc-rail [aria-current]")
    expect(open_one).to_have_count(1)
    assert box(open_one)["right"] <= page.viewport_size["width"]


@pytest.fixture
def agenda(site):
    """Return the address of a day of the agenda with free places."""
    with site.application.app_context():
        ref = Desk().publish(days=next(DAYS), first=2, returns=0, specialist=world.person("lia")).ref
    return f"/bookings/agenda/sessions/{ref}"


def test_a_place_is_blocked_beside_its_reason(page_for, agenda):
    page = page_for("rosangela", phone=True)
    page.goto(agenda)
    form = page.locator("form[action$=block]").first
    why, button = box(form.locator("[name=why]")), box(form.get_by_role("button"))
    assert why["right"] <= button["x"]
    assert why["y"] < button["bottom"]
    assert button["y"] < why["bottom"]


def test_the_button_that_adds_places_does_not_touch_their_number(page_for, agenda):
    page = page_for("rosangela", phone=True)
    page.goto(f"{agenda}/overbooking")
    assert box(page.locator("[name=extra]"))["bottom"] + 8 <= box(page.locator("main form .btn-primary"))["y"]


@pytest.fixture
def days(site):
    """Return a day that is over and one to come, on each of which a visit and a return were booked and nobody was marked."""
    desk, booked, terms = Desk(), [], actions.Terms(over_why="Autorizado pelo distrito.")
    for back, ahead in ((next(DAYS), 1), (0, next(DAYS))):
        with site.application.app_context(), clock.at(clock.now() - timedelta(days=back)):
            session = desk.publish(days=ahead, first=1, returns=1, specialist=world.person("lia"))
            slots = {slot.kind: slot.id for slot in session.slots}
            for request in (desk.escalated(priority="urgent"), desk.to_return()):
                desk.do("book", request, slots[request.kind], terms, by="rosangela")
            booked.append(session.day)
    return booked


def test_what_stands_in_a_row_can_be_pressed_though_the_name_opens_all_of_it(page_for, days):
    page = page_for("rosangela")
    asked = ({"Compareceu", "Faltou", "cause"}, {"Mudar o horário", "Desmarcar", "Encerrar o retorno"})
    for day, steps in zip(days, asked, strict=True):
        page.goto(f"/bookings/agenda?day={day}")
        inside = page.locator("main .tc-row").locator("a:not(.tc-row__name), button, select")
        assert steps == {one.get_attribute("name") or re.split(r"[:\n]", one.inner_text())[0] for one in inside.all()}
        for one in inside.all():
            one.click(trial=True, timeout=3000)


def test_what_is_said_of_saving_runs_on_as_one_sentence(page_for, site):
    """On a telephone “só você vê até enviar” stood as a column of four lines beside the longest sentence."""
    page = page_for("paulo", phone=True)
    page.goto(f"/cases/{site.case_in(State.ASSIGNED)}/answer")
    page.locator(".tc-saved").evaluate("e => { e.querySelector('[data-text]').textContent = e.dataset.signedOut; }")
    last, more = (
        page.locator(part).evaluate("(e, at) => [...e.getClientRects()].at(at).top", at)
        for part, at in (("[data-text]", -1), (".tc-saved__more", 0))
    )
    assert more >= last - 2


@pytest.mark.parametrize("phone", [False, True])
def test_what_stands_over_the_people_can_be_pressed_and_each_name_opens_its_own(page_for, phone):
    """The link of the last name lay over the whole window: whoever pressed “Cadastrar pessoa” came to somebody's page."""
    page = page_for("teresa", phone=phone)
    page.goto("/people")
    for one in page.locator("main").locator("a, button, select, input").all():
        one.click(trial=True, timeout=3000)
    page.get_by_role("link", name="Importar planilha").click()
    page.wait_for_url("**/people/import")


def test_a_field_of_two_rows_shows_all_that_is_written_in_it(page_for, waiting):
    """Of a reason of three lines a telephone showed the last two."""
    page = Somebody(page_for("rosangela", phone=True)).at(f"/cases/{waiting[0]}/return").page
    field = page.locator("textarea[rows='2']").first

    def line() -> float:
        return field.evaluate("(e) => parseFloat(getComputedStyle(e).lineHeight)")

    def hidden() -> float:
        return field.evaluate("(e) => e.scrollHeight - e.clientHeight")

    empty = box(field)["height"]
    assert 2 * line() < empty < 3 * line()
    field.fill("Falta o exame da pele de todo o dorso e das pernas, com a data de cada mancha; " * 3)
    assert hidden() <= 1
    assert box(field)["height"] > empty + line()
    field.fill("linha\n" * 200)  # the way on stays within reach
    assert box(field)["height"] < page.viewport_size["height"]
