"""Who was there to be chosen when the page was opened may be gone when it is sent: it is said by name, and nothing typed is lost."""

import pytest

from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from tests import world
from tests.cases.helping import now_in, send

WHY = "Acompanha hanseníase há anos."


def gone(*keys):
    with transaction():
        for key in keys:
            world.person(key).specialty_rows = []


@pytest.fixture
def waiting(session):
    return world.walk_to(State.SUBMITTED)


def test_a_consultant_who_left_is_named_and_the_others_are_offered(waiting, sign_in):
    gone("paulo")
    answer = send(sign_in("rosangela"), waiting, "assign", consultant=world.person("paulo").ref, why=WHY)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Dr. Paulo Nogueira não atende nesta especialidade." in page
    assert f'value="{world.person("lia").ref}"' in page
    assert WHY in page
    assert now_in(waiting) == State.SUBMITTED


def test_when_nobody_is_left_the_reason_can_still_be_copied(waiting, sign_in):
    gone("paulo", "lia")
    answer = send(sign_in("rosangela"), waiting, "assign", consultant=world.person("paulo").ref, why=WHY)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Dr. Paulo Nogueira não atende nesta especialidade." in page
    assert "Ninguém disponível agora" in page
    assert f"{WHY}</textarea>" in page
    assert "Falta acertar" not in page, "there is no field to go to"


@pytest.mark.parametrize("ref", ["", "PE-NADA", "'; --"])
def test_what_is_no_choice_at_all_is_refused(waiting, sign_in, ref):
    assert send(sign_in("rosangela"), waiting, "assign", consultant=ref, why=WHY).status_code == 422
    assert now_in(waiting) == State.SUBMITTED


def test_a_colleague_who_left_cannot_be_handed_the_case(waiting, sign_in):
    with transaction():
        db.session.execute(
            db.text("UPDATE users SET switched_off_at = created_at, switched_off_by_id = id WHERE ref = 'PE-JONAS'")
        )
    answer = send(sign_in("marina"), waiting, "hand_over", requester="PE-JONAS")
    assert answer.status_code == 422
    assert "Escolha outro solicitante ativo da mesma unidade." in answer.get_data(as_text=True)
