"""Mail goes to a real server: what is taken, put off, refused; and what happens when none answers."""

import smtplib
import socket
import threading
from email import message_from_bytes, policy

import pytest

from teleconsult import mail, outbox
from teleconsult.extensions import db, transaction
from teleconsult.outbox import OutboxMessage
from tests.servers import process, smtp

pytestmark = pytest.mark.server
ANA = "ana@rede.example"


@pytest.fixture
def server(application):
    with smtp.Mail() as running:
        application.config.update(SMTP_HOST=running.host, SMTP_PORT=running.port, SMTP_TLS="none", SMTP_USER="")
        yield running
    application.config.update(SMTP_HOST="", SMTP_CA_FILE="")


@pytest.fixture
def message(session):
    with transaction():
        mail.put("case_answer", key="case.answer:TC-1:PE-ANA", to=ANA, language="pt_BR", ref="TC-1")
    return OutboxMessage


@pytest.fixture(autouse=True)
def _awake():
    outbox.wake()


def deliver():
    return [outbox.deliver_one(one) for one in outbox.waiting()]


def row():
    db.session.rollback()
    return db.session.scalars(db.select(OutboxMessage)).one()


def due_now():
    with transaction():
        db.session.execute(db.update(OutboxMessage).values(next_at=OutboxMessage.created_at))


def test_a_mail_says_what_happened_in_the_language_of_who_gets_it(server, message):
    assert deliver() == [True]
    (got,) = server.wait_for(1)
    assert got["Subject"] == "Caso TC-1 respondido"
    assert got["To"] == ANA
    assert got["From"] == "Teleconsult <nao-responda@teleconsult.test>"
    assert got["Content-Language"] == "pt-BR"
    assert got["Auto-Submitted"] == "auto-generated"
    assert "http://teleconsult.test/notices/TC-1" in got.get_content()
    assert row().done_at is not None


def test_a_mail_sent_twice_is_recognised(server, message):
    deliver()
    with transaction():
        db.session.execute(db.update(OutboxMessage).values(done_at=None))
    deliver()
    one, two = server.wait_for(2)
    assert one["Message-ID"] == two["Message-ID"] == mail.message_id("case.answer:TC-1:PE-ANA")
    assert mail.message_id("other") != one["Message-ID"]


def test_a_temporary_refusal_is_tried_again(server, message):
    server.refuse(ANA, smtp.TEMPORARY)
    assert deliver() == [False]
    assert (row().last_error, row().gave_up_at, row().attempts) == ("PutOff 451", None, 1)
    server.clear()
    due_now()
    assert deliver() == [True]
    assert len(server.wait_for(1)) == 1


def test_a_refusal_for_good_is_given_up_at_once(server, message):
    server.refuse(ANA, smtp.PERMANENT)
    assert deliver() == [False]
    assert row().gave_up_at is not None
    assert row().last_error == "Rejected 550"


@pytest.mark.parametrize(
    ("answer", "error", "over"), [("451 later", "PutOff 451", False), ("554 no", "Rejected 554", True)]
)
def test_a_message_refused_after_its_words_counts_the_same(server, message, answer, error, over):
    server.failing = answer
    assert deliver() == [False]
    assert row().last_error == error
    assert (row().gave_up_at is not None) == over


def test_a_server_that_is_away_delays_and_nothing_else(server, message):
    server.stop()
    assert deliver() == [False]
    assert row().last_error == "ConnectionRefusedError"
    server.start()
    outbox.wake()
    due_now()
    assert deliver() == [True]
    server.wait_for(1)


def test_a_server_that_says_nothing_is_left(application, message, monkeypatch):
    monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 0.3)
    silent = socket.create_server(("127.0.0.1", process.free_port()))
    application.config.update(SMTP_HOST="127.0.0.1", SMTP_PORT=silent.getsockname()[1], SMTP_TLS="none", SMTP_USER="")
    try:
        assert deliver() == [False]
        assert row().last_error == "SMTPServerDisconnected"
        assert row().attempts == 1
    finally:
        silent.close()
        application.config.update(SMTP_HOST="")


def test_a_goodbye_that_fails_does_not_make_a_second_mail(application, message):
    taken = []
    listener = socket.create_server(("127.0.0.1", process.free_port()))

    def serve():
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb", buffering=0) as talk:
            talk.write(b"220 hello\r\n")
            while line := talk.readline():
                if line.upper().startswith(b"QUIT"):
                    return
                if line.upper().startswith(b"DATA"):
                    talk.write(b"354 go on\r\n")
                    while (line := talk.readline()) != b".\r\n":
                        taken.append(line)
                talk.write(b"250 ok\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    application.config.update(SMTP_HOST="127.0.0.1", SMTP_PORT=listener.getsockname()[1], SMTP_TLS="none", SMTP_USER="")
    try:
        assert deliver() == [True], row().last_error
        assert taken
    finally:
        thread.join()
        listener.close()
        application.config.update(SMTP_HOST="")


def test_an_encrypted_server_gets_the_account_only_over_encryption(application, message):
    with smtp.Mail(secure=True) as secure:
        application.config.update(
            SMTP_HOST=secure.host, SMTP_PORT=secure.port, SMTP_TLS="starttls", SMTP_USER=secure.user
        )
        application.config.update(SMTP_PASSWORD=secure.password, SMTP_CA_FILE="")
        try:
            assert deliver() == [False]
            assert row().last_error.startswith("SSLCertVerificationError")
            outbox.wake()
            application.config["SMTP_CA_FILE"] = str(secure.ca_file)
            application.config["SMTP_PASSWORD"] = "guessed"
            due_now()
            assert deliver() == [False]
            assert row().last_error == "PutOff 535"
            application.config["SMTP_PASSWORD"] = secure.password
            due_now()
            assert deliver() == [True]
            secure.wait_for(1)
        finally:
            application.config.update(SMTP_HOST="", SMTP_USER="", SMTP_CA_FILE="")


def test_without_a_mail_server_mails_wait(message):
    assert deliver() == [False]
    assert (row().last_error, row().attempts, row().gave_up_at) == ("NoMailServer", 0, None)


def test_the_demonstration_keeps_its_mails_in_files(application, message, monkeypatch):
    monkeypatch.setitem(application.config, "PROFILE", "demo")
    assert deliver() == [True]
    (file,) = mail.folder().glob("*TC-1*.eml")
    got = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert got["Subject"] == "Caso TC-1 respondido"
    file.unlink()


def test_a_template_that_fails_keeps_the_message(server, session):
    with transaction():
        mail.put("case_answer", key="k", to=ANA, language="pt_BR")
    assert deliver() == [False]
    assert row().last_error == "UndefinedError"
    assert row().gave_up_at is None


def test_smtplib_is_what_we_believe():
    # Both are told apart by their class alone; see mail._hand_over.
    assert issubclass(smtplib.SMTPDataError, smtplib.SMTPResponseException)
    assert not issubclass(smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException)
