"""What no browser of ours sends must be refused or read as far as it goes: never a fault, on either database."""

import re

import pytest

from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db
from teleconsult.people.models import User

ODD_ADDRESSES = ("http://[", "//[", "http://[a]b/", "http://a:b:c/", "\x7f")


def rules(application):
    """Every rule with a place in it, and the methods it answers to."""
    return [
        (rule.rule, method)
        for rule in application.url_map.iter_rules()
        if rule.arguments and rule.endpoint != "static"
        for method in sorted(rule.methods & {"GET", "POST"})
    ]


def filled(rule, text, number="1"):
    rule = re.sub(r"<any\(([^,)]*)[^>]*>", r"\1", rule)
    return re.sub(r"<[^>]+>", text, re.sub(r"<int:[^>]+>", number, rule))


@pytest.mark.parametrize("text", ["%00", "1%00", "TC-%00"])
def test_no_address_with_a_nul_in_it_leads_anywhere(application, sign_in, text):
    for browser in (application.test_client(), sign_in("teresa")):
        for rule, method in rules(application):
            if "<" in rule.replace("<int:", ""):
                answer = browser.open(filled(rule, text), method=method)
                assert answer.status_code in (404, 405), (method, rule)


def test_no_query_with_a_nul_in_it_is_answered(sign_in):
    browser = sign_in("teresa")
    for address in ("/people?q=%00", "/record?day=a%00b", "/?x=%00", "/network?%00=1", "/codes/search?q=%00"):
        assert browser.get(address).status_code == 404


def test_a_nul_in_a_field_is_left_out(application, sign_in, client):
    browser = sign_in("marina")
    assert browser.post("/language", data={"locale": "en\x00", "_kept": "a\x00"}).status_code == 302
    with application.app_context():
        assert db.session.scalar(db.select(User.language).where(User.ref == "PE-MARINA")) == "en"
    assert client.post("/sign-in", data={"who": "a\x00", "password": "b\x00"}).status_code in (200, 401, 422)
    assert browser.post("/cases/search", data={"q\x00": "a", "q": "tosse\x00"}).status_code == 302


@pytest.mark.parametrize("number", ["2147483648", "9" * 26, "9" * 5000])
def test_a_number_that_no_row_has_leads_nowhere(application, sign_in, number):
    browser = sign_in("teresa")
    for rule, method in rules(application):
        if "<int:" in rule:
            assert browser.open(filled(rule, "TC-000000", number), method=method).status_code == 404, (method, rule)


@pytest.mark.parametrize("header", ["Referer", "Origin", "HX-Current-URL"])
@pytest.mark.parametrize("address", ODD_ADDRESSES)
def test_a_header_that_is_no_address_says_nothing(application, sign_in, client, header, address):
    headers = {header: address, "HX-Request": "true"} if header.startswith("HX") else {header: address}
    assert client.get("/mine", headers=headers).status_code in (302, 401)
    assert client.post("/notices/seen", data={"until": "x"}, headers=headers).status_code in (302, 401)
    browser = sign_in("marina")
    browser.forges = True
    assert browser.post("/cases/search", data={"q": "tosse"}, headers=headers).status_code in (302, 400)
    over_tls = browser.post("/cases/search", data={"q": "tosse"}, headers=headers, base_url="https://localhost")
    assert over_tls.status_code in (302, 400, 401)


def test_over_tls_a_page_before_that_is_no_address_is_not_ours(application, sign_in):
    browser = sign_in("marina")
    for address in ODD_ADDRESSES:
        for _ in range(2):
            headers = {"Referer": address, "X-CSRFToken": browser.token(), "Accept": "application/json"}
            answer = browser.post("/notices/seen", headers=headers, environ_overrides={"wsgi.url_scheme": "https"})
            assert answer.status_code == 400, address


def nameless(token):
    parts = [
        b"Content-Disposition: form-data\r\n\r\nx",
        b'Content-Disposition: form-data; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nx',
        b'Content-Disposition: form-data; name="csrf_token"\r\n\r\n' + token.encode(),
        b'Content-Disposition: form-data; name="locale"\r\n\r\nen',
    ]
    return b"".join(b"--aa\r\n" + part + b"\r\n" for part in parts) + b"--aa--\r\n"


def test_a_part_without_a_name_is_left_out(application, sign_in):
    browser = sign_in("marina")
    token, browser.forges = browser.token(), True
    for known in (token, "wrong"):
        for path in ("/language", "/account/password", "/cases/search", "/cases/new"):
            answer = browser.post(path, data=nameless(known), content_type="multipart/form-data; boundary=aa")
            assert answer.status_code < 500, path
    with application.app_context():
        assert db.session.scalar(db.select(User.language).where(User.ref == "PE-MARINA")) == "en"


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "", "application/xml", "multipart/mixed; boundary=aa"]
)
def test_what_is_no_form_is_not_said_to_be_saved(sign_in, case_in, kind):
    case = case_in(State.DRAFT).case
    browser = sign_in("marina")
    headers = {"Content-Type": kind, "Accept": "application/json"} if kind else {"Accept": "application/json"}
    answer = browser.post(f"/cases/{case.ref}/draft", data=b'{"complaint": "tosse"}', headers=headers)
    assert answer.status_code == 415


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2003-12-31", "2100-01-01"])
def test_a_day_that_no_calendar_is_turned_to_is_not_there(sign_in, day):
    for name in ("paulo", "teresa"):
        assert sign_in(name).get(f"/bookings/agenda?day={day}").status_code in (403, 404)
