"""What a file is, is decided by its content."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from teleconsult.attachments import kinds
from teleconsult.attachments.receive import clean_name
from teleconsult.errors import Refused
from tests.attachments import samples


def ends(data: bytes) -> kinds.Ends:
    return kinds.Ends(data[: kinds.HEAD], data[-kinds.TAIL :], len(data))


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
    assert shown.isprintable()
    assert clean_name(shown) == shown


def test_a_long_name_keeps_its_ending():
    assert clean_name("ã" * 400 + ".pdf").endswith(".pdf")
