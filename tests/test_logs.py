"""What the logs say of a day's work, and what they never say."""

import json
import logging
import re
import sys

import pytest

from teleconsult import logs, outbox
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from tests import world
from tests.world import SECRET_NAME, person

PERSONAL = re.compile(
    r"@rede\.example|\b\d{11}\b|\b\d{15}\b|\d{3}\.\d{3}\.\d{3}-\d{2}"
    r"|Severina|Conceição|Albuquerque|Josefa|Torrões|81999990000"
    r"|(?i:hanseníase|antebraço|hipocrômicas|cetoconazol|biópsia|sensibilidade|128/82)"
    r"|Marina|Nogueira|Rosângela|cajueiro"
)


@pytest.fixture
def lines(application, capsys, monkeypatch):
    """Return a reader of what was logged; every level of ours is on."""
    monkeypatch.setattr(logging.getLogger("teleconsult"), "level", logging.DEBUG)
    logging.getLogger("teleconsult").setLevel(logging.DEBUG)

    def read():
        return [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]

    return read


def test_each_request_is_one_line_with_who_and_how_long(session, sign_in, lines):
    browser = sign_in("marina")
    lines()
    answer = browser.get("/account?q=Severina", headers={"X-Request-ID": "abc-12345678"})
    (line,) = [one for one in lines() if one["event"] == "request"]
    assert line["endpoint"] == "people.account"
    assert (line["method"], line["status"], line["user"]) == ("GET", 200, person("marina").ref)
    assert line["ms"] > 0
    assert line["request"] == answer.headers["X-Request-ID"] == "abc-12345678"


def test_a_name_that_a_client_gives_its_request_is_not_taken_as_it_comes(client, lines):
    answer = client.get("/sign-in", headers={"X-Request-ID": 'x"} Severina'})
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-ID"])


def test_whoever_is_turned_away_is_logged_too(client, lines):
    client.get("/account")
    client.get("/nothing/of/the/kind")
    told = [(one["endpoint"], one["status"], one["user"]) for one in lines() if one["event"] == "request"]
    assert told == [("people.account", 302, ""), (None, 404, "")]


def test_a_day_of_work_leaves_no_personal_word(session, come_in, case_in, lines, application, monkeypatch):
    monkeypatch.setattr(application, "testing", False)
    walk = case_in(State.ASSIGNED)
    ref = walk.case.ref
    walk.do("ask", ["Baciloscopia"], by="paulo")
    walk.do("supply", {1: ("Negativa, cetoconazol sem melhora", "")}, by="marina")
    walk.answer()
    for key, path in (
        ("marina", f"/cases/{ref}"),
        ("paulo", f"/cases/{ref}"),
        ("rosangela", f"/cases/{ref}"),
        ("teresa", f"/cases/{ref}"),
        ("marina", f"/cases/search?q={SECRET_NAME}"),
        ("marina", f"/notices/{ref}"),
        ("bia", f"/cases/{ref}"),
    ):
        come_in(key).get(path)
    come_in("marina").post("/sign-in", data={"who": "marina@rede.example", "password": "wrong"})
    application.test_client().post("/sign-in", data={"who": "11144477735", "password": SECRET_NAME})
    for message in outbox.waiting():
        outbox.deliver_one(message)
    told = lines()
    assert len(told) > 10
    assert not [one for one in told if PERSONAL.search(json.dumps(one, ensure_ascii=False))]


def _break(*_args, **_kwargs):
    raise RuntimeError(f"{SECRET_NAME}, hanseníase, marina@rede.example")


def test_a_fault_is_told_by_kind_and_place_never_by_its_words(session, sign_in, lines, application, monkeypatch):
    monkeypatch.setattr(application, "testing", False)
    browser = sign_in("marina")
    monkeypatch.setitem(application.view_functions, "people.account", _with_permission(application))
    assert browser.get("/account").status_code == 500
    told = lines()
    assert [one for one in told if one["level"] == "error" and "RuntimeError" in json.dumps(one)]
    assert not [one for one in told if PERSONAL.search(json.dumps(one, ensure_ascii=False))]


def _with_permission(application):
    def view():
        _break()

    view.permission = application.view_functions["people.account"].permission
    return view


def test_an_exception_logged_with_its_trace_keeps_kind_and_place_only(application, lines):
    try:
        try:
            _break()
        except RuntimeError as error:
            raise ValueError("Severina") from error
    except ValueError:
        logging.getLogger("teleconsult").exception("it failed")
        logging.getLogger("huey.consumer").exception("Unhandled error during execution of task %s.", "t-1")
    ours, huey = lines()
    assert (ours["event"], ours["fault"]) == ("it failed", "ValueError < RuntimeError")
    assert huey["event"] == "Unhandled error during execution of task t-1."
    assert "test_logs.py" in ours["where"][-1]
    assert not PERSONAL.search(json.dumps([ours, huey], ensure_ascii=False))


def test_a_library_says_that_it_said_something(application, lines):
    logging.getLogger("pydicom").warning("Invalid value for PatientName: %s", SECRET_NAME)
    (line,) = lines()
    assert (line["logger"], line["event"]) == ("pydicom", "said something")
    assert "Severina" not in json.dumps(line)


def test_what_a_database_refuses_is_logged_without_what_it_was_given(session, lines):
    logs.log.info("before")
    try:
        with transaction():
            db.session.execute(db.text("INSERT INTO users (email) VALUES (:e)"), {"e": "marina@rede.example"})
    except Exception:  # noqa: BLE001 (what is logged of it is what the test looks at)
        logs.log.error("refused", exc_info=sys.exc_info())
    told = lines()
    assert "IntegrityError" in told[-1]["fault"]
    assert not PERSONAL.search(json.dumps(told, ensure_ascii=False))


def test_a_name_that_is_not_ours_is_told_to_who_set_up_the_names(application, client, lines, monkeypatch):
    monkeypatch.setitem(application.config, "TRUSTED_HOSTS", ["tele.example.org"])
    answer = client.get("/sign-in", headers={"Host": "10.0.0.7"})
    assert "O sistema não atende por este endereço." in answer.get_data(as_text=True)
    (told,) = [line for line in lines() if line["level"] == "warning"]
    assert "ALLOWED_HOSTS" in told["event"]
    assert "10.0.0.7" not in json.dumps(told)


def test_stories_really_hold_what_must_not_show():
    # When a test says that something is not shown, there must be something that could leak.
    assert PERSONAL.search(world.SECRET_NAME)
    assert PERSONAL.search("11144477735")
