"""PDF sheets by Typst: tagged (PDF/UA-1) and lasting (PDF/A-2a), from data, never from template text.

A sheet is `templates/pdf/<name>.typ`; it reads one JSON value and has every word of its page from there, so that a
language is the caller's affair. Typst runs in a process of its own: it takes 60 MB, which no web worker should keep.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from config import ROOT
from teleconsult.errors import N_, Refused
from teleconsult.logs import fault, log
from teleconsult.web.direction import straight_json

SHEETS = ROOT / "templates" / "pdf"
SECONDS = 30

TYPESETTING = Path(__file__).with_name("typesetting.py")


def typeset(name: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """Return the sheet `name` filled with `data` as PDF; the same data at the same moment gives the same bytes.

    Args:
        name: of a file in templates/pdf, without its ending.
        data: what the sheet reads; text is shown as it is, whatever it looks like. `lang` and `title` are asked of all.
        at: when the sheet says it was made.

    Raises:
        Refused: it could not be made in time; nothing is kept of what it would have said.
    """
    asked = {
        "sheet": str(SHEETS / f"{name}.typ"),
        "root": str(SHEETS),
        "data": dict(data),
        "at": at.replace(microsecond=0).isoformat(),
    }
    command = [sys.executable, "-I", str(TYPESETTING)]
    try:
        done = subprocess.run(
            command, input=straight_json(json.dumps(asked)).encode(), capture_output=True, timeout=SECONDS, check=True
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        # What Typst complains of may quote the sheet: of a patient nothing goes to a log.
        log.error("sheet could not be set", sheet=name, **fault(error))
        raise Refused(N_("O PDF não pôde ser feito agora. Tente de novo em alguns minutos.")) from error
    return done.stdout


def qr_svg(text: str) -> str:
    """Return a QR code as the text of an SVG, for `qr` of templates/pdf/parts.typ."""
    import io  # noqa: PLC0415 (as below)

    import segno  # noqa: PLC0415 (only who prints needs it)

    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", border=0, xmldecl=False, svgns=True)
    return out.getvalue().decode()
