"""What a file does to whoever decodes it stays apart from the worker: neither its memory nor its time is the worker's."""

import io
import resource
import zlib

import pytest
from PIL import Image

from teleconsult import clock, outbox
from teleconsult.attachments import apart
from teleconsult.attachments.models import Attachment
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db
from teleconsult.outbox import OutboxMessage
from tests.attachments.sending import named

MIB = 2**20


def zeros(mebibytes: int) -> bytes:
    """Return so many zeros as zlib writes them, made at once."""
    packer = zlib.compressobj(9)
    first = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    checked = (mebibytes * MIB % 65521 << 16) + 1
    return first + again * (mebibytes - 1) + b"\x03\x00" + checked.to_bytes(4, "big")


def swollen(mebibytes: int) -> bytes:
    """Return a PDF whose list of contents says that it is so large."""
    packed, body = zeros(mebibytes), b"%PDF-1.5\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
    says = f"<</Type/XRef/Size 4/W[1 4 2]/Root 1 0 R/Filter/FlateDecode/Length {len(packed)}>>"
    listed = b"2 0 obj\n" + says.encode() + b"\nstream\n" + packed + b"\nendstream\nendobj\n"
    return body + listed + f"startxref\n{len(body)}\n%%EOF\n".encode()


def drawn_again(times: int) -> bytes:
    """Return a photograph whose last layer, of a few bytes, is drawn over the whole of it so many times."""
    out = io.BytesIO()
    Image.new("L", (6000, 6000), 128).save(out, "JPEG", progressive=True)
    whole = out.getvalue()
    layer = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + layer * times + whole[-2:]


@pytest.fixture
def sent(sign_in, case_in):
    """Return a sender of one file: what the worker has to do for it, and how it is fetched again."""
    browser, draft = sign_in("marina"), case_in(State.DRAFT).case

    def send(body, name):
        assert len(body) < 2 * MIB
        assert browser.post(f"/cases/{draft.ref}/files", data=body, headers=named(name)).status_code == 201
        db.session.rollback()
        row = db.session.scalars(db.select(Attachment)).one()
        job = db.session.scalars(db.select(OutboxMessage).where(OutboxMessage.kind != "email")).one()
        return job, lambda: browser.get(f"/files/{row.ref}").data

    return send


def peak() -> int:
    """Return the most bytes that this process ever had in memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_a_pdf_that_swells_takes_none_of_the_memory_of_the_worker(sent, monkeypatch):
    monkeypatch.setattr(apart, "MEMORY", 400 * MIB)
    body = swollen(700)
    job, fetched = sent(body, "laudo.pdf")
    before = peak()
    outbox.deliver_one(job.id)  # whether it opens after all is for the reader's own program
    assert peak() - before < 200 * MIB
    db.session.rollback()
    assert job.attempts == 1
    assert (job.done_at, job.gave_up_at) != (None, None)
    assert fetched() == body


def test_a_photograph_that_is_drawn_for_hours_is_given_up(sent, monkeypatch):
    monkeypatch.setattr(apart, "SECONDS", 1)
    body = drawn_again(200)
    job, fetched = sent(body, "mancha.jpg")
    assert not outbox.deliver_one(job.id)
    db.session.rollback()
    assert (job.gave_up_at is None, job.attempts, job.last_error) == (False, 1, "Permanent")
    assert fetched() == body


@pytest.mark.parametrize("told", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_file_whose_program_is_stopped_with_the_worker_waits_for_the_next_one(sent, monkeypatch, tmp_path, told):
    """A service manager tells every program of a service to stop: the picture was given up for good."""
    picture = io.BytesIO()
    Image.new("RGB", (900, 900), "brown").save(picture, "JPEG")
    job, _fetched = sent(picture.getvalue(), "mancha.jpg")
    stopped = tmp_path / "decoding.py"
    # Whoever runs the tests in the background has some of these ignored, and the program would inherit that.
    stopped.write_text(
        "import os, signal, sys\nsys.stdin.buffer.read()\n"
        f"signal.signal(signal.{told}, signal.SIG_DFL)\nos.kill(os.getpid(), signal.{told})"
    )
    with monkeypatch.context() as beside:
        beside.setattr(apart, "PROGRAM", stopped)
        assert not outbox.deliver_one(job.id)
    db.session.rollback()
    assert (job.gave_up_at, job.attempts, job.last_error) == (None, 1, "InterruptedError")
    with clock.at(job.next_at):
        assert outbox.deliver_one(job.id)
    db.session.rollback()
    assert db.session.scalars(db.select(Attachment)).one().previewed_at is not None


def test_what_decodes_files_sees_none_of_the_secrets(tmp_path, monkeypatch):
    program = tmp_path / "decoding.py"
    program.write_text("import os, sys\nsys.stdin.buffer.read()\nprint(os.environ.get('SECRET_KEY'))")
    monkeypatch.setattr(apart, "PROGRAM", program)
    monkeypatch.setenv("SECRET_KEY", "nobody else's")
    assert apart.decoded(apart.Kind("", "", (), "", "PDF"), [b"x"]) == b"None\n"
