"""The smallest application that shows how the web server treats bodies; see tests/house/test_slow_senders.py."""

import os
import time
from pathlib import Path

from flask import Flask, request

app = Flask(__name__)


def _mark(kind: str, word: str) -> None:
    with Path(os.environ["TELECONSULT_VAR"], kind).open("a") as file:
        file.write(f"{word}\n")


@app.teardown_request
def ended(_error: BaseException | None) -> None:
    """Leave a mark of each form that is over, however it ended."""
    if request.method == "POST":
        _mark("ended", request.full_path)


@app.get("/health")
def health() -> str:
    """Be there."""
    return "ok"


@app.post("/form")
def form() -> str:
    """Read a form and leave a mark that it was taken for whole."""
    fields = request.form
    _mark("taken", str(len(fields)))
    return str(len(fields))


@app.get("/slow")
def slow() -> str:
    """Answer after a while; leave a mark that this was begun."""
    _mark("begun", request.path)
    time.sleep(1)
    return "done"
