"""Decodes one file that somebody sent; a program of its own, which apart.py runs: it reads the file and writes what it found.

Only what decodes files is loaded here, and nothing of the product: neither its memory nor its secrets are beside what a
file may do to a decoder.
"""

import io
import resource
import sys
import warnings
from typing import Any

EDGE = 640
MOST_PIXELS = 50_000_000
"""A picture of more pixels is shown by its icon: decoding it could fill the memory of a small server."""

LOCKED = b"locked"


def shrink(data: bytes, decoder: str) -> bytes:
    """Return a JPEG of at most 640 px an edge, upright, without metadata.

    Raises:
        ValueError: it is larger than what a small server should decode.
        Exception: whatever a decoder raises at what is broken.
    """
    from PIL import Image, ImageOps  # noqa: PLC0415 (each file needs one of the decoders)

    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        picture: Image.Image = Image.open(io.BytesIO(data), formats=[decoder])
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        picture.draft("RGB", (EDGE * 2, EDGE * 2))
        picture = ImageOps.exif_transpose(picture)
        # Pillow shrinks in two steps what is much larger, and knows the first of them for eight bits only.
        picture.thumbnail((EDGE, EDGE), reducing_gap=None if picture.mode.startswith("I") else 2.0)
        out = io.BytesIO()
        _seen(picture).save(out, "JPEG", quality=78, optimize=True)
    return out.getvalue()


def _seen(picture: Any) -> Any:
    """Return a picture in colours, as a viewer shows it: on white where it lets through, dark to bright in every depth.

    Dropping what lets through made a tracing in black ink a black rectangle, and cutting sixteen bits to eight an X-ray a
    white one.
    """
    from PIL import Image  # noqa: PLC0415 (as above)

    if picture.mode.startswith("I"):
        low, high = picture.getextrema()
        scale = 255 / max(high - low, 1)
        picture = picture.convert("F").point(lambda value: value * scale - low * scale).convert("L")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")


def is_locked(data: bytes) -> bool:
    """Tell whether nobody can read a PDF without its password; one that only forbids changes opens by itself."""
    import pikepdf  # noqa: PLC0415 (as above)

    try:
        with pikepdf.open(io.BytesIO(data)):
            return False
    except pikepdf.PasswordError:
        return True
    except pikepdf.PdfError:
        return False  # readers are more patient than this one


def main(decoder: str, memory: str, seconds: str) -> None:
    """Decode what stands on the standard input, within these bytes and seconds."""
    for limit, most in (
        (resource.RLIMIT_AS, int(memory)),
        (resource.RLIMIT_CPU, int(seconds)),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    data = sys.stdin.buffer.read()
    found = (LOCKED if is_locked(data) else b"") if decoder == "PDF" else shrink(data, decoder)
    sys.stdout.buffer.write(found)


if __name__ == "__main__":
    main(*sys.argv[1:])
