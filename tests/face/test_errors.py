"""Pages that say what happened: each is there, says what to do, and stands without the database."""

import pytest
from flask import render_template

from teleconsult.extensions import db
from teleconsult.web.setup import KNOWN_PAGES, error_page


@pytest.fixture
def stranded(application, monkeypatch):
    """The product with a database that cannot be asked anything."""

    def away(*_args, **_kwargs):
        raise AssertionError("an error page asked the database")

    monkeypatch.setattr(db.session, "execute", away)
    monkeypatch.setattr(db.session, "scalar", away)
    return application


@pytest.mark.parametrize("code", sorted(KNOWN_PAGES))
def test_every_error_page_stands_alone(stranded, code):
    with stranded.test_request_context("/"):
        page, answered = error_page(code)
    assert answered == code
    assert page.count("<h1>") == 1
    assert 'href="/"' in page


def test_the_sentence_of_a_refusal_is_shown_as_words(stranded):
    with stranded.test_request_context("/"):
        page = render_template("errors/422.html", sentence="<b>não</b>")
    assert "&lt;b&gt;não" in page


@pytest.mark.parametrize(
    ("referrer", "target"), [("http://localhost/cases/TC-1", True), ("http://elsewhere.example/", False)]
)
def test_who_was_overtaken_goes_back_only_to_our_own_page(stranded, referrer, target):
    with stranded.test_request_context("/cases/TC-1/assign", headers={"Referer": referrer}):
        page = render_template("errors/409.html", sentence="")
    assert (f'href="{referrer}"' in page) is target
