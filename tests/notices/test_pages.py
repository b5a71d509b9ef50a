"""The list of notices, the bell, and the choice of e-mails, over HTTP."""

import re
from datetime import datetime, timedelta

from sqlalchemy import event

from teleconsult import clock
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.notices import actions, queries
from teleconsult.notices.models import DigestHour, MailChoice, Notice
from tests.world import SECRET_NAME, person

MORNING = datetime.fromisoformat("2026-11-20T12:00:00+00:00")


def told(key, count, kind="case.answer", by="paulo"):
    with transaction():
        for n in range(count):
            with clock.at(MORNING + timedelta(minutes=n)):
                actions.tell([person(key)], kind, subject=f"TC-{n:03}", by=person(by) if by else None)


def text_of(answer):
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def unseen(key):
    db.session.rollback()
    return db.session.query(Notice).filter_by(user_id=person(key).id, seen_at=None).count()


def test_the_list_says_who_did_what_and_names_no_patient(session, case_in, sign_in):
    case = case_in(State.ANSWERED).case
    page = text_of(sign_in("marina").get("/notices"))
    assert "Dr. Paulo Nogueira respondeu o caso" in page
    assert f'href="/notices/{case.ref}"' in page
    assert SECRET_NAME not in page
    assert "S. C. A." not in page


def test_nobody_sees_what_others_were_told(session, sign_in):
    told("marina", 1)
    assert "TC-000" not in text_of(sign_in("jonas").get("/notices"))
    sign_in("jonas").get("/notices/TC-000")
    sign_in("jonas").post("/notices/seen", data={"until": clock.now().isoformat()})
    assert unseen("marina") == 1


def test_the_bell_counts_what_is_new_up_to_a_hundred(session, sign_in):
    told("marina", 3)
    assert "3 avisos novos" in text_of(sign_in("marina").get("/notices"))
    told("jonas", 120)
    page = text_of(sign_in("jonas").get("/notices"))
    assert "99+" in page
    assert "Mais de 99 avisos novos" in page


def test_opening_a_notice_marks_it_and_leads_to_the_case(session, case_in, sign_in):
    case = case_in(State.ANSWERED).case
    browser = sign_in("marina")
    answer = browser.get(f"/notices/{case.ref.lower()}")
    assert answer.headers["Location"] == f"/cases/{case.ref}"
    assert unseen("marina") == 0
    assert "Já vistos" in text_of(browser.get("/notices"))


def test_looking_at_the_case_marks_what_was_told_of_it(session, case_in, sign_in):
    case = case_in(State.ANSWERED).case
    told("marina", 1)
    assert sign_in("marina").get(f"/cases/{case.ref}").status_code == 200
    assert unseen("marina") == 1


def test_all_are_marked_but_not_those_that_came_after_the_page(session, sign_in):
    told("marina", 3)
    browser = sign_in("marina")
    until = re.search(r'name="until" value="([^"]+)"', text_of(browser.get("/notices"))).group(1)
    with clock.at(datetime.fromisoformat(until) + timedelta(seconds=1)), transaction():
        actions.tell([person("marina")], "case.add", subject="TC-900", by=person("paulo"))
    assert browser.post("/notices/seen", data={"until": until}).status_code == 302
    assert unseen("marina") == 1


def test_a_moment_that_is_none_is_refused(session, sign_in):
    browser = sign_in("marina")
    for until in ["", "yesterday", "2026-11-20T12:00:00", "9999-99-99", "0001-01-01T00:00:00+14:00"]:
        assert browser.post("/notices/seen", data={"until": until}).status_code == 400


