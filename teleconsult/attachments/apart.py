"""Files that somebody sent are decoded apart: by a program of its own (decoding.py), with so much memory and time and no more.

A PDF of one megabyte can say that it holds a thousand, and a photograph of one be drawn for hours. In the worker that
held up every mail, or ended it, and again after each start.
"""

import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from teleconsult import outbox
from teleconsult.attachments.kinds import Kind

PROGRAM = Path(__file__).with_name("decoding.py")

MEMORY = 1024 * 1024 * 1024
"""Bytes: twice what the largest picture takes that is decoded at all."""

SECONDS = 20
"""Of a processor: several times what it takes on a slow machine."""

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""A terminal and a service manager send them to every program that they end, not to the worker alone."""


def decoded(kind: Kind, data: Iterable[bytes]) -> bytes:
    """Return what the program says of a file of this kind: its small picture, or whether a PDF asks for a password.

    Raises:
        Permanent: it cannot be decoded, or not within the limits.
        InterruptedError: the program was told to stop, as the worker was beside it: the file is decoded when that is back.
    """
    command = [sys.executable, "-I", str(PROGRAM), kind.word.upper(), str(MEMORY), str(SECONDS)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}
    ) as program:
        # One that was ended at its limit reads no further.
        with suppress(BrokenPipeError), cast(IO[bytes], program.stdin) as its_input:
            for chunk in data:
                its_input.write(chunk)
        found = cast(IO[bytes], program.stdout).read()
    if -program.returncode in STOPS:
        raise InterruptedError
    if program.returncode:
        raise outbox.Permanent
    return found
