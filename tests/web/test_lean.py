"""What requests no longer pay for must hold as it did: tokens of forms, cookies, headers."""

from contextvars import copy_context

import pytest
from flask import Request, Response
from flask import session as cookie
from flask.testing import FlaskClient
from flask_wtf.csrf import CSRFError, generate_csrf

from teleconsult.extensions import csrf
from teleconsult.lean import Tokens

pytestmark = pytest.mark.only_sqlite  # what is written into a page does not depend on the database


def _token(application, secret):
    with application.test_request_context():
        cookie["csrf_token"] = secret
        return generate_csrf()


def _post(application, secret, *, field="", header="", where="http://localhost/", referrer=""):
    headers = {"X-CSRFToken": header} if header else {}
    if referrer:
        headers["Referer"] = referrer
    with application.test_request_context(
        where, method="POST", base_url=where, data={"csrf_token": field}, headers=headers
    ):
        if secret:
            cookie["csrf_token"] = secret
        csrf.protect()


@pytest.fixture
def right(application):
    """Give the token of a cookie, which was found right before."""
    token = _token(application, "a" * 40)
    _post(application, "a" * 40, field=token)
    return token


def test_a_token_that_was_right_is_right_again(application, right):
    _post(application, "a" * 40, field=right)
    _post(application, "a" * 40, header=right)


def test_it_is_right_for_its_own_cookie_alone(application, right):
    for secret in ("b" * 40, ""):
        with pytest.raises(CSRFError):
            _post(application, secret, field=right)


def test_another_token_of_a_known_cookie_is_looked_at(application, right):
    for sent in ("", right[:-1], right + "x", _token(application, "b" * 40)):
        for _ in range(2):
            with pytest.raises(CSRFError):
                _post(application, "a" * 40, field=sent)


def test_a_wrong_header_beside_a_right_form_is_refused_and_not_remembered(application, right):
    for field in (right, "", right):
        with pytest.raises(CSRFError):
            _post(application, "a" * 40, field=field, header="planted")


def test_over_tls_the_page_before_must_be_ours_each_time(application, right):
    _post(application, "a" * 40, field=right, where="https://localhost/", referrer="https://localhost/cases/new")
    for referrer in ("", "https://elsewhere.example/", "http://localhost/"):
        with pytest.raises(CSRFError):
            _post(application, "a" * 40, field=right, where="https://localhost/", referrer=referrer)


def test_no_more_tokens_are_remembered_than_there_is_place_for(application, monkeypatch):
    monkeypatch.setattr(Tokens, "MOST", 3)
    for number in range(7):
        secret = f"{number:040}"
        _post(application, secret, field=_token(application, secret))
    assert len(csrf._right) <= 3


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "a=1",
        "a=1; b=2; a=3",
        'a="quoted; text"; b',
        "; ;=x; a==1",
        "á=1; b=ção",
        "a=%3B; b=\\073",
        "a=" + "x" * 5000,
    ],
)
def test_cookies_are_what_flask_finds(application, sent):
    with application.test_request_context(headers={"Cookie": sent}) as context:
        assert type(context.request.cookies) is type(Request(context.request.environ).cookies)
        assert context.request.cookies == Request(context.request.environ).cookies


def _answers(make):
    with_body = ("text", ["one ", "ção", b"two"], b"", (part for part in ("a", "b")))
    return [make(body) for body in with_body] + [
        make("", status=204),
        make("", status=304),
        make("x", headers={"Location": "/cases/TC-1?a=1"}),
        make("x", headers={"Location": "/paciente/joão"}),
        make("x", headers={"Content-Length": "1"}),
    ]


def test_headers_leave_as_flask_sends_them_with_those_of_every_answer(application):
    with application.test_request_context() as context:
        environ = context.request.environ
        pairs = zip(_answers(application.response_class), _answers(Response), strict=True)
        for ours, flasks in pairs:
            body, status, headers = ours.get_wsgi_response(environ)
            expected_body, expected_status, expected = flasks.get_wsgi_response(environ)
            assert (b"".join(body), status) == (b"".join(expected_body), expected_status)
            assert set(expected) <= set(headers)
            added = {name for name, _ in set(headers) - set(expected)}
            assert added == {
                "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Permissions-Policy",
            }  # fmt: skip


def test_an_answer_that_a_cookie_decides_says_so_in_one_header(application):
    browser = FlaskClient(application, application.response_class)
    answer = copy_context().run(browser.get, "/sign-in", headers={"Accept-Encoding": "gzip"})
    assert len(answer.headers.getlist("Vary")) == 1
    assert {word.strip() for word in answer.headers["Vary"].split(",")} == {"Accept-Encoding", "Cookie"}
