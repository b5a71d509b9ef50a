"""What a file is, is decided by its content."""

from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from teleconsult.attachments import kinds
from teleconsult.attachments.ends import HEAD, TAIL, Ends
from teleconsult.attachments.receive import BETWEEN, clean_name
from teleconsult.errors import Refused
from tests.attachments import samples

FILES = Path(__file__).resolve().parents[2] / "teleconsult" / "demo" / "files"


def ends(data: bytes) -> Ends:
    return Ends(data[:HEAD], data[-TAIL:], len(data))


def box(name: bytes, inside: bytes = b"", length: int | None = None) -> bytes:
    if length is not None:
        return (1).to_bytes(4, "big") + name + length.to_bytes(8, "big") + inside
    return (8 + len(inside)).to_bytes(4, "big") + name + inside


FTYP = box(b"ftyp", b"isom\0\0\0\0isom")
PIXELS = b"\x55" * 60_000
PHONE = FTYP + box(b"mdat", PIXELS) + box(b"moov", b"\0" * 900)
STREAMED = FTYP + box(b"moov", b"\0" * 900) + box(b"free") + box(b"mdat", PIXELS, 16 + len(PIXELS))
HEIC = box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"meta", b"\0" * 500) + box(b"mdat", PIXELS)
EBML = b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm"
WEBM = EBML + b"\x18\x53\x80\x67\x01" + len(PIXELS).to_bytes(7, "big") + PIXELS
LIVE = EBML + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + PIXELS
DICOMS = {path.name: path.read_bytes() for path in sorted(FILES.glob("*.dcm"))}


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("dorso.jpg", samples.picture("JPEG"), kinds.JPEG),
        ("dorso.png", samples.picture("PNG"), kinds.PNG),
        ("dorso.webp", samples.picture("WEBP"), kinds.WEBP),
        ("IMG_0001.HEIC", samples.HEIC, kinds.HEIC),
        ("laudo.pdf", samples.PDF, kinds.PDF),
        ("tc.dcm", samples.DICOM, kinds.DICOM),
        ("marcha.mp4", samples.MP4, kinds.MP4),
        ("foto png salva como.jpg", samples.picture("PNG"), kinds.PNG),
        ("sem ending", samples.PDF, kinds.PDF),
        ("IMG_20261122.0934", samples.PDF, kinds.PDF),
        ("ECG Dr. Silva", samples.PDF, kinds.PDF),
        ("1.2.840.113619.2.55", samples.DICOM, kinds.DICOM),
        ("com marca.pdf", b"\xef\xbb\xbf\r\n" + samples.PDF, kinds.PDF),
        ("do telefone.mp4", PHONE, kinds.MP4),
        ("antigo.3gp", PHONE, kinds.MP4),
        ("com cauda da câmera.mp4", PHONE + b"SEFT\x10\0\0\0", kinds.MP4),
        ("da rede.mp4", STREAMED, kinds.MP4),
        ("IMG_0002.HEIC", HEIC, kinds.HEIC),
        ("tela.webm", WEBM, kinds.WEBM),
        ("ao vivo.webm", LIVE, kinds.WEBM),
        *((name, data, kinds.DICOM) for name, data in DICOMS.items()),
    ],
)
def test_kinds_that_are_taken(name, data, kind):
    assert kinds.check(name, ends(data)) is kind


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("vazio.jpg", b""),
        ("programa.jpg", samples.EXECUTABLE),
        ("pagina.pdf", b"<html><script>alert(1)</script></html>"),
        ("imagem.pdf", samples.picture("JPEG")),
        ("laudo.jpg", samples.PDF),
        ("cortada.jpg", samples.picture("JPEG", (640, 480), noise=True)[:9000]),
        ("cortada.png", samples.picture("PNG", (640, 480), noise=True)[:9000]),
        ("cortada.webp", samples.picture("WEBP", (640, 480), noise=True)[:9000]),
        ("cortado.pdf", samples.PDF[:60]),
        ("texto.txt", b"dor no peito"),
        ("laudo.exe", b"MZ\x90\0" + b"\0" * 60 + samples.PDF),
        ("laudo.pdf", b"MZ\x90\0" + b"\0" * 60 + samples.PDF),
        ("laudo.html", b"<script>alert(1)</script>" + samples.PDF),
        ("laudo.html", samples.PDF),
        ("laudo.exe\u200d", samples.PDF),
        ("notas.docx", samples.picture("JPEG")),
        ("cortado.mp4", PHONE[:30_000]),
        ("sem índice.mp4", PHONE[:-908]),
        ("cortado.mp4", STREAMED[:-1]),
        ("cortada.heic", HEIC[:-1]),
        ("cortada.heic", HEIC[:300]),
        ("cortado.webm", WEBM[:-1]),
        ("cortado.webm", WEBM[:20]),
        *(
            ("cortado.dcm", data[:length])
            for data in DICOMS.values()
            for length in (200, len(data) // 2, len(data) - 99)
        ),
    ],
)
def test_what_is_not_taken_is_refused_by_name(name, data):
    with pytest.raises(Refused) as refused:
        kinds.check(name, ends(data))
    assert refused.value.params["name"] == name


@given(st.binary(max_size=5000), st.text(max_size=60))
def test_no_content_and_no_name_makes_it_fall(data, name):
    try:
        kind = kinds.check(name, ends(data))
    except Refused:
        return
    assert kind in kinds.KINDS


@given(st.text(max_size=600))
def test_a_shown_name_is_one_line_and_never_a_path(name):
    shown = clean_name(name)
    assert shown
    assert len(shown) <= 255
    assert "/" not in shown
    assert "\\" not in shown
    assert all(c.isprintable() or c in BETWEEN for c in shown)
    assert shown == shown.strip(BETWEEN)
    assert clean_name(shown) == shown


@pytest.mark.parametrize(
    "name",
    [
        "検査\u3000結果.pdf",
        "Captura às 10.22\u202fPM.png",
        "Compte\u00a0rendu.pdf",
        "می\u200cخواهم.pdf",
        "👩\u200d⚕️.jpg",
    ],
)
def test_a_name_of_any_script_stays_as_it_is(name):
    assert clean_name(name) == name


def test_what_turns_a_name_round_or_breaks_its_line_is_taken_out():
    assert clean_name("laudo\u202efdp.exe\r\n\0") == "laudofdp.exe"
    assert clean_name("\u3000 .\u200d") == "arquivo"
    assert clean_name("a" * 254 + " b" * 9) == "a" * 254


def test_a_long_name_keeps_its_ending():
    assert clean_name("ã" * 400 + ".pdf").endswith(".pdf")
