"""Nobody changes their own rights, and one active manager always remains, also when two act at once."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, select, update

from teleconsult import clock
from teleconsult.errors import Refused
from teleconsult.extensions import changed, db, transaction
from teleconsult.people import actions, queries
from teleconsult.people.access import Role
from teleconsult.people.actions_import import add_all
from teleconsult.people.facts import PersonFacts
from teleconsult.people.managers import keep_a_manager
from teleconsult.people.models import ManagerSeat, User, UserRole
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


def invite_a_manager(application):
    facts = PersonFacts(name="Iara Monteiro", email="iara@rede.example", roles=frozenset({Role.MANAGER}))
    with application.app_context(), transaction():
        return actions.create(facts, by=world.person("teresa")).ref


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


def test_who_is_only_invited_does_not_count(application, two_managers):
    invite_a_manager(application)
    with application.app_context():
        teresa, marina = world.person("teresa"), world.person("marina")
        with transaction(marina):
            actions.switch_off(marina, by=teresa)
        assert db.session.scalar(select(ManagerSeat.active_managers)) == 1
        with transaction():
            changed(update(User).where(User.id == teresa.id).values(password_hash=None))
        with pytest.raises(Refused, match="já criou a senha"), transaction(marina):
            keep_a_manager()


@pytest.mark.parametrize("how", ["off", "demote", "on", "invite", "change", "create", "import"])
def test_who_was_switched_off_a_moment_ago_acts_no_more(application, two_managers, how):
    """As the second of two at once: the gate let them in before, and they stand as it read them."""
    facts = PersonFacts(name="Rui Barros", email="rui@rede.example", roles=frozenset({Role.ADMINISTRATOR}))
    ways = {
        "off": lambda: actions.switch_off(world.person("dora"), by=marina),
        "on": lambda: actions.switch_on(world.person("dora"), by=marina),
        "invite": lambda: actions.invite_again(world.person("dora"), by=marina),
        "change": lambda: actions.change(world.person("dora"), facts, by=marina),
        "create": lambda: actions.create(facts, by=marina),
        "import": lambda: add_all([facts], by=marina, invite=False),
    }
    with application.app_context():
        marina = world.person("marina")
        with transaction():
            lost = {"switched_off_at": clock.now(), "switched_off_by_id": world.person("teresa").id}
            if how == "demote":
                db.session.execute(delete(UserRole).where(UserRole.user_id == marina.id, UserRole.role == "manager"))
            else:
                changed(update(User).where(User.id == marina.id).values(lost))
        with pytest.raises(Refused, match="agora há pouco"), transaction():
            ways.get(how, ways["off"])()
        assert world.person("dora").is_active


@pytest.mark.parametrize("invited", [False, True], ids=["alone", "with one who is only invited"])
@pytest.mark.parametrize("how", ["demote", "switch off", "one each"])
def test_two_managers_remove_each_other_at_once(application, sign_in, two_managers, how, invited):
    third = invite_a_manager(application) if invited else ""

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
    left = managers(application)
    assert len([ref for ref in left if ref != third]) == 1
    assert (third in left) is bool(third)
    assert codes.count(302) >= 1
    assert not [code for code in codes if code >= 500]
