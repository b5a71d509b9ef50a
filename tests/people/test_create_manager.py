"""`flask create-manager`: how a real installation begins."""

from teleconsult.extensions import db
from teleconsult.people import queries
from teleconsult.people.access import Role
from teleconsult.people.models import SingleUseLink
from tests import world

PASSWORD = "jaca-madura-no-quintal-8"


def create(application, *args, text=""):
    return application.test_cli_runner().invoke(args=["create-manager", *args], input=text)


def test_asks_and_prints_a_link_that_sets_the_password(application, client):
    result = create(application, text="Ângela Prado\nAngela@rede.example\n")
    assert result.exit_code == 0, result.output
    address = result.output.strip().splitlines()[-1]
    assert address.startswith("http://teleconsult.test/invitation/")
    path = address.removeprefix("http://teleconsult.test")
    assert client.post(path, data={"password": PASSWORD, "password_again": PASSWORD}).status_code == 302
    assert client.post("/sign-in", data={"who": "angela@rede.example", "password": PASSWORD}).status_code == 302
    with application.app_context():
        assert len(queries.active_with_role(Role.MANAGER)) == 2


def test_a_password_typed_here_must_be_changed_first(application, client):
    result = create(
        application,
        "--name",
        "Ângela Prado",
        "--email",
        "angela@rede.example",
        "--ask-password",
        text=f"{PASSWORD}\n{PASSWORD}\n",
    )
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    client.post("/sign-in", data={"who": "angela@rede.example", "password": PASSWORD})
    assert client.get("/people").location.startswith("/account/password?next=")
    assert "escolhida por outra pessoa" in client.get("/account/password").get_data(as_text=True)


def test_says_what_is_wrong_and_writes_nothing(application):
    for args, text, why in (
        (("--name", "Ângela", "--email", "x"), "", "This e-mail is not complete"),
        (("--name", "Teresa Farias", "--email", "teresa@rede.example"), "", "There is already an account"),
        (("--name", "Ângela Prado", "--email", "a@rede.example", "--ask-password"), "curta\ncurta\n", "at least 12"),
    ):
        result = create(application, *args, text=text)
        assert result.exit_code == 1
        assert why in result.output
    with application.app_context():
        assert [manager.ref for manager in queries.active_with_role(Role.MANAGER)] == [world.person("teresa").ref]
        assert db.session.scalar(db.select(SingleUseLink.id)) is None
