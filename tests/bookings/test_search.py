"""The specialist of a visit finds its case in the search, from the booking on and as long as it stands."""

from teleconsult.bookings import actions
from teleconsult.extensions import transaction
from tests import world
from tests.bookings.test_pages import fresh, text


def finds(browser, words, ref):
    page = text(browser.get(browser.post("/cases/search", data={"q": words}).location))
    return f'href="/cases/{ref}"' in page


def test_who_attends_finds_the_case_by_name_and_by_words(desk, sign_in):
    desk.allow()
    desk.publish()
    request, lia = desk.escalated(), sign_in("lia")
    with transaction():
        world.person("lia").specialties = [world.specialty("cardiologia")]
    ref = request.case.ref
    assert not finds(lia, world.SECRET_NAME, ref)
    desk.book(request)
    assert finds(lia, world.SECRET_NAME, ref)
    assert finds(lia, "manchas", ref)
    assert finds(lia, ref, ref)
    assert not finds(sign_in("helena"), world.SECRET_NAME, ref)
    desk.do("cancel", request, "Viajou.", by="marina")
    fresh()
    assert not finds(lia, world.SECRET_NAME, ref)


def test_a_session_that_is_cancelled_takes_the_case_out_of_the_search(desk, sign_in):
    desk.allow()
    agenda = desk.publish()
    request = desk.escalated()
    desk.book(request)
    assert finds(sign_in("lia"), "manchas", request.case.ref)
    with transaction(agenda):
        actions.cancel_session(agenda, "A médica adoeceu.", by=world.person("rosangela"))
    fresh()
    assert not finds(sign_in("lia"), "manchas", request.case.ref)
