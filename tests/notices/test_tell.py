"""Who is told what, in the product and by e-mail, and how often."""

from datetime import datetime, timedelta

import pytest

from teleconsult import clock
from teleconsult.cases import actions as cases
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.notices import actions
from teleconsult.notices.models import Notice
from teleconsult.outbox import OutboxMessage
from teleconsult.people import actions as people
from teleconsult.people.models import User, UserRole
from tests.world import Walk, new_case, person

MORNING = datetime.fromisoformat("2026-11-20T12:00:00+00:00")  # 9:00 in Recife


def told(kind, subject="TC-1"):
    emails = db.session.scalars(
        db.select(User.email)
        .join(Notice, Notice.user_id == User.id)
        .where(Notice.kind == kind, Notice.subject == subject)
    )
    return {email.partition("@")[0] for email in emails}


def mails(kind=None):
    rows = db.session.scalars(db.select(OutboxMessage).where(OutboxMessage.kind == "email").order_by(OutboxMessage.id))
    return [row for row in rows if kind is None or row.payload["template"] == kind.replace(".", "_")]


def tell(*keys, kind="case.answer", subject="TC-1", by=None, to=None):
    with transaction():
        actions.tell(
            [person(key) if key else None for key in keys],
            kind,
            subject=subject,
            by=person(by) if by else None,
            to=person(to) if to else None,
        )


def test_each_person_is_told_once_but_not_who_did_it(session):
    tell("marina", "marina", None, "paulo", "dora", by="paulo")
    assert told("case.answer") == {"marina", "dora"}
    assert {row.address for row in mails()} == {"marina@rede.example", "dora@rede.example"}


def test_nobody_who_is_switched_off_is_told(session):
    with transaction():
        marina = person("marina")
        marina.switched_off_at, marina.switched_off_by_id = clock.now(), person("teresa").id
    tell("marina")
    assert told("case.answer") == set()


def test_a_kind_without_words_is_a_mistake(session):
    with pytest.raises(KeyError):
        tell("marina", kind="case.unheard_of")


def test_the_mail_holds_a_reference_and_no_name(session):
    tell("marina", by="paulo")
    (row,) = mails()
    assert row.payload == {"template": "case_answer", "language": "pt_BR", "params": {"ref": "TC-1"}}


def test_what_was_not_seen_is_not_told_again_for_five_minutes(session):
    with clock.at(MORNING):
        tell("marina", "jonas", kind="case.add")
        tell("marina", kind="case.add", subject="TC-2")
    with clock.at(MORNING + timedelta(minutes=4)):
        tell("marina", "paulo", kind="case.add")
        tell("marina", kind="case.ask")
        assert len(mails("case.add")) == 4
        assert len(mails()) == 5
    with clock.at(MORNING + timedelta(minutes=5)):
        tell("marina", kind="case.add")
        assert len(mails("case.add")) == 5


def test_who_is_given_a_case_back_is_told_so_though_they_have_not_seen_that_it_was_taken(case_in):
    walk = case_in(State.SUBMITTED)
    for key in ("paulo", "lia", "paulo", "lia"):
        walk.do("assign", to=person(key), why="Em turno.", by="rosangela")
    for key, heard in (
        ("paulo", ["case.assign_to_you", "case.assign", "case.assign_to_you", "case.assign"]),
        ("lia", ["case.assign_to_you", "case.assign", "case.assign_to_you"]),
        ("marina", ["case.assign"]),
    ):
        query = db.select(Notice.kind).where(Notice.user_id == person(key).id, Notice.subject == walk.case.ref)
        assert db.session.scalars(query.order_by(Notice.id)).all() == heard
        sent = [row for row in mails() if row.address == f"{key}@rede.example"]
        assert len(sent) == len(heard)


def test_what_was_seen_is_told_again_at_once(session):
    with clock.at(MORNING):
        tell("marina", kind="case.add")
        with transaction():
            assert actions.see(person("marina").id, "TC-1") == 1
    with clock.at(MORNING + timedelta(minutes=1)):
        tell("marina", kind="case.add")
        assert len(mails()) == 2


def test_one_kind_can_be_switched_off_and_is_still_told_in_the_product(session):
    with transaction():
        actions.choose_mail(person("marina"), mode="each", hour=7, off={"case.add", "nonsense"})
    tell("marina", "jonas", kind="case.add")
    tell("marina", kind="case.ask")
    assert told("case.add") == {"marina", "jonas"}
    assert [row.address for row in mails("case.add")] == ["jonas@rede.example"]
    assert len(mails("case.ask")) == 1


def test_somebody_who_wants_no_mail_gets_none(session):
    with transaction():
        actions.choose_mail(person("marina"), mode="none", hour=7, off=())
    tell("marina")
    assert told("case.answer") == {"marina"}
    assert mails() == []


