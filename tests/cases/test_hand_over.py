"""What a hand-over leaves behind: who reads the draft afterwards, and who is still told."""

import pytest
from sqlalchemy.exc import DatabaseError

from teleconsult import audit
from teleconsult.attachments.models import Attachment
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseEvent, CaseSeen
from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from tests.attachments.samples import picture
from tests.attachments.sending import named
from tests.cases.filing import STEPS, begin, case_of, fill, fill_all, hidden, path, send, value_of
from tests.world import SECRET_NAME, Walk, new_case, person, specialty


def hand_over(ref, to="jonas", by="rosangela"):
    Walk(case_of(ref)).do("hand_over", to=person(to), by=by)


def told(ref, kind):
    query = db.select(Notice.user_id).where(Notice.subject == ref, Notice.kind == kind)
    return set(db.session.scalars(query))


@pytest.fixture
def draft(session, sign_in):
    """Return a draft that Marina wrote for herself."""
    marina = sign_in("marina")
    ref = begin(marina)
    fill(marina, ref, "patient", patient_name=SECRET_NAME)
    return ref


def test_a_private_draft_stays_private_to_support_when_it_is_handed_over(draft, sign_in):
    dora = sign_in("dora")
    assert dora.get(path(draft, "clinical")).status_code == 404
    hand_over(draft)
    for step in STEPS:
        assert dora.get(path(draft, step)).status_code == 404
        assert dora.post(path(draft, step), data=STEPS[step]).status_code == 404
    page = dora.get(f"/cases/{draft}").get_data(as_text=True)
    assert SECRET_NAME not in page
    assert SECRET_NAME not in dora.get("/cases/new").get_data(as_text=True)
    assert SECRET_NAME in sign_in("jonas").get(path(draft, "patient")).get_data(as_text=True)
    assert sign_in("marina").get(path(draft, "patient")).status_code == 404


def test_handed_on_twice_it_is_the_last_ones_alone(draft, sign_in):
    hand_over(draft)
    hand_over(draft, to="marina", by="dora")
    case = case_of(draft)
    assert case.requester_id == case.filed_by_id == person("marina").id
    assert sign_in("dora").get(path(draft, "patient")).status_code == 404


def test_what_support_began_stays_supports_to_write(session, sign_in):
    dora = sign_in("dora")
    ref = begin(dora, requester="PE-MARINA")
    hand_over(ref)
    assert case_of(ref).filed_by_id == person("dora").id
    assert fill(dora, ref, "patient", go="leave").status_code == 302
    assert hidden(sign_in("jonas"), ref, "patient")


def test_who_handed_a_case_over_is_told_of_nothing_that_comes_after(session):
    walk = new_case("marina")
    walk.submit()
    hand_over(walk.case.ref)
    db.session.refresh(walk.case)
    walk.do("return_", {"objective": "Falta o exame."}, by="rosangela")
    assert walk.case.state == State.RETURNED
    assert told(walk.case.ref, "case.return") == {person("jonas").id}
    assert person("marina").id in told(walk.case.ref, "case.hand_over")


def test_what_waits_to_be_confirmed_waits_for_the_new_requester(session, sign_in):
    dora = sign_in("dora")
    ref = begin(dora, requester="PE-MARINA")
    fill_all(dora, ref)
    send(dora, ref)
    hand_over(ref)
    assert ref not in sign_in("marina").get("/cases/confirm").get_data(as_text=True)
    jonas = sign_in("jonas")
    page = jonas.get("/cases/confirm").get_data(as_text=True)
    assert jonas.post(f"/cases/{ref}/confirm", data={"version": value_of(page, "version")}).status_code == 302
    assert case_of(ref).confirm_by_id is None


def test_it_is_discarded_by_whom_it_went_to(draft, sign_in):
    sign_in("marina").post(f"/cases/{draft}/files", data=picture(), headers=named("dorso.jpg"))
    hand_over(draft)
    jonas, number = sign_in("jonas"), case_of(draft).id
    for browser in (jonas, sign_in("rosangela")):  # who looked at it has seen its event
        assert browser.get(f"/cases/{draft}").status_code in (200, 302)
    db.session.rollback()
    assert db.session.query(CaseSeen).filter_by(case_id=number).count()
    answer = jonas.post(f"/cases/{draft}/discard", data={"sure": "1"})
    assert (answer.status_code, answer.location) == (302, "/")
    db.session.rollback()
    assert db.session.get(Case, number) is None
    for rows in (CaseEvent, CaseSeen, Attachment):
        assert db.session.query(rows).filter_by(case_id=number).count() == 0
    assert SECRET_NAME not in jonas.get("/cases/new").get_data(as_text=True)
    assert jonas.get("/notices").status_code == 200
    words = db.session.scalars(db.select(audit.AuditEvent.word).where(audit.AuditEvent.stream == f"case:{draft}")).all()
    assert words[-2:] == ["case.hand_over", "case.discard"]
    assert list(audit.verify()) == []


def test_what_happened_to_a_case_that_was_sent_is_held_by_the_database(session):
    walk = new_case("marina")
    walk.submit()
    with pytest.raises(DatabaseError, match="only added"), transaction():
        db.session.execute(db.delete(CaseEvent).where(CaseEvent.case_id == walk.case.id))


def test_the_notice_of_a_case_passed_on_says_to_whom_and_ends_nowhere_in_the_dark(session, sign_in):
    """Its link, and that of the mail, answered that there was no such case."""
    walk = new_case()
    walk.submit()
    marina = sign_in("marina")
    walk.do("hand_over", to=person("jonas"), by="rosangela")
    page = marina.get(f"/notices/{walk.case.ref}", follow_redirects=True)
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert "Rosângela Lima passou o caso de você para Dr. Jonas Tenório." in text
    assert f"O caso {walk.case.ref} não está mais com você." in text
    assert sign_in("paulo").get(f"/cases/{walk.case.ref}").status_code == 200  # it waits in a specialty of his
    assert sign_in("lia").get("/cases/TC-NONE11").status_code == 404


def test_whoever_had_it_before_the_last_is_told_too_and_keeps_what_they_typed(session, sign_in):
    """A case handed over and then given to a consultant, or passed on twice, was not there for its first people."""
    walk = new_case()
    walk.submit()
    walk.do("hand_over", to=person("jonas"), by="rosangela")
    walk.do("assign", to=person("paulo"), why="Em turno.", by="rosangela")
    text = sign_in("marina").get(f"/notices/{walk.case.ref}", follow_redirects=True).get_data(as_text=True)
    assert "Rosângela Lima passou o caso de você para Dr. Jonas Tenório." in text
    paulo = sign_in("paulo")
    walk.do("assign", to=person("lia"), why="Férias.", by="rosangela")
    walk.do("redirect", to=specialty("neurologia"), why="É neurológico.", by="lia")
    walk.do("assign", to=person("lia"), why="Em turno.", by="rosangela")
    page = paulo.get(f"/cases/{walk.case.ref}", follow_redirects=True).get_data(as_text=True)
    assert f"Rosângela Lima distribuiu para Dra. Lia Cordeiro. O caso {walk.case.ref} não está mais com você." in page
    late = paulo.post(f"/cases/{walk.case.ref}/answer", data={"version": "1", "conduct": "Compressão elástica."})
    assert late.status_code == 409
    assert "Compressão elástica." in late.get_data(as_text=True)


def test_who_never_had_a_case_still_finds_none(session, sign_in):
    walk = new_case()
    walk.submit()
    walk.do("hand_over", to=person("jonas"), by="rosangela")
    assert sign_in("helena").get(f"/cases/{walk.case.ref}").status_code == 404
