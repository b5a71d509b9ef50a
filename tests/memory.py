"""Where tests keep what they throw away: in memory where the system offers enough of it."""

import os
import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 (callers make a folder of their own in it)

_ENOUGH = 2 * 1024**3
"""Bytes; a whole run was seen to need 0.6 of it. A container often offers a thirtieth."""


def place() -> Path | None:
    """Return a folder in memory with room for a whole run, or None for the system's temporary folder."""
    roomy = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH
    return _MEMORY if roomy else None
