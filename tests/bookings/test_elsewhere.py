"""What other pages show of bookings: the management's figures, the specialist's calendar."""

from datetime import timedelta

from teleconsult import clock
from teleconsult.bookings import actions, queries
from teleconsult.extensions import db, transaction
from teleconsult.shifts import feeds
from tests import world
from tests.bookings.test_pages import text


def test_the_management_sees_what_is_overdue(desk, sign_in):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    booking = desk.book(request)
    with clock.at(booking.at + timedelta(hours=1)):
        desk.do("attend", request, by="rosangela")
    with transaction():
        booking.at = clock.now() - timedelta(days=20)
    page = text(sign_in("teresa").get("/overview"))
    assert "Contrarreferências atrasadas" in page
    assert "<b>1</b>" in page


def test_the_feed_tells_the_sessions_without_a_patient(desk, client):
    desk.allow()
    kept, gone = desk.publish(), desk.publish(days=8)
    desk.book(desk.escalated())
    with transaction(gone):
        actions.cancel_session(gone, "Congresso.", by=world.person("rosangela"))
    with transaction():
        token = feeds.open_feed(world.person("lia"))
    told = text(client.get(f"/calendar/{token}.ics"))
    db.session.rollback()
    assert f"UID:{kept.ref}@" in told
    assert told.count("STATUS:CANCELLED") == 1
    assert "Consultas de Dermatologia" in told
    assert world.SECRET_NAME not in told
    assert "Congresso" not in told


def test_the_administrator_works_through_what_is_owed(desk, sign_in):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    booking = desk.book(request)
    with clock.at(booking.at + timedelta(hours=1)):
        desk.do("attend", request, by="rosangela")
    with transaction():
        booking.at = clock.now() - timedelta(days=20)
    browser = sign_in("rosangela")
    page = text(browser.get("/bookings?show=owing"))
    assert "atrasada há 13 dias" in page
    assert f"/cases/{request.case.ref}/counter_refer" in page
    assert "Ninguém" not in text(browser.get("/bookings?show=owing&specialty=dermatologia"))
    assert "Nenhuma contrarreferência falta" in text(browser.get("/bookings?show=owing&specialty=cardiologia"))
    assert "Registrar a contrarreferência" in text(browser.get(f"/cases/{request.case.ref}"))


def test_a_visit_stays_on_a_list_until_somebody_says_who_came(desk, sign_in):
    desk.allow()
    session = desk.publish()
    request = desk.escalated()
    booking = desk.book(request)
    with clock.at(booking.at + timedelta(days=2)):
        browser = sign_in("rosangela")
        page = text(browser.get("/bookings?show=unmarked"))
        assert f"/bookings/{request.ref}" in page
        assert f"/bookings/agenda?day={session.day}" in page
        unit = text(sign_in("marina").get("/bookings?show=unmarked"))
        assert f"/bookings/{request.ref}" in unit
        assert "/bookings/agenda" not in unit
        assert "ainda não anotada" in text(sign_in("marina").get(f"/cases/{request.case.ref}"))
        db.session.rollback()
        desk.do("miss", request, "unknown", by="rosangela")
        assert "Nenhuma presença por anotar" in text(browser.get("/bookings?show=unmarked"))


def test_a_line_of_ones_hours_leads_to_the_case_of_ones_session(desk, sign_in):
    """Whoever asked on a case, gave it on and sees its patient now reads it whole; their own hours led to nothing."""
    desk.allow()
    desk.publish()
    walk = world.walk_to(world.State.SUBMITTED)
    walk.do("assign", to=world.person("lia"), why="Em turno.", by="rosangela")
    walk.do("ask", ["Foto de longe"], by="lia")
    walk.do("supply", {1: ("Segue.", "")}, by="marina")
    walk.assign()
    walk.escalate()
    lia, line = sign_in("lia"), f'href="/cases/{walk.case.ref}"'
    assert line not in text(lia.get("/hours"))
    desk.book(queries.requests_of(walk.case.id)[0])
    assert lia.get(f"/cases/{walk.case.ref}").status_code == 200
    assert line in text(lia.get("/hours"))
