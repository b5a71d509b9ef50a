"""A browser of nothing but HTTP: one keep-alive connection, cookies, and the token of the last page."""

import re
import secrets
import select
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

_TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nset-cookie: ([^=]+)=([^;\r]*)", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\nlocation: ([^\r]+)", re.IGNORECASE)


class Failed(Exception):
    """The server did not answer as a browser would need."""


@dataclass
class Answer:
    """What came back."""

    status: int
    location: str
    body: bytes

    def field(self, name: str) -> str:
        """Return the value of a hidden field."""
        found = re.search(rb'name="%s"[^>]*value="([^"]*)"' % name.encode(), self.body)
        if found is None:
            raise Failed(f"no field {name}")
        return found[1].decode()


@dataclass
class Browser:
    """One person at a server on 127.0.0.1."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    encoding: str = "identity"
    multipart: bool = False
    """Whether files go as a form's part, as to most programs, or as the body itself, as our page's script sends them."""

    token: str = ""
    _socket: socket.socket | None = None

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        answer = self.send("GET", path)
        if found := _TOKEN.search(answer.body):
            self.token = found[1].decode()
        return answer

    def post(self, path: str, fields: dict[str, str] | list[tuple[str, str]]) -> Answer:
        """Send a form with the token of the last page."""
        pairs = [*(fields.items() if isinstance(fields, dict) else fields), ("csrf_token", self.token)]
        return self.send("POST", path, urlencode(pairs).encode(), "application/x-www-form-urlencoded")

    def put_file(self, path: str, name: str, content: bytes) -> Answer:
        """Send a file."""
        if not self.multipart:
            return self.send("POST", path, content, "application/octet-stream", [f"X-File-Name: {quote(name)}"])
        mark = secrets.token_hex(16)
        head = f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'
        body = b"".join((head.encode(), content, f"\r\n--{mark}--\r\n".encode()))
        return self.send("POST", path, body, f"multipart/form-data; boundary={mark}")

    def send(self, method: str, path: str, body: bytes = b"", kind: str = "", more: Sequence[str] = ()) -> Answer:
        """Send a request and read its answer; the connection is opened when there is none."""
        head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Accept-Encoding: {self.encoding}"]
        if self.cookies:
            head.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            head += [f"Content-Length: {len(body)}", f"Content-Type: {kind}", f"X-CSRFToken: {self.token}", *more]
        message = ("\r\n".join(head) + "\r\n\r\n").encode() + body
        if self._socket is not None and select.select([self._socket], [], [], 0)[0]:
            self.close()  # the server has hung up an idle connection
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=120)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(message)
        return self._read(self._socket)

    def _read(self, connection: socket.socket) -> Answer:
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more(connection)
        head, _, body = got.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        status = int(head[9:12])
        if length is None and status not in (204, 304):
            raise Failed(f"an answer without a length: {head[:300]!r}")
        missing = int(length[1]) - len(body) if length else 0
        parts = [body]
        while missing > 0:
            parts.append(self._more(connection))
            missing -= len(parts[-1])
        for name, value in _COOKIE.findall(head):
            self.cookies[name.decode()] = value.decode()
        if b"\r\nconnection: close" in head.lower():
            self.close()
        location = _LOCATION.search(head)
        return Answer(status, location[1].decode() if location else "", b"".join(parts))

    @staticmethod
    def _more(connection: socket.socket) -> bytes:
        data = connection.recv(262_144)
        if not data:
            raise Failed("the server hung up")
        return data

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def sign_in(browser: Browser, who: str, password: str) -> None:
    """Come in by the sign-in page."""
    browser.get("/sign-in")
    answer = browser.post("/sign-in", {"who": who, "password": password})
    if answer.status != 302:
        raise Failed(f"{who} could not sign in: {answer.status}")
