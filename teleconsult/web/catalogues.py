"""The compiled translations: made when the application starts, where nobody made them.

Without its .mo a language is not missing, it is silently Portuguese. tools/bootstrap.sh compiles what changed; this is for
who starts a copy of the code in another way. With everything in place it costs two looks at a folder.
"""

import os
import tempfile
from logging import Logger
from pathlib import Path


def ensure(folder: str, log: Logger) -> None:
    """Compile each catalogue that is not, or whose text is newer; say which language is not to be had if it cannot be."""
    for text in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
        made, code = text.with_suffix(".mo"), text.parts[-3]
        there = made.exists()
        if there and made.stat().st_mtime_ns >= text.stat().st_mtime_ns:
            continue
        try:
            _compile(text, made, code)
        except (OSError, ValueError) as fault:
            what = "is older than its text" if there else "is not compiled, and its readers see Portuguese"
            log.warning(
                "translations: %s %s; %s could not be made (%s). Run tools/bootstrap.sh.",
                code,
                what,
                made,
                type(fault).__name__,
            )


def _compile(text: Path, made: Path, code: str) -> None:
    """Write one catalogue, whole or not at all: several processes may start at once."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415 (wanted once in the life of a copy)
    from babel.messages.pofile import PoFileError, read_po  # noqa: PLC0415 (the same)

    try:
        with text.open("rb") as file:
            catalogue = read_po(file, locale=code, abort_invalid=True)
    except PoFileError as fault:
        raise ValueError(text) from fault
    number, name = tempfile.mkstemp(dir=made.parent, suffix=".mo.new")
    try:
        with os.fdopen(number, "wb") as file:
            write_mo(file, catalogue)
        Path(name).chmod(0o644)
        Path(name).replace(made)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
