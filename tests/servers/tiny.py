"""The smallest application that shows how the web server treats bodies; see tests/house/test_slow_senders.py."""

import os
import time
from pathlib import Path

from flask import Flask, request

app = Flask(__name__)


@app.get("/health")
def health() -> str:
    """Be there."""
    return "ok"


@app.post("/form")
def form() -> str:
    """Read a form and leave a mark that it was taken for whole."""
    fields = request.form
    with Path(os.environ["TELECONSULT_VAR"], "taken").open("a") as file:
        file.write(f"{len(fields)}\n")
    return str(len(fields))


@app.get("/slow")
def slow() -> str:
    """Answer after a while."""
    time.sleep(1)
    return "done"
