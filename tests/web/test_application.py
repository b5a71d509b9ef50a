"""What the application leaves out of Flask's way of a request: nothing that anybody could tell."""

from flask import session as cookie
from flask_wtf.csrf import generate_csrf, validate_csrf

from teleconsult.web.application import OPENED
from teleconsult.web.tokens import token_of_cookie


def _signed(application, said):
    return application.session_interface.get_signing_serializer(application).dumps(said)


def _opened(application, text):
    name = application.config["SESSION_COOKIE_NAME"]
    with application.test_request_context(headers={"Cookie": f"{name}={text}"}):
        return dict(cookie)


def test_a_cookie_that_was_found_right_says_the_same_again(application):
    text = _signed(application, {"_user_id": "a", "language": "en"})
    assert [_opened(application, text) for _ in range(3)] == [{"_user_id": "a", "language": "en"}] * 3


def test_a_cookie_that_was_touched_says_nothing(application):
    text = _signed(application, {"_user_id": "a"})
    _opened(application, text)
    assert _opened(application, text[:-2] + ("AA" if text[-2:] != "AA" else "BB")) == {}
    assert _opened(application, "x" + text) == {} == _opened(application, "")


def test_what_one_request_changes_is_not_in_the_next(application):
    name = application.config["SESSION_COOKIE_NAME"]
    for said in ({"_user_id": "a"}, {"_flashes": [("message", "b")]}):
        text = _signed(application, said)
        for _ in range(2):
            with application.test_request_context(headers={"Cookie": f"{name}={text}"}):
                assert dict(cookie).keys() == said.keys()
                cookie["other"] = 1
                cookie.get("_flashes", []).append(("message", "c"))
        assert [len(value) for value in _opened(application, text).values()] == [1]


def test_no_more_cookies_are_remembered_than_there_is_place_for(application):
    for number in range(OPENED + 2):
        _opened(application, _signed(application, {"n": number}))
    assert len(application.session_interface._known) <= OPENED


def test_the_token_of_a_cookie_is_what_the_forms_library_takes(application):
    with application.test_request_context():
        token = token_of_cookie()
        validate_csrf(token)
        kept = dict(cookie)
    for _ in range(2):
        with application.test_request_context():
            cookie.update(kept)
            again = token_of_cookie()
            assert again == generate_csrf() == token_of_cookie()
            validate_csrf(again)
    with application.test_request_context():
        assert token_of_cookie() != token
