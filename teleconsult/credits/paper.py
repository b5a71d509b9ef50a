"""Papers of hours as PDF with the issuing body's name and mark, signed (PAdES) when a certificate is set.

pyHanko runs in a process of its own, as Typst does (web/pdf.py): no web worker keeps what few papers need.
"""

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import current_app

from config import ROOT
from teleconsult import clock
from teleconsult.errors import N_, Refused, Unclean
from teleconsult.logs import fault, log
from teleconsult.web import pdf

MARK = ROOT / "static" / "img" / "favicon.svg"
SECONDS = 30
SIGNING = Path(__file__).with_name("signing.py")


def make(name: str, data: Mapping[str, Any]) -> bytes:
    """Return the paper `templates/pdf/hours/<name>.typ` filled with `data`, which holds every word of it."""
    return pdf.typeset(f"hours/{name}", {**_issuer(), **data}, at=clock.now())


def _issuer() -> dict[str, Any]:
    mark = Path(current_app.config["ISSUER_MARK"] or MARK)
    name = str(current_app.config["ISSUER_NAME"])
    kind = mark.suffix.lstrip(".").lower()
    # A picture that is no text travels as its bytes; Typst takes both.
    content: Any = mark.read_text(encoding="utf-8") if kind == "svg" else list(mark.read_bytes())
    return {"issuer": name, "mark": content, "mark_format": {"jpeg": "jpg"}.get(kind, kind), "mark_alt": name}


def signer_name() -> str:
    """Return in whose name papers are signed; '' when no certificate is set.

    Raises:
        Unclean: a certificate is set and cannot be opened.
    """
    file, password = _certificate()
    if not file:
        return ""
    try:
        changed = Path(file).stat().st_mtime
    except OSError as error:
        raise Unclean(f"SIGN_CERTIFICATE cannot be read: {type(error).__name__}") from error
    return _name_of(file, password, changed)


@lru_cache(maxsize=4)
def _name_of(file: str, password: str, _changed: float) -> str:
    return str(_run({"file": file, "password": password})["name"])


def sign(paper: bytes, reason: str, label: str) -> bytes:
    """Return a paper with its signature; as it is when no certificate is set. `label` is read out for the signature.

    Raises:
        Unclean: a certificate is set and cannot be opened.
    """
    file, password = _certificate()
    if not file:
        return paper
    asked = {"file": file, "password": password, "reason": reason, "label": label}
    return base64.b64decode(_run(asked | {"pdf": base64.b64encode(paper).decode()})["pdf"])


def _certificate() -> tuple[str, str]:
    return str(current_app.config["SIGN_CERTIFICATE"]), str(current_app.config["SIGN_PASSWORD"])


def _run(asked: Mapping[str, str]) -> dict[str, str]:
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(SIGNING)], input=json.dumps(asked).encode(), capture_output=True, timeout=SECONDS,
            check=True,
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        raise Unclean("the certificate of SIGN_CERTIFICATE cannot be opened with SIGN_PASSWORD") from error
    except subprocess.TimeoutExpired as error:
        log.error("paper could not be signed", **fault(error))
        raise Refused(N_("A assinatura não pôde ser feita agora. Tente de novo em alguns minutos.")) from error
    found: dict[str, str] = json.loads(done.stdout)
    return found
