"""Support files for a named requester of its district: recorded as such, and confirmed by that requester."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.audit import AuditEvent
from teleconsult.cases.models import CaseConsent
from teleconsult.extensions import db, transaction
from teleconsult.network.models import HealthUnit
from teleconsult.people.access import Role
from teleconsult.people.models import UserRole
from tests.cases.filing import begin, case_of, fill_all, hidden, path, send, value_of
from tests.world import person


@pytest.fixture
def dora(session, sign_in):
    return sign_in("dora")


def filed(browser, requester="PE-MARINA"):
    ref = begin(browser, requester=requester)
    fill_all(browser, ref)
    assert send(browser, ref).location == f"/cases/{ref}"
    return ref


def test_support_says_first_in_whose_name(dora):
    page = dora.get("/cases/new").get_data(as_text=True)
    assert "Dra. Marina Alves · USF Vietnã" in page
    assert "Paulo Nogueira" not in page
    answer = dora.post("/cases/new", data={"token": value_of(page, "token")})
    assert answer.status_code == 422
    assert "Escolha em nome de quem é o pedido." in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("nobody", "words"),
    [
        ("district", "Sua conta não tem distrito: peça à gerência."),
        ("requester", "Nenhum solicitante nas unidades do seu distrito em cujo nome pedir: fale com a gerência."),
    ],
)
def test_support_that_can_name_nobody_is_told_before_it_begins(dora, nobody, words):
    with transaction():
        if nobody == "district":
            person("dora").unit.district = ""
        else:
            db.session.execute(db.delete(UserRole).where(UserRole.role == Role.REQUESTER))
    assert words in dora.get("/cases/new").get_data(as_text=True)


@pytest.mark.parametrize("requester", ["PE-PAULO", "PE-DORA", "PE-XXXXXX", "'; --", "\x00"])
def test_nobody_else_can_be_named(dora, requester):
    page = dora.get("/cases/new").get_data(as_text=True)
    assert dora.post("/cases/new", data={"token": value_of(page, "token"), "requester": requester}).status_code == 422


def test_a_requester_of_another_district_cannot_be_named(dora):
    with transaction():
        db.session.execute(db.update(HealthUnit).where(HealthUnit.slug == "usf-skylab").values(district="DS V"))
    page = dora.get("/cases/new").get_data(as_text=True)
    assert "Beatriz" not in page
    assert dora.post("/cases/new", data={"token": value_of(page, "token"), "requester": "PE-BIA"}).status_code == 422


def test_a_requester_files_in_the_own_name_only(session, sign_in):
    marina = sign_in("marina")
    page = marina.get("/cases/new").get_data(as_text=True)
    assert 'name="requester"' not in page
    assert (
        marina.post("/cases/new", data={"token": value_of(page, "token"), "requester": "PE-JONAS"}).status_code == 422
    )


def test_each_finds_the_drafts_that_are_theirs_to_write(dora, sign_in):
    marina, jonas = sign_in("marina"), sign_in("jonas")
    own, others = begin(marina), begin(jonas)
    filed_for_her, filed_for_him = begin(dora, requester="PE-MARINA"), begin(dora, requester="PE-JONAS")
    for browser, found in (
        (marina, {own, filed_for_her}),
        (jonas, {others, filed_for_him}),
        (dora, {filed_for_her, filed_for_him}),
    ):
        page = browser.get("/cases/new").get_data(as_text=True)
        assert {ref for ref in (own, others, filed_for_her, filed_for_him) if ref in page} == found
    with clock.at(clock.now() + timedelta(minutes=1)):
        dora.post(
            path(filed_for_her, "clinical"), data=hidden(dora, filed_for_her, "clinical") | {"complaint": "Tosse"}
        )
    page = dora.get("/cases/new").get_data(as_text=True)
    assert page.index(filed_for_her) < page.index(filed_for_him)


def test_every_page_says_for_whom(dora):
    ref = begin(dora, requester="PE-MARINA")
    for step in ("patient", "clinical", "questions", "review"):
        assert "Em nome de Dra. Marina Alves" in dora.get(path(ref, step)).get_data(as_text=True)


def test_the_questions_are_about_the_requester_and_not_about_who_types(dora, sign_in):
    ref, marina = begin(dora, requester="PE-MARINA"), sign_in("marina")
    for step, hers, others in (
        ("clinical", "O que você encontrou", "O que foi encontrado"),
        ("clinical", "O que você pensa e já tentou", "O que a unidade pensa e já tentou"),
        ("clinical", "com que você conta", "com que a unidade conta"),
        ("questions", "você encaminharia este paciente hoje?", "o solicitante encaminharia este paciente hoje?"),
        ("questions", "O que você quer saber", "O que o solicitante quer saber"),
    ):
        for _again in range(2):  # the second time it stands ready
            page, own = (browser.get(path(ref, step)).get_data(as_text=True) for browser in (dora, marina))
            assert (others in page, hers in page) == (True, False)
            assert (others in own, hers in own) == (False, True)


def test_what_is_sent_names_both_and_waits_for_the_requester(dora, sign_in):
    ref = filed(dora)
    case = case_of(ref)
    marina, by = person("marina"), person("dora")
    assert (case.requester_id, case.filed_by_id, case.confirm_by_id) == (marina.id, by.id, marina.id)
    assert case.unit_id == marina.unit_id
    consent = db.session.scalars(db.select(CaseConsent)).one()
    assert consent.taken_by_id == marina.id
    assert [(event.by_id, event.for_id) for event in case.events] == [(by.id, marina.id)]
    events = db.session.scalars(db.select(AuditEvent).where(AuditEvent.stream == f"case:{ref}")).all()
    assert {(event.word, event.user_id, event.for_id) for event in events} >= {
        ("case.draft", by.id, marina.id),
        ("case.submit", by.id, marina.id),
    }


def test_support_reading_what_was_typed_is_recorded(dora):
    ref = begin(dora, requester="PE-MARINA")
    dora.get(path(ref, "clinical"))
    event = db.session.scalars(db.select(AuditEvent).where(AuditEvent.word == "case.edit")).one()
    assert (event.stream, event.subject) == ("reader:PE-DORA", ref)


def test_the_requester_is_told_at_sign_in_and_confirms(dora, come_in):
    ref = filed(dora)
    marina = come_in("marina")
    page = marina.get("/cases/confirm").get_data(as_text=True)
    assert "A unidade de apoio enviou casos em seu nome." in page
    assert ref in page
    assert "Se algo não estiver certo" in marina.get(f"/cases/{ref}").get_data(as_text=True)
    assert marina.post(f"/cases/{ref}/confirm", data={"version": value_of(page, "version")}).status_code == 302
    assert case_of(ref).confirm_by_id is None
    assert "Nenhum caso a confirmar" in marina.get("/cases/confirm").get_data(as_text=True)


def test_what_was_cancelled_need_not_be_confirmed(dora, sign_in):
    ref = filed(dora)
    case = case_of(ref)
    data = {"version": str(case.version), "seen": str(case.steps), "why": "O paciente foi atendido em outro lugar."}
    assert dora.post(f"/cases/{ref}/cancel", data=data).status_code == 302
    assert "Nenhum caso a confirmar" in sign_in("marina").get("/cases/confirm").get_data(as_text=True)


def test_nobody_confirms_for_another(dora, sign_in):
    ref = filed(dora)
    for key in ("jonas", "bia", "dora"):
        browser = sign_in(key)
        assert ref not in browser.get("/cases/confirm").get_data(as_text=True)
        assert browser.post(f"/cases/{ref}/confirm").status_code >= 400
    assert case_of(ref).confirm_by_id == person("marina").id


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.MANAGER])
def test_who_asks_no_more_is_not_shown_what_was_sent_in_their_name(dora, come_in, role):
    ref = filed(dora)
    with transaction():
        person("marina").role_rows = [UserRole(role)]
        person("marina").unit.district = ""
    marina = come_in("marina")
    assert marina.get(f"/cases/{ref}/print").status_code in (403, 404)
    home = marina.get("/", follow_redirects=True).get_data(as_text=True)
    assert "enviou casos em seu nome" not in home
    html = marina.get("/cases/confirm").get_data(as_text=True)
    assert ref not in html
    assert "Manchas claras" not in html


@pytest.mark.parametrize("moved", ["DS V", ""])
def test_support_of_another_district_now_is_not_shown_what_it_began_for_this_one(dora, moved):
    ref = begin(dora, requester="PE-MARINA")
    fill_all(dora, ref)
    pages = ("/district", "/cases/search?q=Severina")
    assert all(ref in dora.get(page).get_data(as_text=True) for page in pages)
    with transaction():
        person("dora").unit.district = moved
    assert dora.get(path(ref, "patient")).status_code == 404
    for page in pages:
        assert ref not in dora.get(page).get_data(as_text=True)


@pytest.mark.parametrize("address", ["/district", "/cases/new", "/cases/search?q=Severina"])
def test_support_of_no_district_is_shown_nobodys_drafts(dora, sign_in, address):
    marina = sign_in("marina")
    ref = begin(marina)
    fill_all(marina, ref)
    with transaction():
        person("dora").unit.district = ""
    html = dora.get(address).get_data(as_text=True)
    assert ref not in html
    assert "Severina" not in html.replace('value="Severina"', "")
