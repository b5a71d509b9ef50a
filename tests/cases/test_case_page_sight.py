"""Who sees how much of a case: by role, by part, by state, and what must never stand on the page."""

import pytest

from teleconsult import audit
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseOpening, CaseSeen
from teleconsult.extensions import db, transaction
from teleconsult.people.models import UserRole
from tests import world
from tests.attachments.samples import picture
from tests.attachments.sending import named
from tests.cases.helping import CLINICAL, IDENTITY, leaky_case, send, share_unit, shown, text_of, through_everything

F, W, R, C, NONE = "full", "waiting", "routing", "closed", "none"
STATES = (State.SUBMITTED, State.ASSIGNED, State.ANSWERED, State.CONCLUDED)

#              submitted assigned answered concluded
WHO = {
    "marina": (F, F, F, F),  # the requester
    "jonas": (NONE, NONE, NONE, NONE),  # of the same unit, which does not share its cases
    "bia": (NONE, NONE, NONE, NONE),  # of another unit
    "paulo": (W, F, F, F),  # the consultant who takes it
    "lia": (W, NONE, NONE, NONE),  # another consultant of the specialty
    "helena": (NONE, NONE, NONE, NONE),  # a consultant of another specialty
    "rosangela": (R, R, R, R),  # the administrator
    "dora": (F, F, F, F),  # support of the district
    "teresa": (C, C, C, C),  # the manager
}


def sight_in(page: str) -> str:
    """Tell from the words alone how much of the leaky case a page shows."""
    if shown(IDENTITY, page):
        return F
    if shown(CLINICAL, page):
        return W
    return R if "Abrir o conteúdo clínico" in page else C


@pytest.mark.parametrize("column", range(4), ids=STATES)
def test_each_person_sees_exactly_their_part(session, sign_in, column):
    walk = through_everything(leaky_case(), STATES[column])
    for who, sights in WHO.items():
        answer = sign_in(who).get(f"/cases/{walk.case.ref}")
        if sights[column] == NONE:
            assert answer.status_code == 404, who
            continue
        assert answer.status_code == 200, who
        assert sight_in(answer.get_data(as_text=True)) == sights[column], who


@pytest.mark.parametrize(("own", "of_the_case"), [("DS V", "DS IV"), ("", ""), ("", "DS IV")])
def test_support_of_no_or_another_district_finds_no_case(session, sign_in, own, of_the_case):
    walk = through_everything(leaky_case(), State.ASSIGNED)
    with transaction():
        world.person("dora").unit.district = own
        world.person("marina").unit.district = of_the_case
    for path in ("", "/add", "/hand_over"):
        text_of(sign_in("dora"), walk, path, status=404)


@pytest.mark.parametrize(
    ("who", "state", "becomes"),
    [
        ("marina", State.ASSIGNED, "consultant"),
        ("paulo", State.AWAITING_INFORMATION, "requester"),
        ("lia", State.SUBMITTED, "requester"),
        ("dora", State.ASSIGNED, "requester"),
        ("rosangela", State.ASSIGNED, "consultant"),  # who had opened it
    ],
)
def test_what_a_role_shows_goes_with_the_role(case_in, sign_in, who, state, becomes):
    walk = case_in(state)
    if who == "rosangela":
        sign_in(who).post(f"/cases/{walk.case.ref}/open")
    assert world.SECRET_NAME in text_of(sign_in(who), walk) or who == "lia"
    with transaction():
        world.person(who).role_rows = [world.UserRole(becomes)]
    text_of(sign_in(who), walk, status=404)


@pytest.mark.parametrize("state", STATES)
def test_neither_name_nor_story_for_routing(session, sign_in, state):
    walk = through_everything(leaky_case(), state)
    page = text_of(sign_in("rosangela"), walk)
    assert not shown(IDENTITY + CLINICAL, page)
    for word in ("S. C. A., de 40 a 59 anos", "Dermatologia", "prioridade alta", "Dra. Marina Alves"):
        assert (word in page) or word == "prioridade alta"


def test_routing_says_how_many_questions_and_who_declined(session, sign_in):
    walk = leaky_case()
    walk.assign()
    walk.do("decline", "Agenda cheia até segunda.", by="paulo")
    page = text_of(sign_in("rosangela"), walk)
    assert "Diagnóstico · Tratamento" in page
    assert "recusou o caso" in page
    assert "Agenda cheia até segunda." in page


