"""Nobody changes their own rights, and one active manager always remains, also when two act at once."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from teleconsult.extensions import db, transaction
from teleconsult.people import queries
from teleconsult.people.access import Role
from teleconsult.people.models import ManagerSeat, UserRole
from tests import world
from tests.people.filled import filled

REGISTERED = {"council": "CRM", "council_number": "1234", "council_uf": "PE"}


@pytest.fixture
def two_managers(application):
    with application.app_context(), transaction():
        marina = world.person("marina")
        marina.role_rows.append(UserRole(Role.MANAGER))


def demote(client, ref):
    fields = filled(client.get(f"/people/{ref}"), id="formulario")
    roles = [role for role in fields["roles"] if role != "manager"] or ["administrator"]
    return client.post(f"/people/{ref}", data=fields | {"roles": roles})


def managers(application):
    with application.app_context():
        return [person.ref for person in queries.active_with_role(Role.MANAGER)]


def test_the_own_roles_are_not_offered(sign_in):
    page = sign_in("teresa").get("/people/PE-TERESA").get_data(as_text=True)
    assert "Ninguém muda os próprios papéis" in page
    assert 'type="checkbox" name="roles"' not in page
    assert "Desligar a conta" not in page


@pytest.mark.parametrize("changes", [{"roles": ["manager", "administrator"]}, {"roles": ["requester"]}, {"unit": "1"}])
def test_the_own_rights_cannot_be_forged(application, sign_in, two_managers, changes):
    teresa = sign_in("teresa")
    fields = filled(teresa.get("/people/PE-TERESA"), id="formulario") | REGISTERED | changes
    page = teresa.post("/people/PE-TERESA", data=fields).get_data(as_text=True)
    assert "Ninguém muda os próprios direitos." in page
    assert managers(application) == ["PE-MARINA", "PE-TERESA"]


def test_the_own_name_can_be_put_right(application, sign_in):
    teresa = sign_in("teresa")
    fields = filled(teresa.get("/people/PE-TERESA"), id="formulario") | {"name": "Teresa Farias Neta"}
    assert teresa.post("/people/PE-TERESA", data=fields).status_code == 302
    with application.app_context():
        assert world.person("teresa").name == "Teresa Farias Neta"
        assert world.person("teresa").roles == {"manager"}


def test_nobody_switches_themselves_off(application, sign_in, two_managers):
    assert sign_in("teresa").post("/people/PE-TERESA/switch-off", data={"sure": "1"}).status_code == 422
    assert "PE-TERESA" in managers(application)


def test_another_manager_can_go(application, sign_in, two_managers):
    assert demote(sign_in("teresa"), "PE-MARINA").status_code == 302
    assert managers(application) == ["PE-TERESA"]
    with application.app_context():
        assert db.session.scalar(select(ManagerSeat.active_managers)) == 1


def test_who_is_switched_off_does_not_count(application, sign_in, two_managers):
    teresa, marina = sign_in("teresa"), sign_in("marina")
    assert teresa.post("/people/PE-MARINA/switch-off", data={"sure": "1"}).status_code == 302
    assert marina.post("/people/PE-TERESA/switch-off", data={"sure": "1"}).location == "/sign-in"
    assert managers(application) == ["PE-TERESA"]


@pytest.mark.parametrize("how", ["demote", "switch off", "one each"])
def test_two_managers_remove_each_other_at_once(application, sign_in, two_managers, how):
    def off(client, ref):
        return client.post(f"/people/{ref}/switch-off", data={"sure": "1"})

    ways = {"demote": (demote, demote), "switch off": (off, off), "one each": (demote, off)}[how]
    start, codes = Barrier(2), []
    fields = {}
    browsers = [(sign_in("teresa"), "PE-MARINA", ways[0]), (sign_in("marina"), "PE-TERESA", ways[1])]
    for client, ref, _ in browsers:
        fields[ref] = filled(client.get(f"/people/{ref}"), id="formulario")

    def race(client, ref, way):
        start.wait()
        if way is off:
            answer = off(client, ref)
        else:
            roles = [role for role in fields[ref]["roles"] if role != "manager"] or ["administrator"]
            answer = client.post(f"/people/{ref}", data=fields[ref] | {"roles": roles})
        codes.append(answer.status_code)

    threads = [Thread(target=race, args=browser) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(managers(application)) == 1
    assert codes.count(302) >= 1
    assert not [code for code in codes if code >= 500]
