"""Sets a sheet with Typst; a program of its own, which pdf.py runs: it reads what is asked as JSON and writes PDF."""

import base64
import io
import json
import sys
from datetime import datetime
from typing import Any

UNCLEAR_END = b"\r\nendstream"


def clearly_ended(paper: bytes) -> bytes:
    r"""Return a paper of which no stream's last byte is a carriage return.

    The line feed that follows such a one belongs to the end of the line for one reader and not for the next, who then
    finds a length that is not the stated one (ISO 19005-2, 6.1.7.1). It strikes one stream in 256, whose check sum
    happens to end so: that one is written in letters (ASCII85), which end in ">".
    """
    if UNCLEAR_END not in paper:
        return paper
    import pikepdf  # noqa: PLC0415 (one paper in fifteen needs it)

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Stream) and (raw := thing.read_raw_bytes()).endswith(b"\r"):
                filters, settings = thing.get("/Filter"), thing.get("/DecodeParms")
                inner = [] if filters is None else [filters] if isinstance(filters, pikepdf.Name) else list(filters)
                given = [settings] if isinstance(settings, pikepdf.Dictionary) else list(settings or [])
                letters = pikepdf.Array([pikepdf.Name.ASCII85Decode, *inner])
                parameters = pikepdf.Array([None, *given]) if given else None
                thing.write(base64.a85encode(raw) + b"~>", filter=letters, decode_parms=parameters)
        pdf.save(out, deterministic_id=True, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def answer(asked: dict[str, Any]) -> bytes:
    """Return the sheet as PDF."""
    import typst  # noqa: PLC0415 (so that clearly_ended() can be had without it)

    made: bytes = typst.compile(
        asked["sheet"], root=asked["root"], format="pdf", sys_inputs={"data": json.dumps(asked["data"])},
        pdf_standards=["ua-1", "a-2a"], ignore_system_fonts=True, timestamp=datetime.fromisoformat(asked["at"]),
    )  # fmt: skip
    return clearly_ended(made)


if __name__ == "__main__":
    sys.stdout.buffer.write(answer(json.load(sys.stdin)))