def test_a_long_list_is_paged_both_ways(session, sign_in):
    told("marina", 50)
    browser = sign_in("marina")
    first = text_of(browser.get("/notices"))
    assert first.count("tc-row__name") == 20
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = text_of(browser.get(older.replace("&amp;", "&")))
    assert second.count("tc-row__name") == 20
    assert "TC-029" in second
    with transaction():
        actions.see_all(person("marina").id, clock.now())
    first = text_of(browser.get("/notices"))
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = text_of(browser.get(older))
    assert set(re.findall(r"TC-\d+", first)) & set(re.findall(r"TC-\d+", second)) == set()
    (newer,) = re.findall(r'rel="prev" href="([^"]+)"', second)
    assert set(re.findall(r"TC-\d+", text_of(browser.get(newer)))) == set(re.findall(r"TC-\d+", first))


def test_a_key_that_is_not_ours_is_refused(session, sign_in):
    browser = sign_in("marina")
    for key in ["nonsense", "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMF0", "W251bGxd", "WyJ4Il0"]:
        assert browser.get(f"/notices?after={key}").status_code == 400


def test_a_reference_that_is_none_leads_nowhere(session, sign_in):
    browser = sign_in("marina")
    for ref in ["%00", "TC-%00", "x" * 300, "TC-1%27--", "TC-NOTHING"]:
        assert browser.get(f"/notices/{ref}", follow_redirects=True).status_code == 404


def statements(call):
    seen = []

    def count(_connection, _cursor, statement, *_):
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        call()
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return len(seen)


def test_a_long_list_asks_as_little_as_a_short_one(session, sign_in):
    browser = sign_in("marina")
    told("marina", 1)
    browser.get("/notices")
    few = statements(lambda: browser.get("/notices"))
    told("marina", 60)
    assert statements(lambda: browser.get("/notices")) == few


def test_the_lists_use_their_indexes(session, database):
    if database == "postgresql":
        db.session.execute(db.text("SET enable_seqscan = off"))
    for query, index in ((queries.unseen_of(1), "ix_notices_unseen"), (queries.seen_of(1), "ix_notices_seen")):
        text = str(
            query.order_by(Notice.id.desc()).limit(21).compile(db.engine, compile_kwargs={"literal_binds": True})
        )
        explain = "EXPLAIN QUERY PLAN" if database == "sqlite" else "EXPLAIN"
        plan = " ".join(str(row[-1]) for row in db.session.execute(db.text(f"{explain} {text}")))
        assert index in plan
        assert "TEMP B-TREE" not in plan


def test_the_choice_of_mails_is_kept(session, sign_in):
    browser = sign_in("marina")
    page = text_of(browser.get("/account/mail"))
    kinds = re.findall(r'name="requester" [^>]*value="([^"]+)"', page)
    assert "case.answer" in kinds
    assert "case.late" not in kinds
    wanted = [kind for kind in kinds if kind != "case.add"]
    answer = browser.post("/account/mail", data={"mode": "digest", "hour": "18", "requester": wanted})
    assert answer.headers["Location"] == "/account"
    marina = person("marina")
    assert marina.mail_mode == "digest"
    assert db.session.get(DigestHour, marina.id).hour == 18
    assert db.session.scalars(db.select(MailChoice.kind)).all() == ["case.add"]
    page = text_of(browser.get("/account/mail"))
    assert 'value="18" selected' in page or 'selected value="18"' in page
    assert len(re.findall(r'name="requester" [^>]*checked', page)) == len(wanted)


def test_a_choice_that_was_not_offered_is_refused_and_nothing_changes(session, sign_in):
    browser = sign_in("marina")
    for wrong in [{"mode": "weekly"}, {"hour": "3"}, {"hour": "x"}, {"requester": ["case.late"]}]:
        given = {"mode": "digest", "hour": "18", "requester": ["case.add"]} | wrong
        assert browser.post("/account/mail", data=given).status_code == 200
    assert person("marina").mail_mode == "each"
    assert db.session.query(MailChoice).count() == 0


def test_the_account_page_leads_to_the_mails(session, sign_in):
    assert 'href="/account/mail"' in text_of(sign_in("marina").get("/account"))


def test_somebody_not_signed_in_is_led_to_the_door(client):
    assert client.get("/notices").headers["Location"].startswith("/sign-in")
    assert client.get("/account/mail").headers["Location"].startswith("/sign-in")
