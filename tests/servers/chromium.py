"""The installed Chromium, as Playwright must be told to start it. Nothing is downloaded."""

import os
import shutil
from pathlib import Path
from typing import Any

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

# It may talk to the page under test and to nobody else.
_QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
]


def find() -> Path:
    """Return the program: TELECONSULT_CHROMIUM, or the first known name on PATH.

    Raises:
        RuntimeError: there is none; the sentence says what to do.
    """
    given = os.environ.get("TELECONSULT_CHROMIUM")
    found = given or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None or not Path(found).exists():
        raise RuntimeError(
            "The browser journeys need Chromium. Run tools/bootstrap.sh --tests, or install Debian's "
            "chromium, or set TELECONSULT_CHROMIUM to the program."
        )
    return Path(found)


def launch_args() -> dict[str, Any]:
    """Return the arguments of Playwright's `launch()`: for the fixture `browser_type_launch_args`."""
    # The sandbox needs a user other than root.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": str(find()), "args": [*_QUIET, *sandbox]}
