"""Sessions: kept on the server, with an end; a new one at each sign-in."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

import config
from teleconsult import clock
from teleconsult.extensions import db
from teleconsult.people.models import Session
from tests import world

WHO = {"who": "marina@rede.example", "password": world.PASSWORD}


def rows(application):
    with application.app_context():
        return db.session.scalars(select(Session).order_by(Session.id)).all()


def is_in(client):
    return client.get("/account").status_code == 200


@pytest.mark.parametrize(("shared", "minutes"), [({}, 60), ({"shared": "y"}, 15)])
def test_ends_when_nothing_is_done(client, shared, minutes):
    start = clock.now()
    client.post("/sign-in", data=WHO | shared)
    with clock.at(start + timedelta(minutes=minutes - 1)):
        assert is_in(client)
    with clock.at(start + timedelta(minutes=2 * minutes - 2)):
        assert is_in(client)
    with clock.at(start + timedelta(minutes=3 * minutes - 1)):
        assert not is_in(client)


def test_a_clock_that_was_ahead_leaves_no_session_open_for_longer(client):
    """Put right again, it left a computer of the unit signed in for a day."""
    start = clock.now()
    with clock.at(start + timedelta(days=1)):
        client.post("/sign-in", data=WHO | {"shared": "y"})
    with clock.at(start):
        assert is_in(client)
    with clock.at(start + timedelta(minutes=14)):
        assert is_in(client)
    with clock.at(start + timedelta(minutes=30)):
        assert not is_in(client)


def test_a_clock_set_an_hour_back_signs_nobody_out(client):
    start = clock.now()
    client.post("/sign-in", data=WHO)
    with clock.at(start - timedelta(hours=1)):
        assert is_in(client)


def test_what_one_does_keeps_nobody_else_signed_in(sign_in):
    start = clock.now()
    marina, paulo = sign_in("marina"), sign_in("paulo")
    with clock.at(start + timedelta(minutes=59)):
        assert is_in(marina)
    with clock.at(start + timedelta(minutes=61)):
        assert is_in(marina)
        assert not is_in(paulo)


def test_ends_after_twelve_hours_however_busy(client):
    start = clock.now()
    client.post("/sign-in", data=WHO)
    for half in range(1, 24):
        with clock.at(start + timedelta(minutes=30 * half)):
            assert is_in(client)
    with clock.at(start + timedelta(hours=12, seconds=1)):
        assert not is_in(client)


def test_a_page_a_second_is_written_down_once_a_minute(application, client):
    start = clock.now()
    client.post("/sign-in", data=WHO)
    writes = []

    def listen(_connection, _cursor, statement, *_):
        if statement.startswith("UPDATE sessions"):
            writes.append(statement)

    with application.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", listen)
    try:
        for second in range(1, 130, 10):
            with clock.at(start + timedelta(seconds=second)):
                assert is_in(client)
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    assert len(writes) == 2


def test_the_cookie_holds_a_token_and_the_database_only_its_hash(application, client):
    client.post("/sign-in", data=WHO)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    assert len(token) >= 43
    (row,) = rows(application)
    assert token not in row.token_hash
    assert "PE-MARINA" not in token


def test_each_sign_in_has_a_cookie_of_its_own(application, client):
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody before"
        cookie["csrf_token"] = "planted"
        cookie["language"] = "en"
    client.forges = False
    client.post("/sign-in", data=WHO)
    with client.session_transaction() as cookie:
        first, kept = cookie["_user_id"], dict(cookie)
    assert "planted" not in kept
    assert kept.get("csrf_token") != "planted"
    assert kept["language"] == "en"
    client.post("/sign-in", data=WHO)
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != first


def test_the_cookies_attributes(client):
    header = client.post("/sign-in", data=WHO).headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Path=/" in header
    assert "Expires" not in header
    assert "Max-Age" not in header


def test_the_cookie_of_a_real_installation_is_bound_to_its_host():
    env = {"SECRET_KEY": "s" * 32, "AUDIT_KEY": "a" * 32, "BASE_URL": "https://tc.example", "SMTP_HOST": "mail"}
    settings = config.load(env | {"ALLOWED_HOSTS": "tc.example", "MAIL_FROM": "tc@tc.example"})
    assert settings["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert settings["SESSION_COOKIE_SECURE"]
    assert settings["SESSION_COOKIE_HTTPONLY"]
    assert settings["SESSION_COOKIE_PATH"] == "/"
    assert not settings.get("SESSION_COOKIE_DOMAIN")
    assert settings["WTF_CSRF_TIME_LIMIT"] is None


def test_sign_out_ends_it_on_the_server(application, client):
    client.post("/sign-in", data=WHO)
    with client.session_transaction() as cookie:
        before = dict(cookie)
        cookie["typed"] = "by who signs out"
    assert client.post("/sign-out").location == "/sign-in"
    with client.session_transaction() as cookie:
        assert not {"_user_id", "typed"} & set(cookie)
    assert "Você saiu." in client.get("/sign-in").get_data(as_text=True)
    with client.session_transaction() as cookie:
        cookie.update(before)
    assert not is_in(client)
    assert rows(application)[0].ended_at


def test_sign_out_is_no_link(sign_in):
    client = sign_in("marina")
    assert client.get("/sign-out").status_code == 405
    assert is_in(client)


def test_a_made_up_token_is_nobody(client):
    for token in ("", "x", "1", "PE-MARINA", "' OR 1=1 --"):
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
        assert not is_in(client)


def test_pages_with_data_are_not_kept_by_the_browser(sign_in):
    assert sign_in("marina").get("/account").headers["Cache-Control"] == "no-store"