def test_waiting_shows_the_story_by_initials(session, sign_in):
    page = text_of(sign_in("lia"), through_everything(leaky_case(), State.SUBMITTED))
    assert not shown(IDENTITY, page)
    assert f"S. C. A., {world.years()} anos" in page
    assert "oito meses" in page
    assert "Imprimir" not in page


def test_the_title_of_the_page_never_holds_a_name(session, sign_in):
    walk = leaky_case()
    title = text_of(sign_in("marina"), walk).partition("</title>")[0].rpartition("<title>")[2]
    assert title == f"Caso {walk.case.ref} · Dermatologia · Teleconsult"


def test_a_unit_that_shares_lets_colleagues_read_but_not_act(session, sign_in):
    walk = through_everything(leaky_case(), State.ASSIGNED)
    share_unit()
    page = text_of(sign_in("jonas"), walk)
    assert world.SECRET_NAME in page
    assert "O que você pode fazer" not in page


def test_a_draft_is_its_writers_alone(session, sign_in):
    walk = world.new_case()
    share_unit()
    assert sign_in("marina").get(f"/cases/{walk.case.ref}").location.endswith("/edit")
    assert sign_in("jonas").get(f"/cases/{walk.case.ref}").status_code == 404
    assert sign_in("teresa").get(f"/cases/{walk.case.ref}").status_code == 404
    for who in ("rosangela", "dora"):
        assert "Passar a outro solicitante" in text_of(sign_in(who), walk)


def test_whoever_wrote_an_opinion_reads_the_case_for_ever(session, sign_in):
    walk = through_everything(leaky_case(), State.ANSWERED)
    walk.do("follow_up", "E agora?", by="marina")
    walk.do("assign", to=world.person("lia"), why="Em turno.", by="rosangela")
    assert world.SECRET_NAME in text_of(sign_in("paulo"), walk)


def test_whoever_only_held_it_does_not(session, sign_in):
    walk = through_everything(leaky_case(), State.ASSIGNED)
    walk.do("assign", to=world.person("lia"), why="Em turno.", by="rosangela")
    text_of(sign_in("paulo"), walk, status=302)  # home, where it is said who has it
    text_of(sign_in("paulo"), walk, "/print", status=404)


def test_a_strangers_case_and_a_missing_one_are_the_same_page(session, sign_in):
    walk = leaky_case()
    browser = sign_in("bia")
    for path in ("", "/answer", "/return", "/print", "/outcome", "/opinions/1/correct"):
        there = browser.get(f"/cases/{walk.case.ref}{path}")
        missing = browser.get(f"/cases/TC-ZZZZZZ{path}")
        assert (there.status_code, there.get_data()) == (missing.status_code, missing.get_data()), path


@pytest.mark.parametrize("ref", ["TC-%00", "TC-' OR 1=1", "tc-é", "TC-" + "A" * 300, "%F0%9F%92%A9"])
def test_a_reference_that_cannot_be_is_not_found(session, sign_in, ref):
    assert sign_in("marina").get(f"/cases/{ref}").status_code == 404


def test_a_reference_may_be_typed_in_small_letters(session, sign_in):
    walk = leaky_case()
    assert sign_in("marina").get(f"/cases/{walk.case.ref.lower()}").status_code == 200


def test_the_administrator_opens_the_clinical_content_on_purpose(session, sign_in):
    walk = through_everything(leaky_case(), State.ASSIGNED)
    browser = sign_in("rosangela")
    assert browser.post(f"/cases/{walk.case.ref}/open").status_code == 302
    assert world.SECRET_NAME in text_of(browser, walk)
    found = [row for row in events("reader:PE-ROSANGEL") if row.word == "case.open"]
    assert [row.subject for row in found] == [walk.case.ref]


def test_what_was_opened_closes_after_an_hour(session, sign_in):
    walk = leaky_case()
    browser = sign_in("rosangela")
    browser.post(f"/cases/{walk.case.ref}/open")
    with transaction():
        db.session.execute(db.update(CaseOpening).values(expires_at=CaseOpening.opened_at))
    assert not shown(IDENTITY + CLINICAL, text_of(browser, walk))


