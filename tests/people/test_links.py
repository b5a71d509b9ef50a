"""Resets and invitations: one use, an end, only to the registered address, and no secret lying about."""

import json
import re
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from flask import render_template
from sqlalchemy import func, select, update

from teleconsult import clock
from teleconsult.audit import AuditEvent
from teleconsult.extensions import db, transaction
from teleconsult.outbox import OutboxMessage
from teleconsult.people import links
from teleconsult.people.models import LinkKind, Session, SingleUseLink, User
from tests import world
from tests.conftest import Browser

NEW = "jaca-madura-no-quintal-8"


def ask(client, who="marina@rede.example"):
    return client.post("/reset", data={"who": who}).get_data(as_text=True)


def secret(application, kind=LinkKind.RESET):
    """The path of the link in the mail that would go out now."""
    with application.app_context():
        link_id = db.session.scalar(
            select(SingleUseLink.id).where(SingleUseLink.kind == kind).order_by(SingleUseLink.id.desc())
        )
        return links.account_link(link_id).removeprefix("http://teleconsult.test")


def use(client, path, password=NEW):
    return client.post(path, data={"password": password, "password_again": password})


def entered(application, password):
    client = application.test_client()
    return client.post("/sign-in", data={"who": "marina@rede.example", "password": password}).status_code == 302


def count(application, model):
    with application.app_context():
        return db.session.scalar(select(func.count()).select_from(model))


def invite(application):
    with application.app_context(), transaction():
        db.session.execute(update(User).where(User.email == "marina@rede.example").values(password_hash=None))
        links.send(world.person("marina"), LinkKind.INVITATION, by_id=None)


def plain(page):
    return re.sub(r'value="[^"]*"', "", page)


def test_the_answer_is_the_same_for_somebody_and_for_nobody(application, client):
    assert plain(ask(client)) == plain(ask(client, "nobody@rede.example"))
    assert count(application, OutboxMessage) == 1


def test_the_mail_goes_to_the_registered_address_also_when_asked_by_cpf(application, client):
    with application.app_context(), transaction():
        db.session.execute(update(User).where(User.email == "marina@rede.example").values(cpf="52998224725"))
    ask(client, "529.982.247-25")
    with application.app_context():
        message = db.session.scalars(select(OutboxMessage)).one()
        assert (message.kind, message.address) == ("email", "marina@rede.example")


def test_who_is_switched_off_gets_nothing(application, client):
    with application.app_context(), transaction():
        db.session.execute(
            update(User)
            .where(User.email == "marina@rede.example")
            .values(switched_off_at=clock.now(), switched_off_by_id=1)
        )
    ask(client)
    assert count(application, OutboxMessage) == 0


def test_a_mailbox_is_not_filled(application, client):
    for _ in range(5):
        # Said to everybody alike: whoever asks a fourth time would wait for a mail that does not come.
        assert "Depois de três pedidos em uma hora, nenhum outro é enviado" in ask(client)
    assert count(application, SingleUseLink) == 3
    assert use(client, secret(application)).status_code == 302


def test_the_secret_lies_nowhere(application, client):
    ask(client)
    token = secret(application).rpartition("/")[2]
    assert len(token) >= 43
    with application.app_context():
        link = db.session.scalars(select(SingleUseLink)).one()
        rows = [
            link.token_hash,
            link.seed,
            json.dumps(db.session.scalars(select(OutboxMessage.payload)).all()),
            str(db.session.execute(select(AuditEvent.data, AuditEvent.subject)).all()),
        ]
    assert not [row for row in rows if token in row]


def test_the_mail_says_where_and_until_when(application, client):
    ask(client)
    with application.app_context():
        message = db.session.scalars(select(OutboxMessage)).one()
        text = render_template(f"email/{message.payload['template']}.txt", **message.payload["params"])
    assert text.startswith("Subject: Nova senha do Teleconsult\n\n")
    assert f"http://teleconsult.test{secret(application)}\n" in text
    assert "Ele vale uma vez, até" in text
    assert "Marina" not in text


def test_a_reset_lets_in_with_the_new_password_only(application, client, sign_in):
    elsewhere = sign_in("marina")
    ask(client)
    path = secret(application)
    assert "Criar nova senha" in client.get(path).get_data(as_text=True)
    assert use(client, path).location == "/sign-in"
    assert not entered(application, world.PASSWORD)
    assert entered(application, NEW)
    assert elsewhere.get("/account").location.startswith("/sign-in")


def test_a_reset_ends_the_rest(application, client):
    for _ in range(10):
        entered(application, "wrong")
    assert not entered(application, world.PASSWORD)
    ask(client)
    use(client, secret(application))
    assert not entered(application, "wrong")  # the first of ten once more
    assert entered(application, NEW)


def test_it_opens_once(application, client):
    ask(client)
    path = secret(application)
    use(client, path)
    again = use(application.test_client(), path, "outra-frase-bem-longa-5")
    assert again.status_code == 410
    assert "Este link já foi usado" in again.get_data(as_text=True)
    assert entered(application, NEW)


@pytest.mark.parametrize(
    ("kind", "still", "over"),
    [
        (LinkKind.RESET, timedelta(minutes=59), timedelta(minutes=61)),
        (LinkKind.INVITATION, timedelta(days=6, hours=23), timedelta(days=7, minutes=1)),
    ],
)
def test_it_ends(application, client, kind, still, over):
    if kind == LinkKind.RESET:
        ask(client)
    else:
        invite(application)
    path = secret(application, kind)
    with clock.at(clock.now() + still):
        assert client.get(path).status_code == 200
    with clock.at(clock.now() + over):
        assert use(client, path).status_code == 410


