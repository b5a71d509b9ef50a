"""The management's first screen says what is wrong with disk, worker and files, and nobody else's; nothing when all is well."""

import re
import shutil
from datetime import timedelta

import pytest

from teleconsult import clock, jobs
from teleconsult.attachments import actions as attachments
from teleconsult.attachments import checking
from teleconsult.attachments.models import Attachment
from teleconsult.attachments.storage import storage
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.network import noted
from tests import world
from tests.attachments import samples
from tests.attachments.sending import named
from tests.counting import statements


@pytest.fixture
def see(sign_in):
    """Return a reader of somebody's page, as text without marks."""

    def read(key="teresa", address="/overview"):
        html = sign_in(key).get(address).get_data(as_text=True)
        return re.sub(r"<[^>]+>|\s+", " ", html)

    return read


def run(name):
    """Run one of the worker's jobs; return how many things it did."""
    (job,) = [job for job in jobs.JOBS if job.name == name]
    return jobs.run(job)


def test_a_worker_that_makes_its_rounds_is_not_spoken_of(session, see):
    run("worker.round")
    assert "serviço de fundo está parado" not in see()


def test_a_worker_that_stands_still_is_said_with_since_when(session, see):
    with clock.at(clock.now() - timedelta(minutes=11)):
        run("worker.round")
    assert "O serviço de fundo está parado desde" in see()
    run("worker.round")
    assert "está parado" not in see()


def test_a_clock_that_was_ahead_is_no_worker_that_stands_still(session, see):
    """Put right, it was said to stand still since tomorrow."""
    with clock.at(clock.now() + timedelta(days=1)):
        run("worker.round")
    assert "está parado" not in see()


def test_a_worker_that_has_never_run_is_missed_after_a_while(session, see):
    begun = world.person("teresa").created_at
    with clock.at(begun + timedelta(minutes=9)):
        assert "está parado" not in see()
    with clock.at(begun + timedelta(minutes=11)):
        assert "O serviço de fundo está parado desde" in see()
        assert "Ainda não deu nenhuma volta." in see(address="/overview/upkeep")


def test_a_round_by_hand_counts(application, session, see):
    with clock.at(clock.now() - timedelta(minutes=11)):
        run("worker.round")
    assert application.test_cli_runner().invoke(args=["tick"]).exit_code == 0
    assert "está parado" not in see()


def has_room(application, monkeypatch, share):
    """Let so much of what is free now be what is kept free."""
    free = shutil.disk_usage(application.config["VAR"]).free
    monkeypatch.setitem(application.config, "KEEP_FREE_BYTES", int(free * share))


def test_a_disk_that_fills_is_said_before_files_are_refused(application, session, see, monkeypatch):
    run("worker.round")
    has_room(application, monkeypatch, 0.01)
    assert "disco do servidor" not in see()
    assert "Há espaço." in see(address="/overview/upkeep")
    has_room(application, monkeypatch, 0.5)
    assert "O disco do servidor está quase cheio: restam" in see()
    has_room(application, monkeypatch, 2)
    assert "nenhum arquivo novo é aceito" in see()
    assert "Não apague nada da pasta dos arquivos" in see(address="/overview/upkeep")


def test_without_room_to_keep_free_no_disk_is_looked_at(application, session, see):
    assert application.config["KEEP_FREE_BYTES"] == 0
    assert "não se olha o espaço" in see(address="/overview/upkeep")


@pytest.fixture
def lost(case_in, sign_in):
    """A case with two files of which one is gone from storage; return it, its case and its bytes."""
    ref, browser = case_in(State.DRAFT).case.ref, sign_in("marina")
    for size in ((64, 48), (48, 64)):
        sent = browser.post(f"/cases/{ref}/files", data=samples.picture(size=size), headers=named("dorso.jpg"))
        assert sent.status_code < 300
    db.session.rollback()
    row = db.session.scalars(db.select(Attachment).order_by(Attachment.id)).first()
    data = b"".join(storage().read(row.key, 0, row.size))
    storage().delete(row.key)
    return row, ref, data


def a_turn_of_all():
    """Check every file once, as four weeks of the worker's hours do."""
    begun = clock.now()
    for hour in range(checking.PARTS):
        with clock.at(begun + timedelta(hours=hour)):
            run("files.check")


def test_a_lost_file_is_said_with_its_case_until_it_is_back(lost, see):
    row, case, data = lost
    key, ref = row.key, row.ref
    a_turn_of_all()
    run("worker.round")
    assert "1 arquivo não está mais guardado como foi enviado." in see()
    page = see(address="/overview/upkeep")
    assert case in page
    assert ref in page
    assert world.SECRET_NAME not in page
    run("files.check")
    assert list(noted.lost()) == [ref]
    sink = storage().sink(key)
    sink.write(data)
    sink.keep()
    assert run("files.check") == 1
    assert "não está mais guardado" not in see()
    assert "Nenhum arquivo falta." in see(address="/overview/upkeep")


def test_a_lost_file_that_is_no_file_any_more_is_forgotten(lost):
    row, _case, _data = lost
    a_turn_of_all()
    assert list(noted.lost()) == [row.ref]
    with transaction():
        attachments.remove(db.session.get(Attachment, row.id))
    run("files.check")
    assert not noted.lost()


def test_many_lost_files_cost_the_first_screen_no_more(application, lost, sign_in):
    browser = sign_in("teresa")
    counts = []
    for number in range(2):
        with transaction():
            for file in range(number * 150):
                noted.lose(f"AX-{file:06}")
        browser.get("/overview")
        with statements(application) as seen:
            browser.get("/overview")
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert len(noted.lost()) == noted.MOST
    assert "100 arquivos ou mais não estão" in browser.get("/overview").get_data(as_text=True)


def test_nobody_else_is_shown_it(session, sign_in):
    for key in ("marina", "paulo", "rosangela", "dora"):
        assert sign_in(key).get("/overview/upkeep").status_code == 403
    assert sign_in("teresa").get("/overview/upkeep").status_code == 200
