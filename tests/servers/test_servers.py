"""The servers that the other tests lean on do what those tests believe of them."""

import os
import smtplib
import ssl
import sys
from email.message import EmailMessage
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
import pytest
from botocore.exceptions import ClientError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from tests.servers import chromium, postgres, process, restoring, s3, smtp

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def pg():
    server = postgres.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def store():
    server = s3.start()
    yield server
    server.stop()


def run(url, *statements):
    engine = create_engine(url)
    with engine.begin() as connection:
        results = [connection.execute(text(statement)) for statement in statements]
        answer = results[-1].scalar() if results[-1].returns_rows else None
    engine.dispose()
    return answer


def test_a_database_is_copied_from_a_template(pg):
    run(pg.create("template"), "CREATE TABLE t (n int)", "INSERT INTO t VALUES (1)")
    one, two = pg.copy("template", "one"), pg.copy("template", "two")
    run(one, "INSERT INTO t VALUES (2)")
    assert (run(one, "SELECT count(*) FROM t"), run(two, "SELECT count(*) FROM t")) == (2, 1)


def test_a_dropped_database_is_gone_even_with_somebody_in_it(pg):
    url = pg.create("dropped").replace("postgresql+psycopg", "postgresql")
    inside = psycopg.connect(url)
    pg.drop("dropped")
    with pytest.raises(psycopg.OperationalError):
        inside.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_a_database_that_was_made_before_is_made_anew(pg):
    pg.create("again")
    run(pg.create("again"), "CREATE TABLE t (n int)")
    pg.create("empty")
    with pytest.raises(ProgrammingError, match="does not exist"):
        run(pg.copy("empty", "again"), "SELECT n FROM t")


@pytest.fixture
def restored(pg):
    """Return a database with rows of each kind, the engine of who uses it, and what restores it."""
    template = pg.create("restored_template")
    run(
        template,
        "CREATE TABLE filled (id serial PRIMARY KEY, word text)",
        "CREATE TABLE empty (id serial PRIMARY KEY, filled_id int REFERENCES filled)",
        "INSERT INTO filled (word) VALUES ('one'), ('two')",
    )
    restoring.keep(template)
    url = pg.copy("restored_template", "restored")
    engine = create_engine(url)
    keeper = restoring.Restoring(engine)
    keeper.begin(url)
    yield engine, keeper
    keeper.end()
    engine.dispose()


def held(engine):
    with engine.connect() as connection:
        filled = connection.execute(text("SELECT id, word FROM filled ORDER BY id")).all()
        return [tuple(row) for row in filled], connection.execute(text("SELECT count(*) FROM empty")).scalar()


AS_FILLED = ([(1, "one"), (2, "two")], 0)


def test_rows_and_numbers_are_given_back(restored):
    engine, keeper = restored
    for _ in range(3):
        with engine.begin() as connection:
            connection.execute(text("UPDATE filled SET word = 'other' WHERE id = 1"))
            connection.execute(text("DELETE FROM filled WHERE id = 2"))
            new = connection.execute(text("INSERT INTO filled (word) VALUES ('three') RETURNING id")).scalar()
            number = connection.execute(text("INSERT INTO empty (filled_id) VALUES (1) RETURNING id")).scalar()
        assert (new, number) == (3, 1)
        assert keeper.restore()
        assert held(engine) == AS_FILLED


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE more (n int)",
        "DROP TABLE empty",
        "ALTER TABLE filled ADD n int",
        "CREATE INDEX more ON filled (word)",
    ],
)
def test_a_database_of_another_shape_is_not_restored(restored, change):
    engine, keeper = restored
    with engine.begin() as connection:
        connection.execute(text(change))
    assert not keeper.restore()


def test_who_else_is_connected_is_sent_away_and_a_connection_in_use_is_told(restored):
    engine, keeper = restored
    plain = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    stranger = psycopg.connect(plain)
    stranger.execute("INSERT INTO filled (word) VALUES ('pending')")
    assert keeper.restore()
    with pytest.raises(psycopg.OperationalError):
        stranger.commit()
    with engine.connect():
        assert not keeper.restore()
    assert held(engine) == AS_FILLED
    assert keeper.restore()


