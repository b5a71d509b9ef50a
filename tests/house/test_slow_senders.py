"""Sixty clients that stop half-way keep nobody else waiting, and what they did not finish is not taken for whole."""

import contextlib
import http.client
import os
import re
import signal
import socket
import threading
import time
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from teleconsult.cases.lifecycle import State
from tests import world
from tests.servers import process, web
from tools.webserver import HEADER_SECONDS

pytestmark = pytest.mark.server

CLIENTS = 60
CUT_OFF = HEADER_SECONDS
"""Seconds after which the server cuts off who says nothing: who waits for them would wait that long."""

HALVES = {
    "nothing": b"",
    "half a head": b"GET /health HTTP/1.1\r\nHost: a\r\nX-Half: ",
    "half a form": b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 1000\r\n\r\na=1",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slow")
    running = web.start(folder, application="tests.servers.tiny:app")
    yield running
    running.stop()


def say(server, words):
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.sendall(words)
    return connection


def get(server, path="/health", seconds=5, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=seconds)
    with contextlib.closing(connection):
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()


def of_workers(server, count):
    return sum(count(pid) for pid in process.children(server.server.process.pid))


def marks(server, kind):
    left = server.server.log.with_name(kind)
    return left.read_text().split() if left.exists() else []


@pytest.mark.parametrize("half", HALVES)
def test_half_sent_requests_keep_nobody_waiting(server, half):
    with contextlib.ExitStack() as held:
        for _ in range(CLIENTS):
            held.enter_context(say(server, HALVES[half]))
        server.server.wait_until(lambda: of_workers(server, process.sockets) >= CLIENTS)
        for _ in range(50):
            began = time.monotonic()
            assert get(server) == (200, b"ok")
            assert time.monotonic() - began < CUT_OFF / 2


@pytest.fixture
def hasty(tmp_path):
    running = web.start(tmp_path, {"HEADER_SECONDS": "0.5"}, application="tests.servers.tiny:app")
    yield running
    running.stop()


def test_a_client_that_never_says_what_it_wants_is_cut_off(hasty):
    with say(hasty, HALVES["half a head"]) as connection:
        connection.settimeout(CUT_OFF / 2)
        assert b"HTTP/1.1 200" not in connection.recv(1000)


def test_a_form_that_is_cut_off_is_not_taken_for_a_shorter_one(server):
    before = marks(server, "taken")
    say(server, HALVES["half a form"].replace(b"/form", b"/form?cut")).close()
    server.server.wait_until(lambda: "/form?cut" in marks(server, "ended"))
    assert marks(server, "taken") == before


def test_a_body_without_a_length_is_refused(server):
    chunked = b"POST /form HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n"
    with say(server, chunked) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 411")


def test_one_request_is_never_read_as_two(server):
    two = b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    with say(server, two + b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n") as connection:
        connection.settimeout(2)
        said = b""
        with contextlib.suppress(TimeoutError):
            while part := connection.recv(1000):
                said += part
    assert said.count(b"HTTP/1.1 ") == 1


def test_a_killed_worker_is_replaced(server):
    before = process.children(server.server.process.pid)
    killed = min(before)
    os.kill(killed, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while killed in (now := process.children(server.server.process.pid)) or len(now) < len(before):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert get(server) == (200, b"ok")


def test_what_is_being_answered_at_a_stop_is_answered(tmp_path):
    server = web.start(tmp_path, application="tests.servers.tiny:app")
    answers = []
    asking = threading.Thread(target=lambda: answers.append(get(server, "/slow")))
    asking.start()
    server.server.wait_until(lambda: marks(server, "begun"))
    server.stop()
    asking.join()
    assert answers == [(200, b"done")]


def test_a_taken_port_is_refused(server, tmp_path):
    with pytest.raises(RuntimeError, match="Choose another with PORT"):
        web.start(tmp_path, {"PORT": str(server.port)}, application="tests.servers.tiny:app", health="/nowhere")


@pytest.fixture
def product(application, tmp_path):
    running = web.start(tmp_path, {"DATABASE_URL": application.config["SQLALCHEMY_DATABASE_URI"]}, health="/sign-in")
    yield running
    running.stop()


def sign_in(server, who):
    page = urlopen(f"{server.url}/sign-in")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.read().decode())[1]
    form = urlencode({"who": who, "password": world.PASSWORD, "csrf_token": token}).encode()
    cookie = page.headers["Set-Cookie"].split(";")[0]
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    with contextlib.closing(connection):
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        connection.request("POST", "/sign-in", form, kind)
        answer = connection.getresponse()
        assert answer.status == 302
        return answer.headers["Set-Cookie"].split(";")[0]


URLENCODED = ("application/x-www-form-urlencoded", "a=1")
MULTIPART = (
    "multipart/form-data; boundary=b",
    '--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nx',
)


@pytest.mark.parametrize(
    ("path", "kind", "body"), [("/account/role", *URLENCODED), ("/cases/{}/files", *MULTIPART)], ids=["a form", "files"]
)
def test_slow_forms_of_somebody_signed_in_keep_nobody_from_the_database(product, case_in, path, kind, body):
    case = f"/cases/{case_in(State.DRAFT).case.ref}"
    cookie = sign_in(product, "marina@rede.example")
    half = (
        f"POST {path.replace('/cases/{}', case)} HTTP/1.1\r\nHost: 127.0.0.1:{product.port}\r\nCookie: {cookie}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: 1000\r\n\r\n{body}"
    ).encode()
    with contextlib.ExitStack() as held:
        for _ in range(CLIENTS):
            held.enter_context(say(product, half))
        # Each keeps a thread that waits for the rest of it; who comes now is answered beside them.
        product.server.wait_until(lambda: of_workers(product, process.threads) >= CLIENTS)
        for _ in range(20):
            began = time.monotonic()
            assert get(product, "/cases/TC-NONE0", headers={"Cookie": cookie})[0] == 404
            assert time.monotonic() - began < CUT_OFF / 2
