"""`make run` keeps both parts running and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.servers import process
from tests.servers.web import ROOT
from tools import serve


@pytest.fixture
def part(monkeypatch):
    monkeypatch.setitem(serve.PARTS, "worker", lambda: None)
    return serve.Part("worker")


def die(part):
    part.process.join()
    part.tend()


def test_a_part_that_died_is_started_again(part):
    part.tend()
    first = part.process
    die(part)
    part.tend()
    assert part.process.pid != first.pid
    part.process.join()


def test_a_part_that_goes_on_dying_waits_longer_each_time(part):
    waits = []
    for _ in range(5):
        part.start()
        die(part)
        waits.append(round(part.due - time.monotonic()))
    assert waits == [0, 1, 5, 15, 15]


def test_a_part_that_ran_for_a_while_has_recovered(part):
    part.deaths = 3
    part.start()
    part.started -= serve.STEADY_SECONDS + 1
    die(part)
    assert part.deaths == 1


class Away(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(503)

    def log_message(self, *_):
        pass


def test_a_database_that_is_away_is_waited_for(monkeypatch):
    monkeypatch.setattr(serve.webserver, "find", lambda _: None)
    monkeypatch.setattr(serve.webserver, "host_name", lambda _: "tele.example.org")
    with HTTPServer(("127.0.0.1", 0), Away) as server:
        Thread(target=server.handle_request, daemon=True).start()
        assert serve.answers(f"http://127.0.0.1:{server.server_port}")
    assert not serve.answers(f"http://127.0.0.1:{process.free_port()}")


REAL = {
    "TELECONSULT_PROFILE": "production",
    "SECRET_KEY": "tests-only-" + "s" * 32,
    "AUDIT_KEY": "tests-only-" + "a" * 32,
    "BASE_URL": "https://tele.example.org",
    "ALLOWED_HOSTS": "tele.example.org",
    "SMTP_HOST": "127.0.0.1",
    "MAIL_FROM": "Teleconsult <tele@example.org>",
}


@pytest.fixture(params=[{"TELECONSULT_PROFILE": "demo"}, REAL], ids=["demonstration", "real"])
def running(tmp_path, request):
    port = process.free_port()
    env = {"PATH": os.environ["PATH"], "TELECONSULT_VAR": str(tmp_path), "PORT": str(port), **request.param}
    subprocess.run([*serve.FLASK, "db", "upgrade"], env=env, cwd=ROOT, check=True, capture_output=True)
    command = [sys.executable, "-m", "tools.serve"]
    server = process.start("make run", command, log=tmp_path / "log", env=env, cwd=ROOT, stop_signal=signal.SIGINT)
    server.wait_until(lambda: f"http://127.0.0.1:{port}" in server.tail() and worker_of(server) is not None)
    yield server
    server.stop()


def worker_of(server):
    for child in process.children(server.process.pid):
        with suppress(*process.ENDED):
            if Path(f"/proc/{child}/comm").read_text() == "tc-worker\n":
                return child
    return None


@pytest.mark.server
def test_a_killed_worker_comes_back_and_ctrl_c_stops_both(running):
    killed = worker_of(running)
    os.kill(killed, signal.SIGKILL)
    running.wait_until(lambda: worker_of(running) not in (None, killed))
    # Who was killed may not have been taken away yet.
    running.wait_until(lambda: len(process.children(running.process.pid)) == 2)
    parts = process.children(running.process.pid)
    running.stop(seconds=20)
    assert running.process.returncode == 0
    assert not [child for child in parts if Path(f"/proc/{child}").exists()]
