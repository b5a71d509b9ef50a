"""Characters that turn the direction of writing reach no page and no sheet; what is stored keeps them."""

import gzip
import json

import pytest

from teleconsult.cases.lifecycle import State
from teleconsult.web.direction import straight_json
from tests.cases.helping import text_of

TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("turn", TURNS)
def test_a_page_shows_a_text_without_them(case_in, sign_in, turn):
    walk = case_in(State.AWAITING_INFORMATION)
    walk.do("add", f"Dose {turn}15 mg (ao deitar)", by="paulo")
    page = text_of(sign_in("marina"), walk)
    assert turn not in page
    assert "Dose 15 mg (ao deitar)" in page
    assert turn in walk.case.events[-1].said


def test_a_page_that_is_compressed_has_none_either(application):
    with application.test_request_context(headers={"Accept-Encoding": "gzip"}):
        page = application.process_response(application.make_response("<p>a\u202eb</p>" * 1000))
    assert page.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(page.data).decode() == "<p>ab</p>" * 1000


@pytest.mark.parametrize("text", [f"{TURNS}15 mg", "\\u202e", "\\\\u202e", "“Ζωή” – مريض 😀", "\\" + TURNS])
def test_a_sheet_is_given_every_other_character(text):
    shown = "".join(sign for sign in text if sign not in TURNS)
    assert json.loads(straight_json(json.dumps({"x": text}))) == {"x": shown}
