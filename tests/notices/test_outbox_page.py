"""The manager sees what was not sent, as much of it as is needed, and has it tried again."""

import re

import pytest

from teleconsult import mail, outbox
from teleconsult.audit import AuditEvent
from teleconsult.extensions import db, transaction
from teleconsult.notices import sending
from teleconsult.outbox import OutboxMessage
from tests.world import person

trouble: list[Exception] = []


@outbox.sender("broken")
def _send(_address, _payload, _key):
    raise trouble[0]


@pytest.fixture
def manager(session, sign_in):
    return sign_in("teresa")


def text_of(answer):
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def fail(*keys, error=None, address="marina@rede.example"):
    trouble[:] = [error or mail.Rejected(550)]
    outbox.wake()
    with transaction():
        for key in keys:
            outbox.put("broken", key, address, {"template": "case_answer", "params": {"ref": f"TC-{key}"}})
    for message in outbox.waiting():
        outbox.deliver_one(message)


def test_only_managers_see_it(session, sign_in):
    for key in ("marina", "paulo", "rosangela", "dora"):
        browser = sign_in(key)
        assert browser.get("/outbox").status_code == 403
        assert browser.post("/outbox/retry").status_code == 403


def test_what_was_given_up_is_shown_with_why_and_no_whole_address(manager):
    fail("a", "b")
    page = text_of(manager.get("/outbox"))
    assert re.search(r'Parados <span class="tc-count">2<', page)
    assert "O consultor responde" in page
    assert "TC-a" in page
    assert "o servidor recusou este endereço" in page
    assert "(550)" in page
    assert "ma…@rede.example" in page
    assert "marina@" not in page


def test_what_waits_is_shown_with_its_next_try(manager):
    fail("a", error=outbox.Away())
    page = text_of(manager.get("/outbox?show=waiting"))
    assert re.search(r'Em espera <span class="tc-count">1<', page)
    assert "TC-a" in page
    assert "Away" in page
    assert "Nada parado" in text_of(manager.get("/outbox"))


def test_one_is_tried_again(manager):
    fail("a", "b")
    assert manager.post("/outbox/retry", data={"key": "b"}).status_code == 302
    db.session.rollback()
    assert sending.counts() == (1, 1)
    assert db.session.scalars(db.select(OutboxMessage.key).where(*outbox.OPEN)).all() == ["b"]
    (event,) = db.session.scalars(db.select(AuditEvent).where(AuditEvent.word == "outbox.retry"))
    assert (event.user_id, event.data) == (person("teresa").id, {"messages": 1})


def test_all_are_tried_again(manager):
    fail("a", "b")
    manager.post("/outbox/retry")
    db.session.rollback()
    assert sending.counts() == (2, 0)


def test_a_second_press_changes_nothing(manager):
    fail("a")
    manager.post("/outbox/retry", data={"key": "a"})
    with transaction():
        db.session.execute(db.update(OutboxMessage).values(attempts=3))
    manager.post("/outbox/retry", data={"key": "a"})
    for key in ("unheard", "a\x00", "x" * 5000):
        manager.post("/outbox/retry", data={"key": key})
    db.session.rollback()
    assert db.session.scalars(db.select(OutboxMessage.attempts)).all() == [3]
    assert len(db.session.scalars(db.select(AuditEvent).where(AuditEvent.word == "outbox.retry")).all()) == 1


def test_the_account_page_of_a_manager_leads_there(manager, sign_in):
    assert 'href="/outbox"' in text_of(manager.get("/account"))
    assert 'href="/outbox"' not in text_of(sign_in("marina").get("/account"))


def test_long_lists_are_paged(manager):
    fail(*(f"{n:03}" for n in range(25)))
    page = text_of(manager.get("/outbox"))
    (older,) = re.findall(r'rel="next" href="([^"]+)"', page)
    further = text_of(manager.get(older))
    keys = re.findall(r'name="key" value="(\d+)"', page + further)
    assert len(keys) == len(set(keys)) == 25


def test_the_demonstration_says_where_its_mails_are(manager, application, monkeypatch):
    assert ".eml" not in text_of(manager.get("/outbox"))
    monkeypatch.setitem(application.config, "PROFILE", "demo")
    assert ".eml" in text_of(manager.get("/outbox"))


def test_every_failure_of_ours_has_words():
    names = {mail.Rejected.__name__, mail.PutOff.__name__, mail.NoMailServer.__name__, outbox.Permanent.__name__}
    assert names <= set(sending.TROUBLES)


@pytest.mark.parametrize(("address", "shown"), [("ana@rede.example", "an…@rede.example"), ("x@y", "x…@y"), ("", "")])
def test_an_address_is_shown_as_far_as_needed(address, shown):
    assert sending.masked(address) == shown
