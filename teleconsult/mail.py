"""E-mail: written from its template when it is sent, in the language of whoever gets it, and handed to SMTP.

A message of the outbox's kind "email" carries `{"template", "language", "params"}`: the name of a file in
templates/email/, whose first line is "Subject: …". Links are built from the configuration, never from a
request. The Message-ID comes from the key of the message, so that one sent twice is recognised.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select, update

from teleconsult import clock, outbox
from teleconsult.extensions import changed, db

TIMEOUT_SECONDS = 20
"""For the connection and for each answer. Even a server that uses all of it for each is done before the lease ends."""


class Rejected(outbox.Permanent):
    """The server refused this recipient or this message for good."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class PutOff(Exception):
    """The server does not take it now."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class MailServerAway(outbox.Away):
    """It does not answer, or the talk broke off."""


class NoMailServer(outbox.NotReady):
    """None is configured."""


def letter(template: str, *, key: str, to: str, language: str, **params: Any) -> outbox.Message:
    """Return the message of a mail, for `outbox.put_all`."""
    return outbox.Message("email", key, to, {"template": template, "language": language, "params": params})


def put(template: str, *, key: str, to: str, language: str, **params: Any) -> None:
    """Write a mail with the change that causes it. `params` are what its template names: references, no names."""
    outbox.put_all([letter(template, key=key, to=to, language=language, **params)])


def has_refused(address: str) -> bool:
    """Tell whether the server would take nothing for an address: not whether it was away for too long."""
    row = outbox.OutboxMessage
    refused = row.gave_up_at.is_not(None), row.last_error.startswith(Rejected.__name__)
    return db.session.scalar(select(row.id).where(row.address == address, *refused).limit(1)) is not None


def follow(old: str, new: str) -> None:
    """Have what has not reached somebody at an old address go to the new one. The caller holds the transaction.

    What was given up is tried from the beginning.
    """
    row = outbox.OutboxMessage
    unsent = row.kind == "email", row.address == old, row.done_at.is_(None)
    # Whoever tries the old address at this moment writes down no refusal of the new one.
    changed(update(row).where(*unsent, row.gave_up_at.is_(None)).values(address=new, lease_until=None))
    again = {"address": new, "gave_up_at": None, "attempts": 0, "next_at": clock.now(), "lease_until": None}
    changed(update(row).where(*unsent).where(row.gave_up_at.is_not(None)).values(**again))


def is_kept_in_files() -> bool:
    """Tell whether mails are written to files because this is the demonstration without a mail server."""
    return not current_app.config["SMTP_HOST"] and current_app.config["PROFILE"] == "demo"


def folder() -> Path:
    """Return where the demonstration keeps its mails."""
    return Path(current_app.config["VAR"]) / "mail"


@outbox.sender("email")
def send(address: str, payload: dict[str, Any], key: str) -> None:
    """Write one mail and hand it over.

    Raises:
        Rejected: it will never be taken.
        PutOff: it was not taken now.
        MailServerAway: the server could not be talked to.
        NoMailServer: none is configured.
    """
    if current_app.config["SMTP_HOST"]:
        _hand_over(write(address, payload, key))
    elif is_kept_in_files():
        _keep(write(address, payload, key), key)
    else:
        raise NoMailServer


def write(address: str, payload: dict[str, Any], key: str) -> EmailMessage:
    """Return a mail with its words, in the language of whoever gets it."""
    language = payload["language"]
    with force_locale(language):
        subject, body = _render(payload["template"], payload["params"])
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = current_app.config["MAIL_FROM"]
    message["To"] = address
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = message_id(key)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(re.sub(r"\n{3,}", "\n\n", body.strip()) + "\n")
    message["Content-Language"] = language.replace("_", "-")  # last: set_content forgets what begins with Content
    return message


def _render(name: str, params: Mapping[str, Any]) -> tuple[str, str]:
    template = current_app.jinja_env.get_template(f"email/{name}.txt")
    text = template.render(address_of=address_of, subject_of=subject_of, **params)
    head, _, body = text.strip().partition("\n")
    return head.removeprefix("Subject:").strip(), body


def subject_of(name: str, **params: Any) -> str:
    """Return the subject that the mail of a template has: a line of a digest."""
    return _render(name, params)[0]


def message_id(key: str) -> str:
    """Return the Message-ID of what has this key."""
    host = urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"
    return f"<{sha256(key.encode()).hexdigest()[:32]}@{host}>"


def address_of(endpoint: str, **values: Any) -> str:
    """Return the full address of a page, from the configuration."""
    path = current_app.url_map.bind("").build(endpoint, values)
    return f"{current_app.config['BASE_URL']}{path}"


def _hand_over(message: EmailMessage) -> None:
    try:
        with _connection() as server:
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        ((code, _said),) = error.recipients.values()
        raise _refusal(code) from error
    except smtplib.SMTPDataError as error:
        raise _refusal(error.smtp_code) from error
    except smtplib.SMTPResponseException as error:
        # The greeting, the account or the sender: ours or the server's to put right, so it is worth trying again.
        raise PutOff(error.smtp_code) from error
    except smtplib.SMTPNotSupportedError:
        # Of this address or of our settings; the server is there.
        raise
    except OSError as error:
        raise MailServerAway from error


def _refusal(code: int) -> Exception:
    return Rejected(code) if code >= 500 else PutOff(code)


@contextmanager
def _connection() -> Iterator[smtplib.SMTP]:
    config = current_app.config
    host, port, how = config["SMTP_HOST"], config["SMTP_PORT"], config["SMTP_TLS"]
    trusted = ssl.create_default_context(cafile=config.get("SMTP_CA_FILE") or None)
    if how == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=trusted)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    try:
        if how == "starttls":
            server.starttls(context=trusted)
        if config["SMTP_USER"]:
            server.login(config["SMTP_USER"], config["SMTP_PASSWORD"])
        yield server
    finally:
        # A goodbye that fails must not make a mail that was taken look as if it was not.
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def _keep(message: EmailMessage, key: str) -> None:
    """Write a mail to a file named by its key: the same one twice is one file."""
    folder().mkdir(parents=True, exist_ok=True)
    place = folder() / f"{re.sub(r'[^A-Za-z0-9._-]', '_', key)}.eml"
    # Readable as it lies there: no line of a link is broken.
    message.set_content(message.get_content(), cte="8bit")
    new = place.with_suffix(".part")
    new.write_bytes(bytes(message))
    new.replace(place)
