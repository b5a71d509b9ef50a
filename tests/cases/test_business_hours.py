"""Clocks that run in business hours: deadlines, time used, alerts and words agree; a change counts open cases anew."""

from datetime import date, datetime

import pytest

from teleconsult import clock, events, jobs
from teleconsult.cases import alerts, clocks, counting, recount
from teleconsult.cases.due import clock_of, due_chip
from teleconsult.cases.hours import open_seconds
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.network import settings
from teleconsult.network.settings import ALWAYS, BUSINESS, Counting
from teleconsult.notices.models import Notice
from teleconsult.shifts.models import Holiday
from tests.world import new_case, person, walk_to

WEEK = tuple((day, 8 * 60, 17 * 60) for day in range(5))
OFFICE = Counting({"routine": BUSINESS, "high": BUSINESS, "urgent": ALWAYS}, WEEK)
ROUND = Counting(dict.fromkeys(("routine", "high", "urgent"), ALWAYS), ())
HOUR = 3600


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}-03:00")


FRIDAY = at("2026-11-20T18:00")


@pytest.fixture
def office(session):
    with transaction():
        settings.set_counting(OFFICE.runs, OFFICE.week)
        settings.set_target("routine", 18)
        settings.set_target("urgent", 24)


def sent(when, state=State.SUBMITTED):
    with clock.at(when):
        return walk_to(state)


def tick(when):
    with clock.at(when):
        for job in jobs.JOBS:
            if job.name.startswith("case."):
                jobs.run(job)
    db.session.rollback()


def told(kind):
    db.session.rollback()
    return db.session.scalar(db.select(db.func.count()).select_from(Notice).where(Notice.kind == kind))


def test_a_case_of_friday_evening_is_due_after_two_days_of_work(office):
    assert sent(FRIDAY).case.due_at == at("2026-11-24T17:00")


def test_a_holiday_puts_it_off(office):
    with transaction():
        db.session.add(Holiday(day=date(2026, 11, 23), name="Feriado", scope="municipal", source="own"))
    assert sent(FRIDAY).case.due_at == at("2026-11-25T17:00")


def test_a_holiday_that_was_struck_out_counts(office):
    with transaction():
        db.session.add(Holiday(day=date(2026, 11, 23), name="Feriado", scope="national", source="library",
                               removed_at=clock.now(), removed_by_id=person("teresa").id))  # fmt: skip
    assert sent(FRIDAY).case.due_at == at("2026-11-24T17:00")


def test_the_urgent_one_runs_round_the_clock(office):
    with clock.at(FRIDAY):
        walk = new_case()
        walk.submit(priority="urgent", priority_reason="Piora.")
    assert walk.case.due_at == at("2026-11-21T18:00")


def test_time_used_is_time_of_work_and_agrees_with_the_events(office):
    walk = sent(FRIDAY)
    with clock.at(at("2026-11-23T10:00")):
        walk.assign()
    assert walk.case.service_seconds == 2 * HOUR
    assert walk.case.due_at == at("2026-11-24T17:00")
    hours = counting.load().of("routine")
    assert clocks.read(walk.case.events, lambda a, b: open_seconds(a, b, hours)).service_seconds == 2 * HOUR


def test_a_change_of_priority_takes_the_time_used_along(office):
    walk = sent(FRIDAY)
    with clock.at(at("2026-11-23T10:00")):
        walk.do("reprioritise", priority="urgent", why="Piorou no fim de semana.", by="marina")
    assert walk.case.service_seconds == 2 * HOUR
    assert walk.case.due_at == at("2026-11-24T08:00")


def test_the_alerts_follow_the_hours_of_work(office):
    sent(FRIDAY)
    tick(at("2026-11-23T16:59"))
    assert told("case.unassigned") == 0
    tick(at("2026-11-23T17:00"))
    tick(at("2026-11-23T23:00"))
    assert told("case.unassigned") == 1
    tick(at("2026-11-24T16:59"))
    assert told("case.late") == 0
    tick(at("2026-11-24T17:00"))
    assert told("case.late") == 1


def test_an_idle_holder_is_idle_in_hours_of_work(office):
    sent(FRIDAY, State.ASSIGNED)
    tick(at("2026-11-24T12:29"))
    assert told("case.holder_idle") == 0
    tick(at("2026-11-24T12:30"))
    assert told("case.holder_idle") == 1


