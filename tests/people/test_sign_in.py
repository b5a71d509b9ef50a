"""Signing in: by e-mail or CPF; one answer and one argon2 check for every kind of no."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from teleconsult import clock
from teleconsult.audit import AuditEvent
from teleconsult.extensions import db, transaction
from teleconsult.people import actions, credentials, passwords
from teleconsult.people.models import Session, User
from tests import world
from tests.racing import uncommitted

WHO = "marina@rede.example"
CPF = "52998224725"


def enter(client, who=WHO, password=world.PASSWORD, **more):
    return client.post("/sign-in", data={"who": who, "password": password} | more)


def words(answer):
    """What a page says, without the token that is another each time."""
    return re.sub(r'(name="csrf_token"[^>]* value=)"[^"]*"', r"\1", answer.get_data(as_text=True))


def change(application, **values):
    with application.app_context(), transaction():
        db.session.execute(update(User).where(User.email == WHO).values(**values))


def told(application, word):
    with application.app_context():
        return db.session.scalar(select(func.count()).where(AuditEvent.word == word))


def test_by_email_or_cpf(application, client):
    change(application, cpf=CPF)
    for who in (WHO, " Marina@REDE.example ", CPF, "529.982.247-25", "529 982 247 25"):
        answer = enter(client, who)
        assert (answer.status_code, answer.location) == (302, "/"), who
        assert client.get("/account/sessions").status_code == 200
    assert told(application, "person.sign_in") == 5


def test_the_page(client):
    page = client.get("/sign-in").get_data(as_text=True)
    assert "CPF ou e-mail institucional" in page
    assert "sair sozinho após 15 minutos parado" in page
    assert "gov.br" not in page
    assert "SAMU 192" in page
    assert 'href="/reset"' in page
    assert 'href="/reset?first=1"' in page


def _wrong_password(application):
    return {"password": "another-one-12"}


def _nobody(application):
    return {"who": "nobody@rede.example"}


def _too_long(application):
    return {"password": world.PASSWORD + "x" * 2000}


def _switched_off(application):
    change(application, switched_off_at=clock.now(), switched_off_by_id=1)
    return {}


def _not_invited(application):
    change(application, password_hash=None)
    return {}


def _resting(application):
    change(application, rests_until=clock.now() + timedelta(minutes=5))
    return {}


KINDS_OF_NO = [_wrong_password, _nobody, _too_long, _switched_off, _not_invited, _resting]


@pytest.mark.parametrize("kind", KINDS_OF_NO)
def test_every_no_says_the_same_and_costs_one_check(application, client, monkeypatch, kind):
    expected = words(enter(client, "who-is-this@rede.example"))
    given = {"who": WHO} | kind(application)
    checks = []
    real = passwords.PasswordHasher.verify
    monkeypatch.setattr(
        passwords.PasswordHasher, "verify", lambda self, *args: checks.append(args[0]) or real(self, *args)
    )
    answer = enter(application.test_client(), **given)
    assert answer.status_code == 401
    assert len(checks) == 1
    assert words(answer).replace(given["who"], "who-is-this@rede.example") == expected


def test_what_was_typed_as_password_is_nowhere(application, client):
    page = enter(client, WHO, "a-very-private-text-1").get_data(as_text=True)
    enter(client, "a-very-private-text-1", "x")
    assert "a-very-private-text-1" not in page
    with application.app_context():
        rows = db.session.execute(select(AuditEvent.data, AuditEvent.subject)).all()
        assert "a-very-private-text-1" not in str(rows)
        assert "marina" not in str(rows).lower().replace("pe-marina", "")


def test_after_ten_failures_the_account_rests_and_wakes(application, client):
    start = clock.now()
    with clock.at(start):
        for _ in range(10):
            enter(client, password="wrong")
        assert enter(client).status_code == 401
    with clock.at(start + timedelta(seconds=61)):
        assert enter(client).status_code == 302


def test_the_rest_grows_but_not_for_ever(application, client):
    moment = clock.now()
    lengths = []
    for _ in range(20):
        with clock.at(moment):
            enter(client, password="wrong")
        with application.app_context():
            until = db.session.scalar(select(User.rests_until).where(User.email == WHO))
        if until:
            lengths.append(round((until - moment).total_seconds() / 60))
            moment = until
    assert lengths == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]


def test_failures_while_it_rests_do_not_lengthen_it(application, client):
    change(application, failures=10, rests_until=clock.now() + timedelta(minutes=1))
    for _ in range(5):
        enter(client, password="wrong")
    with clock.at(clock.now() + timedelta(seconds=61)):
        assert enter(client).status_code == 302
    assert told(application, "person.sign_in_refused") == 5


def test_a_right_password_forgets_the_failures(application, client):
    for _ in range(9):
        enter(client, password="wrong")
    assert enter(client).status_code == 302
    for _ in range(9):
        enter(client, password="wrong")
    assert enter(client).status_code == 302


def test_a_hash_of_another_cost_is_made_anew(application, client):
    with application.app_context():
        dearer = passwords._hasher(2, 16, 1).hash(world.PASSWORD)
    change(application, password_hash=dearer)
    assert enter(client).status_code == 302
    with application.app_context():
        kept = db.session.scalar(select(User.password_hash).where(User.email == WHO))
    assert kept != dearer
    assert "m=8,t=1,p=1" in kept
    assert enter(application.test_client()).status_code == 302


def test_signing_in_does_not_overtake_who_edits_the_person(application, client):
    with application.app_context():
        before = db.session.scalar(select(User.version).where(User.email == WHO))
    enter(client, password="wrong")
    enter(client)
    with application.app_context():
        assert db.session.scalar(select(User.version).where(User.email == WHO)) == before


def test_leads_only_to_own_pages(client):
    assert enter(client, next="/cases/TC-1?tab=2").location == "/cases/TC-1?tab=2"
    assert enter(client, next="//evil.example/").location == "/"
    assert enter(client, next="").location == "/"


def test_asks_for_both_fields(client):
    page = enter(client, "", "").get_data(as_text=True)
    assert "Escreva o seu CPF ou e-mail." in page
    assert "Escreva a sua senha." in page


def test_who_is_in_already_is_led_home(sign_in):
    assert sign_in("marina").get("/sign-in").location == "/"


def test_the_last_time_is_told(application, client):
    enter(client)
    with clock.at(clock.now() + timedelta(days=2)):
        page = application.test_client()
        enter(page)
        assert "Último acesso:" in page.get("/account/sessions").get_data(as_text=True)


def test_signing_in_again_ends_the_session_of_this_browser(application, client):
    enter(client)
    enter(client)
    with application.app_context():
        ended = list(db.session.scalars(select(Session.ended_at).order_by(Session.id)))
    assert [bool(moment) for moment in ended] == [True, False]


def _leave(person):
    actions.switch_off(person, by=world.person("teresa"))


def _choose_another(person):
    credentials.write(person, passwords.hash_password("jaca-madura-no-quintal-8"))


@pytest.mark.parametrize("change", [_leave, _choose_another])
def test_what_changes_after_the_password_was_found_right_keeps_out_whoever_it_concerns(application, client, change):
    enter(client, "nobody@rede.example")  # what is loaded once would outlast the other transaction
    with application.app_context():
        number = world.person("marina").id
    with uncommitted(application, change, (User, number)):
        assert enter(client).status_code == 401
    with application.app_context():
        assert db.session.scalar(select(func.count()).where(Session.ended_at.is_(None))) == 0
        assert db.session.get_one(User, number).last_sign_in_at is None
    assert told(application, "person.sign_in") == 0
    assert client.get("/account").location.startswith("/sign-in")
