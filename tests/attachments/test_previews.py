"""Small pictures: upright, small, and with nothing in them but what is seen; what cannot be decoded is given up at once."""

import io
import struct
import zlib

import pytest
from PIL import Image

from teleconsult import outbox
from teleconsult.attachments import decoding, previews
from teleconsult.attachments.models import Attachment
from teleconsult.attachments.storage import storage
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.outbox import OutboxMessage
from tests.attachments import samples
from tests.attachments.sending import named

GPS, ORIENTATION, TURNED = 0x8825, 0x0112, 6


@pytest.fixture
def draft(case_in):
    return case_in(State.DRAFT).case


def taken(browser, draft, body, name="um.jpg"):
    """Send one file; return its row."""
    assert browser.post(f"/cases/{draft.ref}/files", data=body, headers=named(name)).status_code == 201
    db.session.rollback()
    return db.session.scalars(db.select(Attachment).order_by(Attachment.id.desc())).first()


def jobs():
    db.session.rollback()
    return db.session.scalars(db.select(OutboxMessage).where(OutboxMessage.kind == "preview")).all()


def from_a_phone() -> bytes:
    """A photograph held upright: its pixels lie, it says how to turn them and where it was taken."""
    picture = Image.new("RGB", (1600, 1200), (20, 20, 200))
    picture.paste((200, 20, 20), (0, 0, 800, 1200))
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED
    exif.get_ifd(GPS)[1] = "S"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


def said_to_be(width: int, height: int) -> bytes:
    """Return a PNG that only says its size: a picture larger than the memory that would decode it."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    size = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def flat(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("1", (width, height)).save(out, "PNG", compress_level=1)
    return out.getvalue()


def shrunk(picture):
    """Return the small picture of a PNG."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    return Image.open(io.BytesIO(decoding.shrink(out.getvalue(), "PNG")))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_a_tracing_on_nothing_is_shown_on_white(mode):
    """Black ink without a ground, as electrocardiographs export it, was a black rectangle."""
    tracing = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    tracing.paste((0, 0, 0, 255), (0, 90, 600, 110))
    small = shrunk(tracing.convert(mode))
    assert small.getpixel((300, 20)) > (240, 240, 240)
    assert small.getpixel((300, 100)) < (15, 15, 15)


@pytest.mark.parametrize("times", [1, 5])
def test_a_picture_of_sixteen_bits_keeps_its_greys(times):
    """An X-ray that uses twelve of them was white from a sixteenth of its brightness on; a large one had no small picture."""
    width = 600 * times
    row = b"".join(int(4095 * x / (width - 1)).to_bytes(2, "little") for x in range(width))
    small = shrunk(Image.frombytes("I;16", (width, 200 * times), row * 200 * times))
    assert small.width == min(width, 640)
    dark, middle, bright = (small.getpixel((int(x * small.width / 600), 100))[0] for x in (10, 300, 590))
    assert dark < 15
    assert 115 < middle < 140
    assert bright > 240


def test_a_photograph_is_small_upright_and_tells_no_place(sign_in, draft):
    browser = sign_in("marina")
    original = from_a_phone()
    assert b"Exif" in original
    other, row = taken(browser, draft, samples.picture("PNG"), "outro.png"), taken(browser, draft, original)
    assert len(jobs()) == 2
    assert outbox.deliver_one(next(job.id for job in jobs() if job.payload == {"file": row.ref}))
    db.session.rollback()
    assert (row.previewed_at is None, other.previewed_at is None) == (False, True)
    shown = browser.get(f"/files/{row.ref}/preview").data
    small = Image.open(io.BytesIO(shown))
    assert (small.format, small.mode, small.size) == ("JPEG", "RGB", (480, 640))
    assert not small.getexif()
    assert b"Exif" not in shown
    top, bottom = small.getpixel((240, 20)), small.getpixel((240, 620))
    assert (top[0] > 150 > top[2], bottom[2] > 150 > bottom[0]) == (True, True)
    assert browser.get(f"/files/{other.ref}/preview").status_code == 404
    made = row.previewed_at
    previews.make("", {"file": row.ref}, "again")
    db.session.rollback()
    assert row.previewed_at == made


def test_a_small_picture_with_holes_in_it_stays_small(sign_in, draft):
    out = io.BytesIO()
    Image.new("RGBA", (40, 30), (0, 90, 0, 128)).save(out, "WEBP")
    browser = sign_in("marina")
    row = taken(browser, draft, out.getvalue(), "um.webp")
    assert outbox.deliver_one(jobs()[0].id)
    small = Image.open(io.BytesIO(browser.get(f"/files/{row.ref}/preview").data))
    assert (small.format, small.size) == ("JPEG", (40, 30))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(samples.picture("PNG")[:60] + b"\0" * 40 + b"IEND\xaeB`\x82", id="broken"),
        pytest.param(flat(8192, 6400), id="too large for a small server"),
        pytest.param(said_to_be(12_000, 8_000), id="larger than is decoded without a warning"),
        pytest.param(said_to_be(60_000, 60_000), id="a bomb"),
    ],
)
def test_what_cannot_be_decoded_is_given_up_at_once_and_shown_by_its_icon(sign_in, draft, body):
    browser = sign_in("marina")
    row = taken(browser, draft, body, "um.png")
    assert not outbox.deliver_one(jobs()[0].id)
    (job,) = jobs()
    assert (job.gave_up_at is None, job.attempts, job.last_error) == (False, 1, "Permanent")
    assert row.previewed_at is None
    assert browser.get(f"/files/{row.ref}/preview").status_code == 404
    assert browser.get(f"/files/{row.ref}").data == body
    assert not [key for key, _at in storage().stored() if key == row.key + previews.SUFFIX]


@pytest.mark.parametrize(
    ("body", "name"), [(samples.PDF, "um.pdf"), (samples.HEIC, "um.heic"), (samples.MP4, "um.mp4")]
)
def test_what_is_no_photograph_that_can_be_decoded_asks_for_no_picture(sign_in, draft, body, name):
    row = taken(sign_in("marina"), draft, body, name)
    assert jobs() == []
    previews.make("", {"file": row.ref}, "x")
    assert row.previewed_at is None


def test_a_photograph_that_left_its_draft_meanwhile_is_no_fault(sign_in, draft):
    row = taken(sign_in("marina"), draft, samples.picture())
    with transaction():
        db.session.delete(db.session.get_one(Attachment, row.id))
    assert outbox.deliver_one(jobs()[0].id)