def test_who_may_not_put_guards_aside_restores_nothing(pg, restored):
    engine, keeper = restored
    run(pg.url("restored"), "CREATE ROLE plain LOGIN")
    keeper.begin(engine.url.set(username="plain").render_as_string(hide_password=False))
    assert not keeper.restore()


def test_two_sessions_of_postgresql_are_really_two(pg):
    url = pg.create("two_sessions")
    run(url, "CREATE TABLE t (n int)")
    engine = create_engine(url)
    with engine.connect() as writer, engine.connect() as reader:
        writer.execute(text("INSERT INTO t VALUES (1)"))
        assert reader.execute(text("SELECT count(*) FROM t")).scalar() == 0


def test_the_store_keeps_an_object_and_refuses_a_false_signature(store):
    bucket = store.bucket()
    client = store.client()
    client.put_object(Bucket=bucket, Key="a/b", Body=b"0123456789")
    assert client.get_object(Bucket=bucket, Key="a/b", Range="bytes=2-4")["Body"].read() == b"234"
    link = client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "a/b"}, ExpiresIn=60)
    with urlopen(link) as answer:
        assert answer.read() == b"0123456789"
    with pytest.raises(HTTPError, match="403"):
        urlopen(link.replace("Signature=", "Signature=0"))


def test_the_store_knows_nobody_else(store):
    store_of_stranger = s3.S3(store.endpoint, store.server, store.folder, store.ports, secret_key="guessed")
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        store_of_stranger.client().list_buckets()


def letter(to="ana@example.org", subject="Olá: há um caso à espera"):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "teleconsult@example.org", to, subject
    message.set_content("Corpo")
    return message


def test_mail_is_kept_as_it_was_sent():
    with smtp.Mail() as server, smtplib.SMTP(server.host, server.port) as client:
        client.send_message(letter())
        (message,) = server.wait_for(1)
    assert (message["To"], message["Subject"]) == ("ana@example.org", "Olá: há um caso à espera")


def test_mail_is_refused_for_one_recipient_or_for_all():
    with smtp.Mail() as server, smtplib.SMTP(server.host, server.port) as client:
        server.refuse("away@example.org", smtp.PERMANENT)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.send_message(letter("away@example.org"))
        server.failing = smtp.TEMPORARY
        with pytest.raises(smtplib.SMTPDataError, match="451"):
            client.send_message(letter())
        assert server.messages == []


def test_secure_mail_wants_encryption_and_the_account():
    with smtp.Mail(secure=True) as server, smtplib.SMTP(server.host, server.port) as client:
        with pytest.raises(smtplib.SMTPSenderRefused, match="STARTTLS"):
            client.send_message(letter())
        client.starttls(context=ssl.create_default_context(cafile=server.ca_file))
        with pytest.raises(smtplib.SMTPSenderRefused, match="Authentication"):
            client.send_message(letter())
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(server.user, "guessed")
        client.login(server.user, server.password)
        client.send_message(letter())
        assert len(server.wait_for(1)) == 1


def test_mail_comes_back_on_the_same_port():
    server = smtp.Mail()
    server.start()
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP(server.host, server.port)
    with server, smtplib.SMTP(server.host, server.port) as client:
        client.send_message(letter())
        server.wait_for(1)


def test_chromium_starts(playwright):
    browser = playwright.chromium.launch(**chromium.launch_args())
    page = browser.new_page()
    page.set_content("<h1>Olá</h1>")
    assert page.inner_text("h1") == "Olá"
    browser.close()


def test_a_missing_chromium_is_a_sentence(monkeypatch):
    monkeypatch.setenv("TELECONSULT_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(RuntimeError, match="Run tools/bootstrap"):
        chromium.find()


def test_a_server_that_ends_says_what_it_wrote(tmp_path):
    server = process.start("Nothing", [sys.executable, "-c", "print('no luck')"], log=tmp_path / "log")
    with pytest.raises(RuntimeError, match="no luck"):
        server.wait_until(lambda: False)


@pytest.mark.parametrize("ended", [FileNotFoundError, ProcessLookupError])
def test_a_thread_that_ends_while_children_are_counted_is_left_out(monkeypatch, ended):
    """On a busy machine the count broke, and with it the test that counted."""

    def gone(_path):
        raise ended

    monkeypatch.setattr(Path, "read_text", gone)
    assert process.children(os.getpid()) == set()
