"""People stand by their names as one reads them: “Ênio” before “Helena”, not behind “Zuleide”."""

import re

import pytest

from teleconsult.bookings import queries_agenda
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import transaction
from teleconsult.people import queries
from teleconsult.people.access import Role
from tests import world


@pytest.fixture
def renamed(session):
    """Have a consultant and a requester whose names begin with a letter that bears a sign."""
    with transaction():
        world.person("lia").name = "Ênio Cordeiro"
        world.person("bia").name = "Ítalo Lemos"
        world.person("bia").unit_id = world.person("marina").unit_id


def test_consultants_stand_by_their_names(renamed):
    names = ["Ênio Cordeiro", "Helena Duarte", "Paulo Nogueira"]
    assert [row.name for row in queries_agenda.consultants()] == names
    assert [one.name for one in queries.active_with_role(Role.CONSULTANT)] == names
    assert [one.name for one in queries.consultants_of(world.specialty("dermatologia").id)] == [names[0], names[2]]


def test_requesters_stand_by_their_names(renamed, sign_in, case_in):
    browser = sign_in("dora")
    ref = case_in(State.SUBMITTED).case.ref
    for who, address, named, names in (
        ("dora", "/cases/new", "requester", ["Ítalo Lemos", "Jonas Tenório", "Marina Alves"]),
        ("dora", "/district", "requester", ["Ítalo Lemos", "Jonas Tenório", "Marina Alves"]),
        ("rosangela", f"/cases/{ref}/hand_over", "requester", ["Ítalo Lemos", "Jonas Tenório"]),
    ):
        browser = sign_in(who)
        field = browser.get(address).get_data(as_text=True).split(f'name="{named}"', 1)[1].split("</form>")[0]
        assert re.findall("Ítalo Lemos|Jonas Tenório|Marina Alves", field) == names, address