def test_the_one_to_whom_a_case_comes_is_told_so(session):
    walk = new_case()
    walk.submit()
    assert told("case.submit", walk.case.ref) == {"rosangela"}
    walk.assign()
    assert told("case.assign_to_you", walk.case.ref) == {"paulo"}
    assert told("case.assign", walk.case.ref) == {"marina"}
    walk.do("assign", to=person("lia"), why="Troca de turno.", by="rosangela")
    assert told("case.assign_to_you", walk.case.ref) == {"paulo", "lia"}
    assert told("case.assign", walk.case.ref) == {"marina", "paulo"}


def test_support_that_filed_a_case_does_not_hide_it_from_its_requester(session):
    walk = new_case("marina")
    with transaction(walk.case):
        walk.case.filed_by = person("dora")
    walk.requester = "dora"
    walk.submit()
    assert told("case.submit", walk.case.ref) == {"marina", "rosangela"}


def filed_by_support():
    """Return a case of Marina's, in the queue, that Dora filed for her."""
    with transaction():
        case = cases.draft(by=person("dora"), requester=person("marina"))
    walk = Walk(case, requester="dora")
    walk.submit()
    return walk


def test_support_hears_of_every_step_of_what_it_filed(session):
    walk = filed_by_support()
    walk.do("return_", {"objective": "Falta o peso."}, by="rosangela")
    walk.submit()
    walk.assign()
    walk.do("ask", ["Baciloscopia"], by="paulo")
    walk.do("supply", {1: ("Negativa.", "")}, by="dora")
    walk.do("decline", "Férias.", by="paulo")
    walk.consultant = "lia"
    walk.assign()
    walk.answer()
    walk.do("add", "Segue a referência.", by="lia")
    for kind in ("return", "assign", "ask", "decline", "answer", "add"):
        assert told(f"case.{kind}", walk.case.ref) >= {"marina", "dora"}, kind
    assert "dora" not in told("case.supply", walk.case.ref)


def test_support_that_only_completed_a_case_hears_of_it_from_then_on(session):
    walk = new_case("marina")
    walk.submit()
    walk.do("return_", {"objective": "Falta o peso."}, by="rosangela")
    assert told("case.return", walk.case.ref) == {"marina"}
    walk.requester = "dora"
    walk.submit()
    walk.assign()
    walk.do("ask", ["Baciloscopia"], by="paulo")
    assert told("case.ask", walk.case.ref) == {"marina", "dora"}


def test_what_support_asks_again_is_told_to_the_requester(session, case_in):
    walk = case_in(State.ANSWERED)
    walk.do("follow_up", "E na gestação?", by="dora")
    assert told("case.follow_up", walk.case.ref) == {"paulo", "marina"}


URGENT = {"priority": "urgent", "why": "Piorou."}


@pytest.mark.parametrize(
    ("verb", "given", "carried"),
    [("add", ["Mais um dado."], {}), ("reprioritise", [], URGENT), ("cancel", ["Foi atendido."], {})],
)
def test_while_nobody_holds_a_case_its_distributors_are_the_other_side(session, case_in, verb, given, carried):
    queued, held = case_in(State.SUBMITTED), case_in(State.ASSIGNED)
    for walk in (queued, held):
        walk.do(verb, *given, by="marina", **carried)
    assert told(f"case.{verb}", queued.case.ref) == {"rosangela"}
    assert told(f"case.{verb}", held.case.ref) == {"paulo"}


def test_who_distributes_is_no_other_side_to_a_colleague(session, case_in):
    with transaction():
        teresa = person("teresa")
        teresa.role_rows.append(UserRole("administrator"))
    walk = case_in(State.SUBMITTED)
    walk.do("reprioritise", by="rosangela", **URGENT)
    assert told("case.reprioritise", walk.case.ref) == {"marina"}


def _tell_and_fail(case):
    with transaction(case):
        actions.tell([case.requester], "case.answer", subject=case.ref)
        raise ZeroDivisionError


def test_an_action_that_fails_tells_nobody(session, case_in):
    case = case_in(State.ASSIGNED).case
    before = db.session.query(Notice).count(), len(mails())
    with pytest.raises(ZeroDivisionError):
        _tell_and_fail(case)
    assert (db.session.query(Notice).count(), len(mails())) == before


def digest_on(key, hour=7, at=MORNING):
    with clock.at(at), transaction():
        actions.choose_mail(person(key), mode="digest", hour=hour, off=())


def send_digests(at):
    with clock.at(at):
        for user_id in actions.digests_due():
            with transaction():
                actions.send_digest(user_id)


def test_a_daily_mail_lists_what_was_not_seen(session):
    digest_on("marina")
    with clock.at(MORNING):
        tell("marina", "jonas", kind="case.add")  # whose mails come one by one: none of them comes twice
        assert [row.address for row in mails()] == ["jonas@rede.example"]
        with transaction():
            db.session.execute(db.delete(OutboxMessage))
        tell("marina", kind="case.ask", subject="TC-2")
        tell("marina", kind="case.answer", subject="TC-3")
        with transaction():
            actions.see(person("marina").id, "TC-3")
        assert mails() == []
    send_digests(MORNING + timedelta(hours=21, minutes=59))
    assert mails() == []
    send_digests(MORNING + timedelta(hours=22))
    (row,) = mails("digest")
    assert row.payload["params"] == {"entries": [["case_add", "TC-1"], ["case_ask", "TC-2"]], "more": 0}
    send_digests(MORNING + timedelta(hours=23))
    assert len(mails()) == 1


