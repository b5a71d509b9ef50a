"""A real mail server for tests: it keeps what it takes, and refuses what it is told to refuse.

with smtp.Mail(secure=True) as server:
    server.refuse("away@example.org", smtp.TEMPORARY)
    ...
    assert server.wait_for(1)[0]["To"] == "ana@example.org"
"""

import ssl
import tempfile
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from tests.servers import process

TEMPORARY = "451 4.7.1 Try again later"
PERMANENT = "550 5.1.1 No such mailbox"
ACCEPTED = "250 OK"


class _Handler:
    """What aiosmtpd calls for each recipient and each message."""

    def __init__(self, server: "Mail") -> None:
        self.server = server

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.server.refusals.get(address, ACCEPTED)
        if answer is ACCEPTED:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self.server.failing is not None:
            return self.server.failing
        assert isinstance(envelope.content, bytes)
        self.server.keep(envelope.content)
        return ACCEPTED


@dataclass
class Mail:
    """A mail server on `host`:`port`. With `secure` it wants STARTTLS and the account `user`/`password`.

    `ca_file` is the certificate that a client must trust. `failing` set to a refusal makes it refuse
    every message; `refusals` holds those of single recipients.
    """

    secure: bool = False
    host: str = "127.0.0.1"
    port: int = field(default_factory=process.free_port)
    user: str = "teleconsult"
    password: str = "only-for-tests"
    failing: str | None = None
    refusals: dict[str, str] = field(default_factory=dict)
    ca_file: Path | None = None
    _context: ssl.SSLContext | None = None
    _folder: tempfile.TemporaryDirectory[str] | None = None
    _messages: list[EmailMessage] = field(default_factory=list)
    _news: threading.Condition = field(default_factory=threading.Condition)
    _controller: Controller | None = None

    def __post_init__(self) -> None:
        """Make the certificate once, so that who trusts it still does after a restart."""
        if self.secure:
            authority = trustme.CA()
            self._folder = tempfile.TemporaryDirectory(prefix="tc-ca-")
            self.ca_file = Path(self._folder.name) / "ca.pem"
            authority.cert_pem.write_to_path(str(self.ca_file))
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert(self.host, "localhost").configure_cert(self._context)

    def start(self) -> None:
        """Begin to listen; after `stop()`, again on the same port with the messages still there."""
        options: dict[str, Any] = {}
        if self.secure:
            options = {
                "tls_context": self._context,
                "require_starttls": True,
                "auth_required": True,
                "authenticator": self._authenticate,
            }
        self._controller = Controller(_Handler(self), hostname=self.host, port=self.port, **options)
        self._controller.start()

    def stop(self) -> None:
        """Stop listening: from now on connections are refused."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    @property
    def messages(self) -> list[EmailMessage]:
        """What was taken so far, oldest first."""
        with self._news:
            return list(self._messages)

    def wait_for(self, count: int, seconds: float = 60) -> list[EmailMessage]:
        """Return the messages once there are `count` of them.

        Raises:
            TimeoutError: fewer came.
        """
        with self._news:
            if not self._news.wait_for(lambda: len(self._messages) >= count, seconds):
                raise TimeoutError(f"{len(self._messages)} of {count} messages came in {seconds:g} s")
            return list(self._messages)

    def refuse(self, address: str, answer: str) -> None:
        """Answer with TEMPORARY or PERMANENT whenever mail for this address comes."""
        self.refusals[address] = answer

    def clear(self) -> None:
        """Forget messages and refusals."""
        with self._news:
            self._messages.clear()
        self.refusals.clear()
        self.failing = None

    def keep(self, content: bytes) -> None:
        """Take one message and wake who waits for it."""
        message = message_from_bytes(content, policy=policy.default)
        with self._news:
            self._messages.append(message)
            self._news.notify_all()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _authenticate(self, server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        known = (data.login, data.password) == (self.user.encode(), self.password.encode())
        return AuthResult(success=known, handled=False)
