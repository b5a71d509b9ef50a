"""Whose a file is: who sent it, and of what came with a request also who asks now, when the sender has left."""

import pytest

from teleconsult.attachments.models import Attachment
from teleconsult.cases import actions as cases
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.extensions import db
from tests import world
from tests.attachments.samples import picture
from tests.attachments.sending import named
from tests.attachments.test_storing import as_body, keys, meanwhile, rows  # noqa: F401 (a fixture)
from tests.cases.helping import last_event

WHY = {"why": "É de outra pessoa."}


def sent(browser, walk):
    answer = browser.post(f"/cases/{walk.case.ref}/files", data=picture(), headers=named("dorso.jpg"))
    assert answer.status_code == 201
    return rows(walk.case.id)[-1].ref


def file_of(ref):
    db.session.rollback()
    return db.session.scalars(db.select(Attachment).filter_by(ref=ref)).one_or_none()


def hand_over(walk):
    db.session.rollback()
    walk.do("hand_over", to=world.person("jonas"), by="rosangela")


def test_a_strangers_picture_leaves_a_draft_that_was_handed_over(case_in, sign_in):
    walk = case_in(State.DRAFT)
    file = sent(sign_in("marina"), walk)
    hand_over(walk)
    assert sign_in("marina").post(f"/files/{file}/withdraw", data={}).status_code == 404
    jonas = sign_in("jonas")
    assert f"/files/{file}/withdraw" in jonas.get(f"/cases/{walk.case.ref}/files").get_data(as_text=True)
    assert jonas.post(f"/files/{file}/edit", data={"caption": "Dorso", "kind": "photo"}).status_code == 302
    assert file_of(file).caption == "Dorso"
    assert jonas.post(f"/files/{file}/withdraw", data={}).status_code == 302
    assert file_of(file) is None


def test_what_came_with_a_request_is_taken_back_by_who_answers_for_it_now(case_in, sign_in):
    walk = case_in(State.DRAFT)
    file = sent(sign_in("marina"), walk)
    walk.submit()
    hand_over(walk)
    assert sign_in("jonas").post(f"/files/{file}/withdraw", data=WHY).status_code == 302
    row = file_of(file)
    assert row.withdrawn_by_id == world.person("jonas").id
    event = last_event(walk)
    assert (event.verb, event.by_id, event.for_id) == ("withdraw_file", row.withdrawn_by_id, None)


def test_what_support_sent_for_a_requester_is_the_requesters_too(case_in, sign_in):
    walk = case_in(State.ASSIGNED)
    file = sent(sign_in("dora"), walk)
    assert file_of(file).for_id == walk.case.requester_id
    marina = sign_in("marina")
    assert f"/files/{file}/withdraw" in marina.get(f"/cases/{walk.case.ref}").get_data(as_text=True)
    assert marina.post(f"/files/{file}/withdraw", data=WHY).status_code == 302
    event = last_event(walk)
    assert (event.by_id, event.for_id) == (walk.case.requester_id, None)


def test_support_takes_a_file_of_the_request_back_for_its_requester(case_in, sign_in):
    walk = case_in(State.DRAFT)
    file = sent(sign_in("marina"), walk)
    walk.submit()
    assert sign_in("dora").post(f"/files/{file}/withdraw", data=WHY).status_code == 302
    event = last_event(walk)
    assert (event.by_id, event.for_id) == (world.person("dora").id, walk.case.requester_id)


@pytest.mark.parametrize(("sender", "other"), [("paulo", "marina"), ("paulo", "dora"), ("marina", "paulo")])
def test_what_one_side_sent_later_is_not_the_others(case_in, sign_in, sender, other):
    walk = case_in(State.ASSIGNED)
    file = sent(sign_in(sender), walk)
    browser = sign_in(other)
    assert f"/files/{file}/withdraw" not in browser.get(f"/cases/{walk.case.ref}").get_data(as_text=True)
    for way, data in (("withdraw", WHY), ("edit", {"caption": "X", "kind": "photo"})):
        assert "Só quem enviou" in browser.post(f"/files/{file}/{way}", data=data).get_data(as_text=True)
    assert (file_of(file).withdrawn_at, file_of(file).caption) == (None, "")


def test_what_is_withdrawn_or_of_a_closed_case_stays_as_it_is(case_in, sign_in):
    walk, browser = case_in(State.ASSIGNED), sign_in("marina")
    gone, kept = sent(browser, walk), sent(browser, walk)
    assert browser.post(f"/files/{gone}/withdraw", data=WHY).status_code == 302
    first = file_of(gone).withdrawn_at
    assert "Só quem enviou" in browser.post(f"/files/{gone}/withdraw", data=WHY).get_data(as_text=True)
    assert file_of(gone).withdrawn_at == first
    said = {"caption": "Dorso", "kind": "photo"}
    assert "Só quem enviou" in browser.post(f"/files/{gone}/edit", data=said).get_data(as_text=True)
    db.session.rollback()
    walk.conclude()
    assert "Só quem enviou" in browser.post(f"/files/{kept}/edit", data=said).get_data(as_text=True)
    assert (file_of(gone).caption, file_of(kept).caption) == ("", "")


def test_a_draft_that_is_handed_over_meanwhile_takes_no_file_of_its_former_writer(
    sign_in,
    case_in,
    each_store,
    meanwhile,  # noqa: F811 (the fixture)
):
    case = case_in(State.DRAFT).case
    browser, before, number = sign_in("marina"), keys(each_store), case.id
    done = meanwhile(
        lambda: cases.hand_over(
            db.session.get_one(Case, number), to=world.person("jonas"), by=world.person("rosangela")
        )
    )
    db.session.rollback()
    assert as_body(browser, case.ref).status_code == 422
    assert done == [True]
    assert rows(number) == []
    assert keys(each_store) == before
