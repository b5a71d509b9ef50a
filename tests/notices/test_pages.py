"""The list of notices, the bell, and the choice of e-mails, over HTTP."""

import re
from datetime import datetime, timedelta
from threading import Thread

from sqlalchemy import event

from teleconsult import clock
from teleconsult.audit import AuditEvent
from teleconsult.cases import access, views_case
from teleconsult.cases import actions as cases
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
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


def test_what_happens_while_a_case_is_looked_at_stays_new(session, case_in, sign_in, monkeypatch, application):
    """The page was made before it: whoever reads it has not seen it, and no daily mail would tell it either."""
    walk = case_in(State.ANSWERED)

    def late(*given, **more):
        add_meanwhile(walk.case.ref, application)
        return access.record_reading(*given, **more)

    monkeypatch.setattr(views_case, "record_reading", late)
    browser = sign_in("marina")
    assert browser.get(f"/cases/{walk.case.ref}").status_code == 200
    db.session.rollback()
    assert db.session.query(Notice).filter_by(kind="case.add", seen_at=None).count() == 1
    monkeypatch.undo()
    browser.get(f"/cases/{walk.case.ref}")
    assert unseen("marina") == 0


def add_meanwhile(ref, application):
    """Let the consultant write something on a case, in a process of his own."""

    def write():
        with application.app_context():
            case = db.session.query(Case).filter_by(ref=ref).one()
            with transaction(case):
                cases.add(case, "Mais uma coisa.", by=person("paulo"))

    other = Thread(target=write)
    other.start()
    other.join()


def test_looking_at_the_case_marks_what_was_told_of_it(session, case_in, sign_in):
    case = case_in(State.ANSWERED).case
    told("marina", 1)
    assert sign_in("marina").get(f"/cases/{case.ref}").status_code == 200
    assert unseen("marina") == 1


def form_of(page):
    """Return what the form of all that is new posts."""
    (form,) = re.findall(r'action="/notices/seen">.*?</form>', page, re.DOTALL)
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
    return {name: fields[name] for name in ("shown", "older") if name in fields}


def test_all_are_marked_but_not_those_that_came_after_the_page(session, sign_in):
    told("marina", 3)
    browser = sign_in("marina")
    posted = form_of(text_of(browser.get("/notices")))
    with transaction():
        actions.tell([person("marina")], "case.add", subject="TC-900", by=person("paulo"))
    for said in ("Avisos marcados como vistos.", "Não havia aviso novo."):
        answer = browser.post("/notices/seen", data=posted, follow_redirects=True)
        assert said in text_of(answer)
    assert unseen("marina") == 1


def test_what_was_written_before_the_page_and_committed_after_it_stays_new(session, sign_in):
    told("marina", 3)
    browser = sign_in("marina")
    posted = form_of(text_of(browser.get("/notices")))
    with clock.at(MORNING), transaction():  # the clock was read long before
        actions.tell([person("marina")], "case.add", subject="TC-900", by=person("paulo"))
        newest = db.session.query(Notice).filter_by(subject="TC-900").one()
        newest.id, newest_of_shown = 1000, max(map(int, posted["shown"].split()))
        db.session.flush()
        # On PostgreSQL numbers are given before the commit: this one is smaller than some that the page shows.
        db.session.query(Notice).filter_by(id=newest_of_shown).update({"id": 1001})
    posted["shown"] = posted["shown"].replace(str(newest_of_shown), "1001")
    browser.post("/notices/seen", data=posted)
    assert unseen("marina") == 1
    assert "TC-900" in text_of(browser.get("/notices?new=1"))


def test_those_on_further_pages_are_marked_with_the_rest(session, sign_in):
    told("marina", 145)
    told("jonas", 1)
    browser = sign_in("marina")
    page = text_of(browser.get("/notices"))
    assert "Mais de 99 avisos novos" in page
    browser.post("/notices/seen", data=form_of(page))
    assert (unseen("marina"), unseen("jonas")) == (0, 1)


def test_further_pages_show_only_a_part_and_do_not_mark_all(session, sign_in):
    told("marina", 145)
    browser = sign_in("marina")
    (older,) = re.findall(r'rel="next" href="([^"]+)"', text_of(browser.get("/notices?new=1")))
    assert "/notices/seen" not in text_of(browser.get(older.replace("&amp;", "&")))


def test_numbers_that_are_none_are_refused(session, sign_in):
    told("marina", 1)
    browser = sign_in("marina")
    for shown in ["", "yesterday", "1 x", "-1", "1" * 10, "99999999999999999999", " ".join(["1"] * 101)]:
        assert browser.post("/notices/seen", data={"shown": shown}).status_code == 400
    assert unseen("marina") == 1


def test_the_numbers_of_others_mark_nothing(session, sign_in):
    told("marina", 2)
    shown = " ".join(str(number) for (number,) in db.session.query(Notice.id))
    sign_in("jonas").post("/notices/seen", data={"shown": shown, "older": "1"})
    assert unseen("marina") == 2


