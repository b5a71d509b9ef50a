"""A network that is not in Recife: its hours and its holidays are its own."""

from datetime import date

import pytest
from flask import current_app

from teleconsult.cases.counting import clocks_of
from teleconsult.extensions import db, transaction
from teleconsult.network.loader import load_network
from teleconsult.network.models import HealthUnit
from teleconsult.network.settings import BUSINESS, Counting
from teleconsult.shifts import actions
from teleconsult.shifts.models import Holiday
from teleconsult.web import words
from tests.network.test_loader import TAKES, TODAY

ACRE = "America/Rio_Branco"


@pytest.fixture
def in_acre(application, monkeypatch):
    monkeypatch.setitem(application.config, "BABEL_DEFAULT_TIMEZONE", ACRE)
    monkeypatch.setitem(application.config, "HOLIDAYS", "AC")


def loaded(application, folder, units):
    (folder / "health_units.csv").write_bytes(units)
    (folder / "specialties.csv").write_bytes(TAKES)
    return application.test_cli_runner().invoke(load_network, [str(folder)])


def test_who_has_no_unit_reads_the_clock_of_the_network(in_acre, application):
    with application.test_request_context():
        assert words.zone().key == ACRE


def test_working_hours_are_those_of_the_network(in_acre, session):
    assert current_app.config["BABEL_DEFAULT_TIMEZONE"] == ACRE
    hours = clocks_of(Counting({"routine": BUSINESS}, ((0, 420, 1020),)), ()).of("routine")
    assert hours is not None
    assert hours.zone == ACRE


def test_a_unit_that_says_no_zone_is_where_the_network_is(in_acre, application, tmp_path):
    answer = loaded(application, tmp_path, TODAY.replace(b"America/Manaus", b""))
    assert answer.exit_code == 0, answer.output
    with application.app_context():
        assert db.session.scalars(db.select(HealthUnit.zone).where(HealthUnit.slug == "ubs-centro")).one() == ACRE


@pytest.mark.parametrize("address", ["/units/new", "/rooms/new"])
def test_a_new_place_is_offered_the_zone_of_the_network(in_acre, sign_in, address):
    assert f'<option selected value="{ACRE}">' in sign_in("teresa").get(address).get_data(as_text=True)


def test_every_zone_that_a_list_may_name_is_one_that_the_page_of_the_unit_offers(application, sign_in, tmp_path):
    said = loaded(application, tmp_path, TODAY.replace(b"America/Manaus", b"America/Lima"))
    assert "unknown zone 'America/Lima'" in said.output
    assert loaded(application, tmp_path, TODAY.replace(b"America/Manaus", b"America/Maceio")).exit_code == 0
    page = sign_in("teresa").get("/units/ubs-centro/edit").get_data(as_text=True)
    assert '<option selected value="America/Maceio">' in page


@pytest.mark.parametrize(
    ("place", "free", "works"),
    [
        ("AC", date(2027, 6, 15), date(2027, 7, 16)),  # Acre's anniversary; Our Lady of Mount Carmel is Recife's
        ("BR", date(2027, 9, 7), date(2027, 3, 6)),
        ("PE", date(2027, 3, 6), date(2027, 7, 16)),
        ("PE-Recife", date(2027, 7, 16), date(2027, 6, 15)),
    ],
)
def test_holidays_are_those_of_the_state(application, session, monkeypatch, place, free, works):
    monkeypatch.setitem(application.config, "HOLIDAYS", place)
    with transaction():
        actions.load_holidays(2027)
    days = set(db.session.scalars(db.select(Holiday.day)))
    assert free in days
    assert works not in days