def test_the_daily_mail_comes_at_the_hour_of_the_persons_unit_or_of_the_network(session):
    with transaction():
        person("marina").unit.zone = "America/Rio_Branco"
        person("paulo").unit = None
    digest_on("marina", hour=8)
    digest_on("paulo", hour=10)
    with clock.at(MORNING + timedelta(minutes=17, seconds=5)):  # 7:17 there, 9:17 in Recife
        tell("marina", "paulo")
    assert set(db.session.scalars(db.select(Notice.digest_due_at))) == {MORNING + timedelta(hours=1)}


def _leave(key):
    with transaction():
        people.switch_off(person(key), by=person("teresa"))


def _want_none(key):
    with transaction():
        actions.choose_mail(person(key), mode="none", hour=7, off=())


@pytest.mark.parametrize("change", [_leave, _want_none])
def test_who_left_or_wants_no_more_mail_gets_no_daily_one_of_before(session, change):
    digest_on("marina")
    with clock.at(MORNING):
        tell("marina")
        change("marina")
    send_digests(MORNING + timedelta(days=1))
    assert mails("digest") == []
    assert not actions.digests_due()


def test_a_day_on_which_everything_was_seen_has_no_mail(session):
    digest_on("marina")
    with clock.at(MORNING):
        tell("marina")
        with transaction():
            actions.see_all(person("marina").id, clock.now())
    send_digests(MORNING + timedelta(days=1))
    assert mails() == []
    assert not actions.digests_due()


def test_a_long_day_is_cut_with_its_number(session):
    digest_on("marina")
    with clock.at(MORNING):
        for n in range(actions.IN_A_DIGEST + 3):
            tell("marina", subject=f"TC-{n}")
    send_digests(MORNING + timedelta(days=1))
    (row,) = mails("digest")
    assert len(row.payload["params"]["entries"]) == actions.IN_A_DIGEST
    assert row.payload["params"]["more"] == 3
    assert row.payload["params"]["entries"][-1] == ["case_answer", f"TC-{actions.IN_A_DIGEST + 2}"]


def test_telling_reads_no_more_when_there_is_more(session, database):
    if database != "sqlite":
        return  # a planner may rightly read a small table whole
    seen = []

    def keep(_connection, _cursor, statement, parameters, *_):
        if statement.startswith(("SELECT", "UPDATE")) and ("notices" in statement or "mail_choices" in statement):
            seen.append((statement, parameters))

    db.event.listen(db.engine, "before_cursor_execute", keep)
    try:
        tell("marina", "jonas", "paulo", kind="case.assign", to="paulo")
        with transaction():
            actions.see(person("marina").id, "TC-1")
            actions.send_digest(person("marina").id)
        actions.digests_due()
    finally:
        db.event.remove(db.engine, "before_cursor_execute", keep)
    assert len(seen) == 5
    for statement, parameters in seen:
        rows = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        plan = " | ".join(row[3] for row in rows)
        assert "SCAN notices" not in plan, plan
        assert "SCAN mail_choices" not in plan, plan


def test_a_case_that_was_completed_is_told_as_such(case_in):
    walk = case_in(State.RETURNED)
    assert told("case.submit", walk.case.ref) == {"rosangela"}
    walk.submit()
    assert told("case.submit_again", walk.case.ref) == {"rosangela"}


# ---------------------------------------------------------------- when much happens at once


def alarm(count, at=MORNING, by=None):
    for number in range(count):
        with clock.at(at + timedelta(seconds=number)):
            tell("rosangela", kind="case.no_shift" if by is None else "case.add", subject=f"TC-{number}", by=by)


def test_a_flood_of_what_the_clock_says_comes_in_one_mail_at_the_full_hour(session):
    """A leave of one consultant may leave forty cases without a shift: nobody reads forty mails."""
    alarm(40)
    assert len(mails("case.no_shift")) == actions.FLOOD
    send_digests(MORNING + timedelta(minutes=59))
    assert mails("digest") == []
    send_digests(MORNING + timedelta(hours=1))
    (row,) = mails("digest")
    assert len(row.payload["params"]["entries"]) == 40 - actions.FLOOD


def test_what_people_do_is_told_at_once_also_in_a_flood(session):
    alarm(40, by="paulo")
    assert len(mails("case.add")) == 40


def test_who_reads_what_comes_is_told_one_by_one(session):
    alarm(actions.FLOOD)
    with transaction():
        actions.see_all(person("rosangela").id, MORNING + timedelta(hours=1))
    alarm(actions.FLOOD, at=MORNING + timedelta(minutes=10))
    assert len(mails("case.no_shift")) == 2 * actions.FLOOD


def test_an_old_heap_is_no_flood(session):
    alarm(actions.FLOOD)
    alarm(5, at=MORNING + timedelta(hours=2))
    assert len(mails("case.no_shift")) == actions.FLOOD + 5
