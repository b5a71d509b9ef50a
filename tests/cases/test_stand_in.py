"""Staged escalation: the stand-in is proposed and passes with one press; nothing is told twice, whoever is restarted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest

from teleconsult import audit, clock, jobs
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models_alerts import CaseAlert
from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from teleconsult.people.models import User, UserSpecialty
from teleconsult.shifts.models import Leave, Room, Shift
from tests.cases.helping import send
from tests.world import person, specialty, walk_to

START = datetime.fromisoformat("2026-11-16T12:00:00+00:00")  # a Monday, 9:00 in Recife
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def stand_in(session):
    with transaction():
        specialty().backup_id = person("lia").id


@pytest.fixture
def idle(session):
    """A case on which its holder did nothing for three quarters of the target."""
    with clock.at(START):
        return walk_to(State.ASSIGNED)


def page(sign_in, walk, when, key="rosangela"):
    ref = walk.case.ref
    with clock.at(when):
        return sign_in(key).get(f"/cases/{ref}").get_data(as_text=True)


def test_an_idle_case_is_proposed_to_the_stand_in_after_three_quarters(idle, sign_in):
    assert "Passar para" not in page(sign_in, idle, START + 53 * HOUR)
    html = page(sign_in, idle, START + 54 * HOUR)
    assert "Três quartos do prazo passaram, e o caso está parado com Dr. Paulo Nogueira." in html
    assert "Passar para Dra. Lia Cordeiro" in html


def test_a_waiting_case_is_proposed_after_half(session, sign_in):
    with clock.at(START):
        walk = walk_to(State.SUBMITTED)
    assert "Passar para" not in page(sign_in, walk, START + 35 * HOUR)
    assert "Metade do prazo passou sem consultor." in page(sign_in, walk, START + 36 * HOUR)


@pytest.mark.parametrize("state", [State.SUBMITTED, State.ASSIGNED])
def test_nobody_is_proposed_once_the_patient_took_the_consent_back(session, sign_in, state):
    with clock.at(START):
        walk = walk_to(state)
        walk.do("revoke_consent", why="Mudou de ideia.", by="marina")
    html = page(sign_in, walk, START + 54 * HOUR)
    assert "o caso não vai a mais ninguém" in html
    assert "Passar para Dra. Lia Cordeiro" not in html


@pytest.mark.parametrize("key", ["marina", "paulo", "teresa"])
def test_it_is_the_administrators_to_pass_on(idle, sign_in, key):
    assert "Passar para" not in page(sign_in, idle, START + 54 * HOUR, key)


def test_one_press_passes_the_case_on_with_its_reason(idle, sign_in, session):
    html = page(sign_in, idle, START + 54 * HOUR)
    form = html.split('aria-labelledby="substituto"')[1].split("</form>")[0]
    given = {
        part.split('"')[0]: part.split('value="')[1].split('"')[0]
        for part in form.split('type="hidden" name="')[1:]
        if not part.startswith("csrf")
    }
    with clock.at(START + 54 * HOUR):
        answer = sign_in("rosangela").post(f"/cases/{idle.case.ref}/assign", data=given)
    assert answer.status_code == 302
    session.rollback()
    session.refresh(idle.case)
    assert idle.case.holder.name == "Lia Cordeiro"
    when = START + 54 * HOUR
    assert "com Dr. Paulo Nogueira. Dra. Lia Cordeiro substitui nesta especialidade." in page(sign_in, idle, when)
    with transaction():
        person("marina").language = "en"
    assert "Dra. Lia Cordeiro stands in for this specialty." in page(sign_in, idle, when, "marina")
    assert list(audit.verify()) == []


def test_who_declined_or_holds_it_is_not_proposed(session, sign_in):
    with clock.at(START):
        walk = walk_to(State.ASSIGNED, consultant="lia")
    assert "Passar para" not in page(sign_in, walk, START + 54 * HOUR)
    with clock.at(START + HOUR):
        walk.do("decline", "Não é da minha área.", by="lia")
    assert "Passar para" not in page(sign_in, walk, START + 54 * HOUR)


def test_a_stand_in_who_lost_the_specialty_is_not_proposed(idle, sign_in, session):
    with transaction():
        person("lia").specialty_rows = []
    assert "Passar para" not in page(sign_in, idle, START + 54 * HOUR)


def shift(who: str, starts: datetime, hours: int = 4) -> None:
    with transaction():
        room = db.session.scalar(db.select(Room)) or Room(
            slug="sala", name="Sala", kind="telehealth", unit_id=person("lia").unit_id, workstations=4
        )
        db.session.add(room)
        db.session.flush()
        db.session.add(
            Shift(ref=f"TU-{starts:%d%H}", room_id=room.id, workstation=1, user_id=person(who).id,
                  specialty_id=specialty().id, starts_at=starts, ends_at=starts + hours * HOUR,
                  created_at=START, created_by_id=person("teresa").id)
        )  # fmt: skip


def test_when_the_stand_in_is_there_is_said(idle, sign_in, session):
    now = START + 54 * HOUR  # Wednesday, 15:00
    shift("paulo", now - 2 * HOUR)
    assert "sem turno nos próximos 7 dias" in page(sign_in, idle, now)
    shift("lia", now + 23 * HOUR)
    assert "em turno qui., 14:00" in page(sign_in, idle, now)
    shift("lia", now - HOUR)
    assert "em turno até qua., 18:00" in page(sign_in, idle, now)
    with transaction():
        db.session.add(Leave(ref="LI-1", user_id=person("lia").id, kind="leave", from_at=now - HOUR,
                             until_at=now + 48 * HOUR, created_at=now, created_by_id=person("teresa").id))  # fmt: skip
    assert "de licença até sex., 15:00" in page(sign_in, idle, now)


def test_the_form_says_who_stands_in(idle, sign_in):
    with clock.at(START + HOUR):
        html = sign_in("rosangela").get(f"/cases/{idle.case.ref}/assign").get_data(as_text=True)
    assert "substitui nesta especialidade" in html


def test_the_form_says_of_everybody_when_they_are_there(idle, sign_in):
    now = START + 54 * HOUR  # Wednesday, 15:00
    idle.do("decline", "Congresso.", by="paulo")
    shift("paulo", now - 2 * HOUR)
    with clock.at(now):
        html = sign_in("rosangela").get(f"/cases/{idle.case.ref}/assign").get_data(as_text=True)
    assert "em turno até qua., 17:00 · nenhum caso em aberto · recusou este caso: Congresso." in html
    assert "substitui nesta especialidade · sem turno nos próximos 7 dias · nenhum caso em aberto" in html


def test_with_nobody_to_choose_there_is_nothing_to_fill_in_or_to_send(idle, sign_in):
    with transaction():
        lia = person("lia")
        lia.specialty_rows = []
    html = sign_in("rosangela").get(f"/cases/{idle.case.ref}/assign").get_data(as_text=True)
    assert "Ninguém disponível agora" in html
    assert 'name="why"' not in html
    late = send(sign_in("rosangela"), idle, "assign", stale=True, why="Em turno.").get_data(as_text=True)
    assert "O caso mudou enquanto você escrevia" in late
    assert "O que você escreveu está aqui" not in late
    assert "btn-primary" not in html.split('id="formulario"')[1].split("</form>")[0]
    with transaction():
        lia = person("lia")
        lia.specialty_rows = [UserSpecialty(specialty().id)]
    html = sign_in("rosangela").get(f"/cases/{idle.case.ref}/assign").get_data(as_text=True)
    assert 'name="why"' in html
    assert "btn-primary" in html.split('id="formulario"')[1].split("</form>")[0]


def told() -> dict[str, list[str]]:
    db.session.rollback()
    rows = db.session.execute(
        db.select(Notice.kind, User.email).join(User, User.id == Notice.user_id).order_by(Notice.id)
    )
    found: dict[str, list[str]] = {}
    for kind, email in rows:
        if kind in ("case.unassigned", "case.holder_idle", "case.late"):
            found.setdefault(kind, []).append(email.partition("@")[0])
    return found


def test_two_workers_and_a_restart_tell_each_stage_once(session, application):
    with clock.at(START):
        for state in (State.SUBMITTED, State.SUBMITTED, State.ASSIGNED):
            walk_to(state)
    db.session.rollback()
    gate = Barrier(2)

    def work(hours: int) -> None:
        with application.app_context(), clock.at(START + hours * HOUR):
            gate.wait()
            jobs.Rounds().tick()  # made anew: a worker that has just been started

    for hours in (36, 37, 54, 55, 72, 73):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(work, (hours, hours)))
    assert told() == {
        "case.unassigned": ["rosangela"] * 2,
        "case.holder_idle": ["rosangela"],
        "case.late": ["teresa"] * 3,
    }
    assert db.session.scalar(db.select(db.func.count()).select_from(CaseAlert)) == 6
    assert list(audit.verify()) == []