def test_a_long_list_is_paged_both_ways(session, sign_in):
    told("marina", 150)
    browser = sign_in("marina")
    first = text_of(browser.get("/notices"))
    assert first.count('href="/notices/TC-') == 100
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = text_of(browser.get(older.replace("&amp;", "&")))
    assert second.count('href="/notices/TC-') == 50
    assert "TC-049" in second
    with transaction():
        actions.see_all(person("marina").id, clock.now())
    fresh = "TC-000"  # the oldest of them
    with transaction():
        db.session.query(Notice).filter_by(subject=fresh).update({"seen_at": None})
    first = text_of(browser.get("/notices"))
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = text_of(browser.get(older))
    assert (fresh in first, fresh in second) == (True, False)
    assert set(re.findall(r"TC-\d+", first)) & set(re.findall(r"TC-\d+", second)) == set()
    (newer,) = re.findall(r'rel="prev" href="([^"]+)"', second)
    back = set(re.findall(r"TC-\d+", text_of(browser.get(newer))))
    assert back == set(re.findall(r"TC-\d+", first)) - {fresh}  # what is new stands on the first page alone


def test_what_says_the_same_on_one_day_is_one_line(session, sign_in):
    """Of three hundred lines alike nobody found the one that said otherwise: it lay on the ninth of fifteen pages."""
    with transaction(), clock.at(MORNING - timedelta(minutes=1)):
        actions.tell([person("rosangela")], "case.nobody_left", subject="TC-900")
    told("rosangela", 60, kind="case.unassigned", by=None)
    with transaction(), clock.at(MORNING + timedelta(days=1)):
        for n in range(3):
            actions.tell([person("rosangela")], "case.unassigned", subject=f"TC-80{n}")
    page = text_of(sign_in("rosangela").get("/notices"))
    assert page.count('<li class="tc-row') == 5, "three of another day, the sixty together, and the one"
    assert "60 avisos</span>" in page
    assert page.index("TC-800") < page.index("60 avisos</span>") < page.index("TC-900")
    assert all(f'href="/notices/TC-{n:03}"' in page for n in range(60))


def test_what_says_the_same_of_one_case_leads_there_once(session, sign_in):
    """Five messages of an afternoon were a line of five links to one case."""
    for n in range(9):
        with transaction(), clock.at(MORNING + timedelta(minutes=10 * n)):
            actions.tell([person("marina")], "case.add", subject="TC-900" if n < 5 else "TC-901", by=person("paulo"))
        if n == 4:
            page = text_of(sign_in("marina").get("/notices"))
            assert page.count('href="/notices/TC-900"') == 1
            assert "<summary" not in page[page.index("TC-900") :]
            assert "5 avisos</span>" in page
    page = text_of(sign_in("marina").get("/notices"))
    assert [page.count(f'href="/notices/{ref}"') for ref in ("TC-900", "TC-901")] == [1, 1]
    assert "9 avisos</span>" in page


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


def chosen(page):
    """Return what the page of the mails shows as chosen: how, at which hour, and which kinds."""
    hour = re.search(r'<option(?=[^>]* selected)[^>]* value="(\d+)"', page) or re.search(
        r'value="(\d+)" selected', page
    )
    mode = re.search(r'<input(?=[^>]* checked)(?=[^>]*name="mode")[^>]*value="(\w+)"', page)
    return (
        mode[1],
        hour[1],
        set(re.findall(r'<input(?=[^>]* checked)(?=[^>]*name="requester")[^>]*value="([^"]+)"', page)),
    )


def test_the_choice_of_one_is_not_the_choice_of_another(session, sign_in):
    marina, jonas = sign_in("marina"), sign_in("jonas")
    as_given = chosen(text_of(jonas.get("/account/mail")))
    assert as_given[:2] == ("each", "7")
    kinds = as_given[2]
    wanted = {
        marina: ("digest", "18", kinds - {"case.add"}),
        jonas: ("none", "9", kinds - {"case.ask", "case.answer"}),
    }
    for browser, (mode, hour, mails) in wanted.items():
        browser.post("/account/mail", data={"mode": mode, "hour": hour, "requester": sorted(mails)})
    for browser, choice in wanted.items():
        assert chosen(text_of(browser.get("/account/mail"))) == choice
    again = ("each", "12", kinds - {"case.return"})
    marina.post("/account/mail", data={"mode": again[0], "hour": again[1], "requester": sorted(again[2])})
    assert chosen(text_of(marina.get("/account/mail"))) == again
    assert chosen(text_of(jonas.get("/account/mail"))) == wanted[jonas]
    (first, *_rest) = db.session.scalars(db.select(AuditEvent).where(AuditEvent.word == "person.choose_mail"))
    assert (first.user_id, first.subject, first.data) == (person("marina").id, "PE-MARINA", {"mode": "digest"})


def test_a_choice_that_was_not_offered_is_refused_and_nothing_changes(session, sign_in):
    browser = sign_in("marina")
    for wrong in [{"mode": "weekly"}, {"hour": "3"}, {"hour": "x"}, {"requester": ["case.late"]}]:
        given = {"mode": "digest", "hour": "18", "requester": ["case.add"]} | wrong
        assert browser.post("/account/mail", data=given).status_code == 422
    assert person("marina").mail_mode == "each"
    assert db.session.query(MailChoice).count() == 0


def test_the_account_page_leads_to_the_mails(session, sign_in):
    assert 'href="/account/mail"' in text_of(sign_in("marina").get("/account"))


def test_somebody_not_signed_in_is_led_to_the_door(client):
    assert client.get("/notices").headers["Location"].startswith("/sign-in")
    assert client.get("/account/mail").headers["Location"].startswith("/sign-in")
