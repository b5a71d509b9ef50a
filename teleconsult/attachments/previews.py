"""Small pictures of photographs, made by the worker: what a page shows without the 3 MB behind it.

The picture is decoded and written anew, so that nothing of the original but its pixels is in it (no
place where it was taken, no second file hidden behind the first).
"""

import io
import warnings
from typing import Any

from sqlalchemy import update

from teleconsult import clock, outbox
from teleconsult.attachments.kinds import BY_MEDIA
from teleconsult.attachments.models import Attachment
from teleconsult.attachments.storage import storage
from teleconsult.cases.models import Case
from teleconsult.events import on
from teleconsult.extensions import db, transaction
from teleconsult.people.models import User

EDGE = 640
MOST_PIXELS = 50_000_000
"""A picture of more pixels is shown by its icon: decoding it could fill the memory of a small server."""

SUFFIX = ".preview"
DECODED = ("image/jpeg", "image/png", "image/webp")


@on("attachment.add")
def ask_for_preview(case: Case, attachment: Attachment, by: User) -> None:
    """Leave a job for the worker, with the change that causes it."""
    del case, by
    if attachment.content_type in DECODED:
        outbox.put("preview", f"preview:{attachment.ref}", "", {"file": attachment.ref})


@outbox.sender("preview")
def make(_address: str, payload: dict[str, Any], _key: str) -> None:
    """Make the small picture of one file and remember that it is there.

    Raises:
        Permanent: it cannot be decoded; the page goes on showing its icon.
    """
    row = db.session.scalar(db.select(Attachment).where(Attachment.ref == payload["file"]))
    if row is None or row.previewed_at is not None or row.content_type not in DECODED:
        return
    key, size, row_id = row.key, row.size, row.id
    kind = BY_MEDIA[row.content_type]
    small = shrink(b"".join(storage().read(key, 0, size)), kind.word)
    sink = storage().sink(key + SUFFIX)
    sink.write(small)
    sink.keep()
    with transaction():
        db.session.execute(update(Attachment).where(Attachment.id == row_id).values(previewed_at=clock.now()))


def shrink(data: bytes, decoder: str) -> bytes:
    """Return a JPEG of at most 640 px an edge, upright, without metadata.

    Raises:
        Permanent: it is broken, or larger than what a small server should decode.
    """
    # Only the worker makes pictures: the web server need not carry what decodes them.
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture: Image.Image = Image.open(io.BytesIO(data), formats=[decoder.upper()])
            if picture.width * picture.height > MOST_PIXELS:
                raise outbox.Permanent
            picture.draft("RGB", (EDGE * 2, EDGE * 2))
            picture = ImageOps.exif_transpose(picture)
            picture.thumbnail((EDGE, EDGE))
            out = io.BytesIO()
            _seen(picture).save(out, "JPEG", quality=78, optimize=True)
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError, Warning) as error:
        raise outbox.Permanent from error
    return out.getvalue()


def _seen(picture: Any) -> Any:
    """Return a picture in colours, as a viewer shows it: on white where it lets through, dark to bright in every depth.

    Dropping what lets through made a tracing in black ink a black rectangle, and cutting sixteen bits to eight an X-ray a
    white one.
    """
    from PIL import Image  # noqa: PLC0415  # as in `shrink`

    if picture.mode.startswith("I"):
        low, high = picture.getextrema()
        scale = 255 / max(high - low, 1)
        picture = picture.convert("F").point(lambda value: value * scale - low * scale).convert("L")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