@pytest.mark.parametrize(
    ("now", "kind", "words", "asker"),
    [
        ("2026-11-20T18:00", "clock", "responder até ter., 17:00", "resposta até ter., 17:00"),
        ("2026-11-23T16:00", "clock", "responder até ter., 17:00", "resposta até ter., 17:00"),
        ("2026-11-24T06:00", "soon", "vence hoje, 17:00", "resposta em até 11 h"),
        ("2026-11-24T14:00", "soon", "responder em 3 h", "resposta em até 3 h"),
        ("2026-11-24T19:00", "late", "atrasado há 2 h", "atrasado há 2 h"),
    ],
)
def test_the_words_name_the_moment_where_hours_are_left_out(office, now, kind, words, asker):
    case, how = sent(FRIDAY).case, counting.load()
    assert due_chip(case, at(now), how) == {"kind": kind, "text": words}
    assert due_chip(case, at(now), how, asker=True) == {"kind": kind, "text": asker}


def test_the_clock_of_the_case_page_counts_the_same(office):
    case = sent(FRIDAY).case
    shown = clock_of(case, at("2026-11-24T10:00"), counting.load())
    assert (shown.used, shown.total, shown.business) == (11, 18, True)


def change(counted: Counting):
    """Change how time counts as the page does, and count anew."""
    before = settings.counting()
    with transaction():
        settings.set_counting(counted.runs, counted.week)
        recount.recount(before=before, after=counted)


@pytest.mark.parametrize("state", [State.SUBMITTED, State.ASSIGNED])
def test_a_change_keeps_what_was_used_and_counts_the_rest_by_the_new_hours(session, state):
    walk = sent(at("2026-11-18T12:00"), state)  # a Wednesday, due after 72 h
    with clock.at(at("2026-11-19T12:00")):
        change(OFFICE)
    case = walk.case
    assert case.service_seconds == 24 * HOUR
    assert case.due_at == at("2026-11-26T15:00")  # 48 h of work: 5 + 9 + 9 + 9 + 9 + 7
    with clock.at(at("2026-11-19T12:00")):
        change(ROUND)
    assert case.due_at == at("2026-11-21T12:00")


def test_each_case_is_counted_by_itself_and_only_where_something_changed(session):
    early, later = sent(at("2026-11-18T12:00")), sent(at("2026-11-19T10:00"))
    with clock.at(at("2026-11-19T10:00")):
        urgent, paused = new_case(), walk_to(State.RETURNED)
        urgent.submit(priority="urgent", priority_reason="Piora.")
    late = sent(at("2026-11-10T12:00"))
    untouched = [(one.case.version, one.case.due_at) for one in (urgent, paused)]
    with clock.at(at("2026-11-19T12:00")):
        shown = recount.effect(ROUND, OFFICE, settings.target_hours())
        assert (shown.cases, shown.sooner, shown.later) == (3, 0, 2)
        change(OFFICE)
    assert early.case.due_at == at("2026-11-26T15:00")
    assert later.case.due_at == at("2026-12-01T10:00")  # 70 h of work: 5 + 9 * 7 + 2
    assert late.case.due_at == at("2026-11-13T12:00")
    assert [(one.case.version, one.case.due_at) for one in (urgent, paused)] == untouched


@pytest.mark.parametrize("today", ["2026-11-17T09:13:22", "2026-11-14T23:59:59", "2026-11-20T19:00"])
def test_the_example_is_of_the_next_friday_evening(session, today):
    with clock.at(at(today)):
        shown = recount.effect(ROUND, OFFICE, {"routine": 18, "high": 1, "urgent": 24})
    assert shown.examples == [
        "Um caso de prioridade rotina enviado sex., 20 nov., 18:00 vence ter., 24 nov., 17:00: 18 horas de atendimento.",
        "Um caso de prioridade alta enviado sex., 20 nov., 18:00 vence seg., 23 nov., 9:00: 1 hora de atendimento.",
        "Um caso de prioridade urgente enviado sex., 20 nov., 18:00 vence sáb., 21 nov., 18:00: 24 horas corridas.",
    ]


def test_what_is_late_stays_late_since_then_and_its_target_stays(session):
    walk = sent(at("2026-11-10T12:00"))
    with clock.at(at("2026-11-19T12:00")):
        change(OFFICE)
        assert walk.case.due_at == at("2026-11-13T12:00")
        shown = clock_of(walk.case, clock.now(), counting.load())
    assert (shown.total, shown.used) == (72, 72 + 5 + 9 * 3 + 4)


def test_who_acts_at_that_moment_is_told_to_look_again(session):
    walk = sent(FRIDAY)
    version = walk.case.version
    with clock.at(FRIDAY):
        change(OFFICE)
    assert walk.case.version == version + 1


