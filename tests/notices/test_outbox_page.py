"""The manager sees what was not sent, as much of it as is needed, and has it tried again."""

import re
from pathlib import Path

import pytest

from teleconsult import clock, mail, outbox
from teleconsult.audit import AuditEvent
from teleconsult.extensions import db, transaction
from teleconsult.notices import sending
from teleconsult.outbox import OutboxMessage
from teleconsult.people import actions as people
from teleconsult.people import links
from teleconsult.people.facts import PersonFacts
from teleconsult.people.models import LinkKind, User
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
    assert 'data-label="Parou"' in page  # a telephone shows no heads of columns


def test_what_waits_is_shown_with_its_next_try(manager):
    fail("a", error=outbox.Away())
    page = text_of(manager.get("/outbox?show=waiting"))
    assert re.search(r'Em espera <span class="tc-count">1<', page)
    assert "TC-a" in page
    assert "Away" in page
    assert 'data-label="Próxima tentativa"' in page
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


# ---------------------------------------------------------------- an address that does not take mail


def give_up(*keys, to="marina@rede.example", template="case_answer", error="Rejected 550"):
    """Mails that the server refused for good, or that were given up for another reason."""
    now = clock.now()
    with transaction():
        outbox.put_all(mail.letter(template, key=key, to=to, language="pt_BR", ref="TC-7K3Q9A") for key in keys)
        given_up = db.update(OutboxMessage).where(OutboxMessage.key.in_(keys))
        db.session.execute(given_up.values(gave_up_at=now, attempts=1, last_error=error))


def readdress(key, email):
    with transaction():
        who = person(key)
        known = {name: getattr(who, name) for name in people.PLAIN} | {"email": email}
        facts = PersonFacts(**known, roles=who.roles, unit_id=who.unit_id, specialty_ids=frozenset(who.specialty_ids))
        people.change(who, facts, by=person("teresa"))


def letters():
    db.session.rollback()
    query = db.select(OutboxMessage.key, OutboxMessage.address, OutboxMessage.gave_up_at).order_by(OutboxMessage.id)
    return [(row.key.partition(":")[0], row.address, row.gave_up_at is None) for row in db.session.execute(query)]


def test_whose_mail_it_is_is_said_and_leads_to_where_the_address_is_put_right(manager):
    give_up("a")
    assert re.search(r'<a href="/people/PE-MARINA">Dra\. Marina [^<]+</a>', text_of(manager.get("/outbox")))
    assert "1 e-mail não pôde ser entregue neste endereço" in text_of(manager.get("/people/PE-MARINA"))
    assert "entregue neste endereço" not in text_of(manager.get("/people/PE-JONAS"))


def test_what_did_not_arrive_goes_to_the_address_that_was_put_right(manager):
    give_up("a", "b")
    readdress("marina", "marina.alves@rede.example")
    # Nothing to the old one: it takes nothing.
    assert letters() == [("a", "marina.alves@rede.example", True), ("b", "marina.alves@rede.example", True)]


def test_an_address_that_takes_mail_is_still_told_that_it_was_changed(manager):
    readdress("marina", "marina.alves@rede.example")
    assert letters() == [("moved", "marina@rede.example", True)]


def test_an_address_whose_server_was_only_away_is_told_too(manager):
    """Somebody is there: whoever took over the account would leave them without a word."""
    give_up("a", error="TimeoutError")
    readdress("marina", "marina.alves@rede.example")
    assert letters() == [("a", "marina.alves@rede.example", True), ("moved", "marina@rede.example", True)]


def test_a_mail_that_is_refused_while_its_address_is_put_right_is_tried_at_the_new_one(manager, monkeypatch):
    give_up("a")
    manager.post("/outbox/retry", data={"key": "a"})
    db.session.rollback()

    def refuse(_address, _payload, _key):
        readdress("marina", "marina.alves@rede.example")
        raise mail.Rejected(550)

    monkeypatch.setitem(outbox._senders, "email", refuse)
    (waiting,) = outbox.waiting()
    assert not outbox.deliver_one(waiting)
    assert letters()[0] == ("a", "marina.alves@rede.example", True)


def test_what_was_sent_stays_with_its_address(manager):
    give_up("a")
    with transaction():
        db.session.execute(db.update(OutboxMessage).values(gave_up_at=None, done_at=clock.now()))
    readdress("marina", "marina.alves@rede.example")
    assert letters()[0] == ("a", "marina@rede.example", True)


def test_an_invitation_that_did_not_arrive_makes_room_for_the_new_one(manager):
    """Its link is over: sent on, it would open nothing."""
    with transaction():
        db.session.execute(db.update(User).where(User.email == "marina@rede.example").values(password_hash=None))
        links.send(person("marina"), LinkKind.INVITATION, by_id=None)
        db.session.execute(db.update(OutboxMessage).values(gave_up_at=clock.now(), last_error="Rejected 550"))
    readdress("marina", "marina.alves@rede.example")
    assert letters() == [("link", "marina.alves@rede.example", True)]


def test_a_mail_that_nobody_can_get_is_dismissed_and_the_first_screen_is_quiet_again(manager):
    give_up("a")
    assert "1 e-mail não pôde ser entregue." in text_of(manager.get("/overview"))
    assert "Dispensar este e-mail?" in text_of(manager.post("/outbox/dismiss", data={"key": "a"}))
    assert sending.counts() == (0, 1)
    for said in ("O e-mail saiu da lista.", "este e-mail não está mais entre os que pararam"):
        assert manager.post("/outbox/dismiss", data={"key": "a", "sure": "1"}).status_code == 302
        assert said in text_of(manager.get("/outbox"))
    assert "não pôde ser entregue" not in text_of(manager.get("/overview"))
    assert letters() == []
    (event,) = db.session.scalars(db.select(AuditEvent).where(AuditEvent.word == "outbox.dismiss"))
    assert event.user_id == person("teresa").id


def test_what_waits_or_is_no_mail_cannot_be_dismissed(manager, sign_in):
    fail("job")
    give_up("a")
    manager.post("/outbox/retry", data={"key": "a"})
    for key in ("a", "job"):
        manager.post("/outbox/dismiss", data={"key": key, "sure": "1"})
    assert len(letters()) == 2
    assert sign_in("rosangela").post("/outbox/dismiss", data={"key": "a", "sure": "1"}).status_code == 403


def test_every_mail_has_a_name_on_the_screen():
    folder = Path(sending.__file__).parents[2] / "templates" / "email"
    assert {path.stem for path in folder.glob("*.txt")} - {"notice"} <= set(sending.MESSAGES)
