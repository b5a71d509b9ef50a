"""Two presses of one form at the same moment: one merge, and both lead to the record."""

from threading import Barrier, Thread

import pytest

from teleconsult.cases.request import PatientFacts
from teleconsult.extensions import db, transaction
from teleconsult.patients.actions import NEW, admit
from teleconsult.patients.models import PatientMerge
from teleconsult.patients.queries import patient_for
from tests.world import person


@pytest.fixture
def two(session):
    with transaction():
        return [
            admit(PatientFacts(name=name), by=person("marina"), decided=NEW).ref for name in ("Ana Lúcia", "Ana L.")
        ]


def at_once(browsers, where, data):
    """Post the same form from each browser at the same moment; return the answers."""
    gate, answers = Barrier(len(browsers)), [None] * len(browsers)

    def press(number, browser):
        gate.wait()
        answers[number] = browser.post(where, data=data)

    threads = [Thread(target=press, args=pair) for pair in enumerate(browsers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    return answers


def test_two_presses_at_the_same_moment_join_and_part_once(two, sign_in):
    kept, other = two
    browsers = [sign_in("rosangela"), sign_in("rosangela")]
    given = {"version": patient_for(kept).version, "other_version": patient_for(other).version, "reason": "A mesma."}
    db.session.rollback()
    answers = at_once(browsers, f"/patients/{kept}/merge?with={other}", given)
    assert [answer.location for answer in answers] == [f"/patients/{kept}"] * 2
    assert len(db.session.scalars(db.select(PatientMerge)).all()) == 1
    given = {"version": patient_for(other).version, "reason": "São duas."}
    db.session.rollback()
    answers = at_once(browsers, f"/patients/{other}/unmerge", given)
    assert [answer.location for answer in answers] == [f"/patients/{other}"] * 2
    assert patient_for(other).merged_into_id is None