def test_a_holiday_that_is_added_later_puts_off_what_is_open(office):
    walk = sent(FRIDAY)
    with clock.at(at("2026-11-20T19:00")):
        with transaction():
            db.session.add(Holiday(day=date(2026, 11, 23), name="Feriado", scope="municipal", source="own"))
            db.session.flush()
            events.emit("holiday.change", days=[date(2026, 11, 23)], by=None)
        assert walk.case.due_at == at("2026-11-25T17:00")
        with transaction():
            db.session.execute(db.delete(Holiday))
            events.emit("holiday.change", days=[date(2026, 11, 23)], by=None)
    assert walk.case.due_at == at("2026-11-24T17:00")


def fields(**given):
    week = {f"day_{day}": "8:00–17:00" if day < 5 else "" for day in range(7)}
    times = {"routine": 18, "high": 9, "urgent": 24, "follow_up_days": 15, "reopen_days": 30, "lapse_days": 30,
             "survey_days": 30, "runs_routine": "business", "runs_high": "always", "runs_urgent": "always"}  # fmt: skip
    return week | times | {"version": settings.stamp()} | given


def test_the_page_says_how_many_before_it_changes_anything(session, sign_in):
    sent(FRIDAY)
    browser = sign_in("teresa")
    with clock.at(FRIDAY):
        page = browser.post("/targets", data=fields()).get_data(as_text=True)
        assert "Nada foi salvo ainda." in page
        assert "1 caso em aberto terá o prazo contado de novo" in page
        assert "Salvar e contar 1 prazo de novo" in page
        assert "enviado sex., 20 nov., 18:00 vence ter., 24 nov., 17:00: 18 horas de atendimento." in page
        session.rollback()
        assert settings.counting() == ROUND
        sure = page.split('name="sure" type="hidden" value="')[1].split('"')[0].replace("&#39;", "'")
        answer = browser.post("/targets", data=fields(sure=sure))
    assert answer.status_code == 302
    session.rollback()
    assert settings.counting() == Counting({"routine": BUSINESS, "high": ALWAYS, "urgent": ALWAYS}, WEEK)


def test_with_no_open_case_nothing_is_asked(session, sign_in):
    assert sign_in("teresa").post("/targets", data=fields()).status_code == 302
    assert 'value="8:00–17:00"' in sign_in("teresa").get("/targets").get_data(as_text=True)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"day_0": "manhã"}, "Escreva assim: 8:00–12:00"),
        ({"day_0": "8:00–25:00"}, "até 24:00"),
        ({"day_0": "17–8"}, "O fim do horário vem depois do início"),
        ({"day_0": "8–12, 11–17"}, "se sobrepõem"),
        ({"day_0": "8:75–12"}, "Escreva assim: 8:00–12:00"),
        ({"runs_routine": "sometimes"}, "tc-why"),
        ({f"day_{day}": "" for day in range(7)}, "Escreva o horário de ao menos um dia da semana."),
    ],
)
def test_what_is_wrong_with_the_hours_is_said_at_its_field(session, sign_in, given, says):
    answer = sign_in("teresa").post("/targets", data=fields(**given))
    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True)
    session.rollback()
    assert settings.counting() == ROUND


def test_hours_are_read_as_people_write_them(session, sign_in):
    data = fields(day_0="8h-12h; 13h30 às 17", day_5="8-12", day_6="0:00–24:00")
    assert sign_in("teresa").post("/targets", data=data).status_code == 302
    session.rollback()
    found = [span[1:] for span in settings.counting().week if span[0] in (0, 5, 6)]
    assert found == [(480, 720), (810, 1020), (480, 720), (0, 1440)]


def test_every_list_with_a_deadline_says_it_by_the_hours_of_work(office, sign_in):
    waiting, held = sent(FRIDAY).case.ref, sent(FRIDAY, State.ASSIGNED).case.ref
    with clock.at(FRIDAY):
        for key, address, refs in (
            ("rosangela", "/desk", [waiting]),
            ("rosangela", "/desk?show=assigned", [held]),
            ("rosangela", "/desk/print", [waiting]),
            ("paulo", "/waiting", [waiting]),
            ("paulo", "/", [held]),
            ("marina", "/mine", [waiting, held]),
        ):
            page = sign_in(key).get(address, follow_redirects=True).get_data(as_text=True)
            assert all(ref in page for ref in refs), address
            assert "até ter., 17:00" in page.replace("\u00a0", " "), address


def test_who_asks_reads_how_the_hours_of_each_priority_count(office, case_in, sign_in):
    case = case_in(State.DRAFT).case
    page = sign_in("marina").get(f"/cases/{case.ref}/edit/questions").get_data(as_text=True)
    assert "resposta em até 18 horas de atendimento" in page
    assert "resposta em até 24 horas<" in page


def test_finding_what_is_late_reads_the_present_clock_only(office):
    sent(FRIDAY)
    with clock.at(at("2026-11-24T17:00")):
        assert [due.kind for due in alerts.find("case.late")] == ["case.late"]