def test_the_manager_needs_a_reason(session, sign_in):
    walk = leaky_case()
    browser = sign_in("teresa")
    page = text_of(browser, walk)
    assert not shown(IDENTITY + CLINICAL, page)
    refused = browser.post(f"/cases/{walk.case.ref}/open", data={"why": "  "})
    assert refused.status_code == 422
    assert "Diga por que precisa ver o conteúdo clínico." in refused.get_data(as_text=True)
    assert browser.post(f"/cases/{walk.case.ref}/open", data={"why": "Reclamação 12/2026."}).status_code == 302
    page = text_of(browser, walk)
    assert world.SECRET_NAME in page
    assert "O que você pode fazer" not in page


def test_an_opening_is_one_persons_own(session, sign_in):
    walk = leaky_case()
    sign_in("rosangela").post(f"/cases/{walk.case.ref}/open")
    assert not shown(IDENTITY + CLINICAL, text_of(sign_in("teresa"), walk))


def test_nobody_opens_what_is_open_or_not_theirs(session, sign_in):
    walk = leaky_case()
    assert sign_in("marina").post(f"/cases/{walk.case.ref}/open").status_code == 422
    assert sign_in("helena").post(f"/cases/{walk.case.ref}/open").status_code == 404


def test_each_reading_is_recorded_in_the_readers_own_stream(session, sign_in):
    walk = leaky_case()
    length = db.select(audit.AuditHead.length).where(audit.AuditHead.stream == f"case:{walk.case.ref}")
    before = session.scalar(length)
    for who in ("marina", "rosangela", "teresa"):
        text_of(sign_in(who), walk)
    session.rollback()
    for stream in ("reader:PE-MARINA", "reader:PE-ROSANGEL", "reader:PE-TERESA"):
        assert [row.subject for row in events(stream) if row.word == "case.view"] == [walk.case.ref]
    assert session.scalar(length) == before
    assert list(audit.verify()) == []


def test_what_is_new_since_the_last_look_is_marked(session, sign_in):
    walk = leaky_case()
    browser = sign_in("marina")
    assert "Novo:" not in text_of(browser, walk)
    walk.assign()
    walk.answer()
    page = text_of(browser, walk)
    assert page.count("Novo:") == 3  # two lines of the timeline, and the opinion
    assert "Novo:" not in text_of(browser, walk)
    session.rollback()
    assert session.scalar(db.select(CaseSeen.number).where(CaseSeen.case_id == walk.case.id)) == walk.case.steps


def events(stream: str):
    db.session.rollback()
    return db.session.scalars(db.select(audit.AuditEvent).where(audit.AuditEvent.stream == stream)).all()


BEFORE_THE_OPENING = (("rosangela", State.ASSIGNED), ("teresa", State.ASSIGNED), ("paulo", State.SUBMITTED))
"""The desk and the management before they opened a case on purpose, and the consultants for whom it waits."""


@pytest.mark.parametrize(("who", "state"), BEFORE_THE_OPENING)
@pytest.mark.parametrize("fields", [{}, {"more": "1"}, {"message": "RECADO"}])
def test_a_form_that_is_not_theirs_shows_nobody_the_files(session, sign_in, who, state, fields):
    """Sent without its page, the form of a message came back with what each file is called."""
    walk = through_everything(leaky_case(), state)
    sent = sign_in("marina").post(
        f"/cases/{walk.case.ref}/files", data=picture(), headers=named("rosto-de-severina.jpg")
    )
    assert sent.status_code == 201
    before = walk.case.steps
    answer = send(sign_in(who), walk, "add", **fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Este passo cabe a outra pessoa." in page
    assert "rosto-de-severina" not in page
    assert ("RECADO" in page) is ("message" in fields)
    db.session.rollback()
    assert db.session.get(Case, walk.case.id).steps == before + 1  # the file's own


def test_what_was_asked_of_the_unit_is_not_shown_to_who_only_distributes(session, sign_in):
    """Who also asks, on other cases, reaches the address: it showed what was asked, answered so far, and the files."""
    walk = leaky_case()
    walk.assign()
    walk.do("ask", ["BACILOSCOPIA-SECRETA"], by="paulo", note="RECADO-SECRETO")
    with transaction():
        desk = world.person("rosangela")
        desk.role_rows.append(UserRole("requester"))
    answer = send(sign_in("rosangela"), walk, "supply", answer_1="Negativa.")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "SECRET" not in page
    assert "Negativa." in page
