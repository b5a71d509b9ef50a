"""Sheets on paper: text stays text, whatever it looks like, and the file is one that all can read."""

import zlib
from datetime import UTC, datetime
from io import BytesIO

import page as conformance
import pdfua
import pikepdf
import pypdfium2
import pytest

from teleconsult.errors import Refused
from teleconsult.web import pdf
from teleconsult.web.typesetting import UNCLEAR_END, clearly_ended

AT = datetime(2026, 11, 19, 13, 52, 7, 123456, tzinfo=UTC)
HOSTILE = '#import "/etc/passwd" $x^2$ <b> *não* _é_ @ref \\ // nada'


def slip(**changes):
    words = dict.fromkeys(("when", "where", "who", "bring", "cannot", "code"), "Palavra")
    fields = dict.fromkeys(("name", "when", "where", "address", "who", "phone"), "Texto") | {"bring": ["Documento"]}
    return {
        "title": "Sua consulta", "lang": "pt", "region": "BR", "foot": "Emitido", "made": "19 nov.", "words": words,
        "fields": fields | changes, "case": "TC-7K3Q9", "qr": pdf.qr_svg("https://x.example/cases/TC-7K3Q9"), "qr_words": "QR",
    }  # fmt: skip


def test_typed_text_is_text():
    made = pypdfium2.PdfDocument(pdf.typeset("slip", slip(name=HOSTILE), at=AT))
    assert HOSTILE in made[0].get_textpage().get_text_range()


def test_no_character_turns_round_what_stands_after_it():
    assert pdf.typeset("slip", slip(name="Ana\u202e 15 mg"), at=AT) == pdf.typeset(
        "slip", slip(name="Ana 15 mg"), at=AT
    )


def test_it_is_tagged_in_its_language_and_says_its_title():
    found = pikepdf.open(BytesIO(pdf.typeset("slip", slip(), at=AT)))
    assert found.Root.MarkInfo.Marked
    assert str(found.Root.Lang) == "pt-BR"
    with found.open_metadata() as meta:
        assert (meta["dc:title"], meta["pdfuaid:part"], meta["pdfaid:part"]) == ("Sua consulta", "1", "2")


def test_the_same_sheet_twice_is_the_same_file():
    assert pdf.typeset("slip", slip(), at=AT) == pdf.typeset("slip", slip(), at=AT)


def test_what_cannot_be_made_says_so_without_what_it_would_have_said():
    with pytest.raises(Refused) as refused:
        pdf.typeset("slip", {"title": "Ivonete"}, at=AT)
    assert "Ivonete" not in str(refused.value)


@pytest.mark.parametrize("name", ["Texto", "Paciente 27"])
def test_checkers_that_are_not_ours_find_nothing(tmp_path, name):
    """The second's first stream would end with a carriage return."""
    made = pdf.typeset("slip", slip(name=name), at=AT)
    (tmp_path / "slip.pdf").write_bytes(made)
    for profile in ("2a", "ua1"):
        assert not conformance.validate_pdf_bytes(made, profile=profile).failures
    assert not pdfua.validate(str(tmp_path / "slip.pdf")).findings


@pytest.mark.parametrize(
    "given", [{}, {"Filter": "/FlateDecode"}, {"Filter": "/FlateDecode", "DecodeParms": {"/Colors": 1}}]
)
def test_no_stream_ends_where_two_readers_differ(given):
    content = content_with_a_check_sum_that_ends_so()
    raw = zlib.compress(content) if given else content + b"\r"
    whole, out = pikepdf.new(), BytesIO()
    whole.Root.Odd = whole.make_stream(raw)
    if given:
        settings = pikepdf.Dictionary(given["DecodeParms"]) if "DecodeParms" in given else None
        whole.Root.Odd.write(raw, filter=pikepdf.Name(given["Filter"]), decode_parms=settings)
    whole.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    assert UNCLEAR_END in out.getvalue()
    made = clearly_ended(out.getvalue())
    assert UNCLEAR_END not in made
    with pikepdf.open(BytesIO(made)) as read:
        assert read.Root.Odd.read_bytes() == (content if given else raw)


def content_with_a_check_sum_that_ends_so() -> bytes:
    return next(text for n in range(100_000) if zlib.compress(text := b"%d" % n).endswith(b"\r"))