def test_a_newer_one_ends_the_older(application, client):
    ask(client)
    older = secret(application)
    ask(client)
    assert client.get(older).status_code == 410
    assert client.get(secret(application)).status_code == 200


def test_a_mail_that_did_not_go_out_never_brings_a_link_that_opens_nothing(application, client):
    """The mail server was away: whoever asked three times would get three mails, of which two lead to “não vale mais”."""
    invite(application)
    for _ in range(2):
        ask(client)
    with application.app_context():
        (waiting,) = db.session.scalars(select(OutboxMessage)).all()
        newest = db.session.scalar(select(func.max(SingleUseLink.id)))
    assert waiting.payload["params"] == {"link": newest}


def test_a_guess_opens_nothing(client):
    for path in ("/reset/x", "/invitation/x", "/reset/" + "x" * 900):
        assert client.get(path).status_code == 410


def test_a_reset_is_no_invitation(application, client):
    ask(client)
    assert client.get(secret(application).replace("/reset/", "/invitation/")).status_code == 410


def test_looking_at_it_uses_nothing(application, client):
    ask(client)
    for _ in range(3):
        assert client.get(secret(application)).status_code == 200


def test_a_password_that_is_refused_leaves_it_open(application, client):
    ask(client)
    path = secret(application)
    for password, why in (
        ("curta1", "pelo menos 12 caracteres"),
        ("senhasegura2026", "das primeiras que se tentam"),
        (world.PASSWORD, "não seja a atual nem a anterior"),
        ("x1" * 600, "no máximo 1.024"),
    ):
        assert why in use(client, path, password).get_data(as_text=True)
    differ = client.post(path, data={"password": NEW, "password_again": NEW + "x"})
    assert "As duas senhas não são iguais." in differ.get_data(as_text=True)
    assert use(client, path).status_code == 302


def test_an_invitation_sets_the_first_password(application, client):
    invite(application)
    assert not entered(application, world.PASSWORD)
    page = client.get(secret(application, LinkKind.INVITATION)).get_data(as_text=True)
    assert "Criar a sua senha" in page
    assert "Dra. Marina Alves" in page
    use(client, secret(application, LinkKind.INVITATION))
    assert entered(application, NEW)


def test_who_lost_the_invitation_asks_for_another(application, client):
    invite(application)
    ask(client)
    with application.app_context():
        kinds = list(db.session.scalars(select(SingleUseLink.kind).order_by(SingleUseLink.id)))
    assert kinds == [LinkKind.INVITATION, LinkKind.INVITATION]


@pytest.mark.parametrize("kind", LinkKind)
def test_used_by_two_at_once_it_opens_for_one(application, client, kind):
    if kind == LinkKind.INVITATION:
        invite(application)
    else:
        ask(client)
    path = secret(application, kind)
    start, codes = Barrier(2), []

    def race(n):
        browser = Browser(application)
        start.wait()
        codes.append(use(browser, path, f"jaca-madura-no-quintal-{n}").status_code)

    threads = [Thread(target=race, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [302, 410]
    assert count(application, Session) == 0


def test_who_sets_a_password_in_a_colleagues_browser_comes_to_the_door_and_not_to_the_colleagues_cases(
    application, client, sign_in
):
    paulos = sign_in("paulo")
    ask(client)
    path = secret(application)
    page = paulos.get(path).get_data(as_text=True)
    assert "Neste navegador está aberta a conta de Dr. Paulo" in page
    assert "está aberta a conta" not in client.get(path).get_data(as_text=True)
    done = use(paulos, path)
    assert done.location == "/sign-in"
    door = paulos.get("/sign-in")
    assert (door.status_code, "A senha está criada. Entre com ela." in door.get_data(as_text=True)) == (200, True)
    assert paulos.get("/waiting").location.startswith("/sign-in")


def test_a_password_that_is_refused_leaves_the_colleague_signed_in(application, client, sign_in):
    paulos = sign_in("paulo")
    ask(client)
    use(paulos, secret(application), "short")
    assert paulos.get("/account").status_code == 200


@pytest.mark.parametrize("more", [".", ">", "%20", "%0A", "%E2%80%9D,"])
def test_a_link_opens_with_what_a_mail_program_leaves_at_its_end(application, client, more):
    ask(client)
    assert "Criar nova senha" in client.get(secret(application) + more).get_data(as_text=True)


@pytest.mark.parametrize("kind", ["reset", "invitation"])
def test_a_link_that_came_broken_is_told_from_one_that_is_over(client, kind):
    broken, over = client.get(f"/{kind}/5gLDTqZaqpTAB_OCN12W3RWZ"), client.get(f"/{kind}/{'a' * 43}")
    assert (broken.status_code, over.status_code) == (410, 410)
    assert "Copie do e-mail o endereço inteiro" in broken.get_data(as_text=True)
    assert "já foi usado" not in broken.get_data(as_text=True)
    assert "já foi usado" in over.get_data(as_text=True)


def test_a_mail_says_the_end_by_the_clock_of_the_unit(application, client):
    """By the clock of Recife somebody in Rio Branco would come two hours too late."""
    asked_at = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
    with clock.at(asked_at):
        ask(client)
    with application.app_context(), clock.at(asked_at):
        with transaction():
            world.person("marina").unit.zone = "America/Rio_Branco"
        payload = db.session.scalars(select(OutboxMessage.payload)).one()
        assert "até seg., 23 nov., 14:00." in render_template("email/account_reset.txt", **payload["params"])
