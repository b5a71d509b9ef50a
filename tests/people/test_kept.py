"""What was posted when it could not be taken leads through sign-in back to where it was going."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from teleconsult import clock
from teleconsult.audit import AuditEvent
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.people import kept
from teleconsult.people.access import Role
from teleconsult.people.models import KeptForm, Session, User, UserRole
from tests import world
from tests.people.filled import filled, forms

LONG = "Manchas no antebraço há oito meses, sem coceira; “sensível”?\r\n" * 900
POST = {
    "name": "Iara Monteiro",
    "email": "iara@rede.example",
    "roles": ["manager"],
    "rqe": "",
    "title": "Dra.",
    "language": "pt_BR",
    "specialties": [],
    "story": LONG,
}


@pytest.fixture
def teresa(sign_in):
    return sign_in("teresa")


def expire(application):
    with application.app_context(), transaction():
        db.session.execute(update(Session).values(idle_until=clock.now() - timedelta(minutes=1)))


def enter(client, page, who="teresa@rede.example"):
    fields = filled(page, action="/sign-in")
    return client.post("/sign-in", data=fields | {"who": who, "password": world.PASSWORD})


def known(application, email="iara@rede.example"):
    with application.app_context():
        return db.session.scalar(select(User).where(User.email == email))


def count(application):
    with application.app_context():
        return db.session.scalar(select(func.count()).select_from(KeptForm))


def test_an_expired_session_loses_nothing(application, teresa):
    expire(application)
    page = teresa.post("/people/new?from=list", data=POST)
    assert page.status_code == 401
    assert "antebraço" not in page.get_data(as_text=True)
    assert "O que você escreveu está guardado" in page.get_data(as_text=True)
    assert known(application) is None
    answer = enter(teresa, page)
    assert answer.location.startswith("/kept/")
    offer = teresa.get(answer.location)
    assert "Guardamos o que você escreveu" in offer.get_data(as_text=True)
    again = filled(offer, action="/people/new?from=list")
    assert again["story"] == [LONG]
    assert again["roles"] == ["manager"]
    assert known(application) is None  # nothing is sent by itself
    assert teresa.post("/people/new", data=again).status_code == 302
    assert known(application).title == "Dra."
    assert count(application) == 0


def test_nothing_is_sent_without_the_new_token(application, teresa):
    expire(application)
    offer = teresa.get(enter(teresa, teresa.post("/people/new", data=POST)).location)
    fields = filled(offer, action="/people/new")
    teresa.forges = True
    assert fields["csrf_token"]
    assert teresa.post("/people/new", data=fields | {"csrf_token": "forged"}).location.startswith("/kept/")
    assert known(application) is None
    assert teresa.post("/people/new", data=fields).status_code == 302


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("cancel", "“Cancelar o pedido” do caso"),
        ("ask?more=1", "“Pedir exame ou informação” do caso"),
        ("edit/clinical", "formulário do caso"),
    ],
)
def test_the_offer_says_what_was_to_be_done_to_which_case_and_what_was_written(application, teresa, path, said):
    expire(application)
    page = teresa.post(f"/cases/TC-7K3Q9A/{path}", data={"why": "O paciente foi atendido em outro lugar."})
    offer = teresa.get(enter(teresa, page).location).get_data(as_text=True)
    assert f"{said} TC-7K3Q9A" in offer
    assert " open><summary>" in offer


def test_a_wrong_password_on_the_way_loses_nothing(application, teresa):
    expire(application)
    page = teresa.post("/people/new", data=POST)
    wrong = teresa.post(
        "/sign-in", data=filled(page, action="/sign-in") | {"who": "teresa@rede.example", "password": "x"}
    )
    assert wrong.status_code == 401
    assert enter(teresa, wrong).location.startswith("/kept/")


def test_who_comes_in_by_another_page_is_told(application, teresa, come_in):
    expire(application)
    teresa.post("/people/new", data=POST)
    page = come_in("teresa").get("/account")
    assert "Há um formulário seu que não chegou a ser enviado." in page.get_data(as_text=True)
    assert 'href="/kept/' in page.get_data(as_text=True)
    assert "não chegou a ser enviado" not in come_in("marina").get("/account").get_data(as_text=True)


def test_another_person_does_not_get_it(application, teresa):
    expire(application)
    page = teresa.post("/people/new", data=POST)
    ref = filled(page, action="/sign-in")["kept"][0]
    answer = enter(teresa, page, "marina@rede.example")
    assert answer.location == "/"
    told = teresa.get("/account").get_data(as_text=True)
    assert "O que estava escrito é de outra pessoa" in told
    assert teresa.get(f"/kept/{ref}").status_code == 404
    assert teresa.post(f"/kept/{ref}/discard", data={"sure": "1"}).status_code == 302
    assert count(application) == 1


def test_passwords_are_never_kept(application, teresa):
    expire(application)
    teresa.post("/account/password", data={"password_now": "a-secret-1234", "password": "b-secret-1234", "note": "x"})
    with application.app_context():
        assert "secret" not in str(db.session.scalars(select(KeptForm.content)).all())


def test_a_button_is_not_kept(application, teresa):
    expire(application)
    assert teresa.post("/sign-out", data={"csrf_token": "x"}).location == "/sign-in"
    place = "http://localhost/people/PE-LIA"
    answer = teresa.post("/people/PE-LIA/switch-off", data={"sure": "1"}, headers={"Referer": place})
    assert answer.location == "/sign-in?next=/people/PE-LIA"
    assert count(application) == 0


def test_it_stays_a_day(application, teresa):
    expire(application)
    page = teresa.post("/people/new", data=POST)
    with clock.at(clock.now() + kept.LIFE + timedelta(minutes=1)):
        assert enter(teresa, page).location == "/"
        with application.app_context(), transaction():
            assert kept.discard_old() == 1


def test_signing_out_forgets_it(application, teresa):
    expire(application)
    enter(teresa, teresa.post("/people/new", data=POST))
    assert count(application) == 1
    teresa.post("/sign-out")
    assert count(application) == 0


def test_a_tab_left_open_when_another_signed_out(application, teresa):
    teresa.post("/sign-out")
    page = teresa.post("/people/new", data=POST)
    assert enter(teresa, page).location.startswith("/kept/")


def test_a_stranger_has_nothing_kept(application, client):
    answer = client.post("/people/new", data=POST)
    assert (answer.status_code, count(application)) == (302, 0)
    assert answer.location == "/sign-in"


def test_leads_back_to_the_page_the_form_stood_on(application, client):
    answer = client.post("/people/PE-LIA/invite", headers={"Referer": "http://localhost/people/PE-LIA"})
    assert answer.location == "/sign-in?next=/people/PE-LIA"


def test_what_another_site_posts_is_not_kept(application, teresa):
    teresa.forges = True
    foreign = [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
    for headers in foreign:
        assert teresa.post("/people/new", data=POST, headers=headers).status_code == 400
    expire(application)
    for headers in foreign:
        assert teresa.post("/people/new", data=POST, headers=headers).status_code == 302
    assert count(application) == 0


def test_a_token_of_an_earlier_session_leads_to_the_offer(application, teresa):
    teresa.forges = True
    answer = teresa.post("/people/new", data=POST | {"csrf_token": "of-yesterday"})
    assert answer.location.startswith("/kept/")
    fields = filled(teresa.get(answer.location), action="/people/new")
    assert fields["csrf_token"] != ["of-yesterday"]
    assert teresa.post("/people/new", data=fields).status_code == 302
    assert known(application)


def test_what_stood_on_the_page_of_who_was_there_before_goes_out_in_nobody_elses_name(application, come_in):
    """Two managers at one computer: the tab of the first was offered to the second as what they had written."""
    with application.app_context(), transaction():
        world.person("dora").role_rows = [UserRole(Role.MANAGER)]
    browser = come_in("teresa")
    token = filled(browser.get("/people/new"), action="/sign-out")["csrf_token"]
    browser.post("/sign-out")
    enter(browser, browser.get("/sign-in"), who="dora@rede.example")
    browser.forges = True
    page = browser.post("/people/new", data=POST | {"csrf_token": token})
    words = page.get_data(as_text=True)
    assert page.status_code == 400
    assert "Desde que Teresa Farias a abriu, entrou Dora Siqueira neste navegador." in words
    assert "espera, por um dia, que Teresa Farias entre de novo" in words
    assert LONG[:40] not in words
    pressed = browser.post("/people/PE-LIA/switch-off", data={"csrf_token": token}).get_data(as_text=True)
    assert "Nada foi feito." in pressed
    browser.post("/sign-out", data=filled(browser.get("/account"), action="/sign-out"))
    enter(browser, browser.get("/sign-in"))
    assert "Há um formulário seu que não chegou a ser enviado." in browser.get("/account").get_data(as_text=True)
    assert not known(application)


@pytest.fixture
def left_open(application, come_in):
    """Return a browser in which Dora came in after Teresa, and the token of a page that Teresa left open there."""
    with application.app_context(), transaction():
        world.person("dora").role_rows = [UserRole(Role.MANAGER)]
    browser = come_in("teresa")
    token = filled(browser.get("/people/new"), action="/sign-out")["csrf_token"]
    browser.post("/sign-out")
    enter(browser, browser.get("/sign-in"), who="dora@rede.example")
    browser.forges = True
    return browser, token


def test_a_page_left_open_waits_for_its_owner_also_when_the_session_of_the_next_one_is_over(application, left_open):
    browser, token = left_open
    expire(application)
    page = browser.post("/people/new", data=POST | {"csrf_token": token})
    assert page.status_code == 401
    answer = enter(browser, page, who="dora@rede.example")
    assert answer.location == "/"
    assert "O que estava escrito é de outra pessoa" in browser.get("/account").get_data(as_text=True)
    with application.app_context():
        assert db.session.scalars(select(KeptForm)).one().user_id == world.person("teresa").id


def test_a_page_left_open_waits_for_its_owner_also_when_the_next_one_has_terms_to_accept(application, left_open):
    browser, token = left_open
    with application.app_context(), transaction():
        world.person("dora").terms_version = "0"
    answer = browser.post(
        "/people/new", data=POST | {"csrf_token": token}, headers={"Referer": "http://localhost/people/new"}
    )
    assert answer.location == "/terms?next=/people/new"
    assert "O que estava escrito é de outra pessoa" in browser.get(answer.location).get_data(as_text=True)
    with application.app_context():
        assert db.session.scalars(select(KeptForm)).one().user_id == world.person("teresa").id


def test_of_a_button_pressed_too_late_the_page_is_offered_anew(application, teresa):
    teresa.forges = True
    for came, there in (("http://localhost/people/PE-LIA", True), ("http://elsewhere.example/people", False)):
        page = teresa.post("/people/PE-LIA/switch-off", data={"csrf_token": "of-yesterday"}, headers={"Referer": came})
        assert page.status_code == 400
        assert ("Abrir a página de novo" in page.get_data(as_text=True)) is there
        assert ('href="/people/PE-LIA"' in page.get_data(as_text=True)) is there


def test_without_a_token_nothing_is_done(application, teresa):
    teresa.forges = True
    for path in ("/people/new", "/people/PE-LIA/switch-off", "/account/sessions/end-all", "/sign-out"):
        assert teresa.post(path, data={"sure": "1"}).status_code in (302, 400), path
        assert teresa.get("/account").status_code == 200
    with application.app_context():
        assert world.person("lia").is_active


def test_a_sign_in_page_open_too_long_is_asked_again(client):
    client.forges = True
    answer = client.post("/sign-in", data={"who": "x", "password": "y", "next": "/people", "csrf_token": "old"})
    assert answer.location == "/sign-in?next=/people"
    assert "ficou aberta tempo demais" in client.get(answer.location).get_data(as_text=True)
    assert client.post("/reset", data={"who": "x"}).location == "/reset"


@pytest.mark.parametrize(
    ("where", "who", "to"),
    [("", "teresa@rede.example", "/"), ("?next=/people", "marina@rede.example", "/people"), ("?kept=x", "t", "/")],
)
def test_the_door_in_a_second_window_leads_in_and_nothing_of_it_is_kept(application, client, where, who, to):
    second = filled(client.get(f"/sign-in{where}"), action="/sign-in")
    enter(client, client.get("/sign-in"))
    client.forges = True
    answer = client.post("/sign-in", data=second | {"who": who, "password": world.PASSWORD})
    assert answer.location.startswith("/sign-in")
    led = client.get(answer.location)
    assert (led.status_code, led.location) == (302, to)
    page = client.get("/account").get_data(as_text=True)
    assert "Você já entrou, como Teresa Farias." in page
    assert "A sessão tinha terminado" not in page
    assert count(application) == 0


def test_the_door_in_a_second_window_leads_to_what_was_kept(application, teresa):
    expire(application)
    second = filled(teresa.post("/people/new", data=POST), action="/sign-in")
    enter(teresa, teresa.get("/sign-in"))
    teresa.forges = True
    answer = teresa.post("/sign-in", data=second | {"who": "teresa@rede.example", "password": world.PASSWORD})
    assert teresa.get(answer.location).location == f"/kept/{second['kept'][0]}"
    assert count(application) == 1


def test_a_public_form_of_a_window_left_open_is_nobodys_work(application, teresa):
    teresa.forges = True
    assert teresa.post("/reset", data={"who": "teresa@rede.example"}).location == "/reset"
    assert "ficou aberta tempo demais" in teresa.get("/reset").get_data(as_text=True)
    assert count(application) == 0


def test_data_and_fragments_are_told_in_their_own_way(application, client, teresa):
    answer = client.post("/people/new", data=POST, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json) == (401, {"error": "A sua sessão terminou. Entre de novo."})
    fragment = client.get(
        "/people", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/people?role=manager"}
    )
    assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (401, "/sign-in?next=/people")
    teresa.forges = True
    refused = teresa.post("/people/new", data=POST, headers={"Accept": "application/json"})
    assert refused.status_code == 400
    assert "Recarregue a página" in refused.json["error"]


def test_terms_and_a_new_password_on_the_way_lose_nothing(application, teresa):
    with application.app_context(), transaction():
        db.session.execute(update(User).values(terms_version="2020-01"))
    answer = teresa.post("/people/new", data=POST)
    assert answer.location.startswith("/terms?next=/kept/")
    offer = teresa.post("/terms", data={"agree": "y", "next": answer.location.partition("next=")[2]})
    assert filled(teresa.get(offer.location), action="/people/new")["story"] == [LONG]


def test_it_can_be_discarded_after_asking(application, teresa):
    expire(application)
    place = enter(teresa, teresa.post("/people/new", data=POST)).location
    assert "Descartar o que foi guardado?" in teresa.post(f"{place}/discard").get_data(as_text=True)
    assert count(application) == 1
    teresa.post(f"{place}/discard", data={"sure": "1"})
    assert count(application) == 0
    assert teresa.get(place).status_code == 404


def test_only_so_many_are_kept(application, teresa):
    expire(application)
    for _ in range(kept.AT_MOST + 3):
        teresa.post("/people/new", data={"name": "x"})
    assert count(application) == kept.AT_MOST


def test_too_large_a_form_is_not_kept_and_not_a_fault(application, teresa):
    expire(application)
    answer = teresa.post("/people/new", data={"story": "x" * (5 * 1024 * 1024)})
    assert (answer.status_code, count(application)) == (413, 0)


def test_what_was_kept_is_shown_as_text(application, teresa):
    expire(application)
    place = enter(teresa, teresa.post("/people/new", data=POST | {"story": "<script>alert(1)</script> e mais texto"}))
    page = teresa.get(place.location).get_data(as_text=True)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_record_holds_nothing_of_it(application, teresa):
    expire(application)
    enter(teresa, teresa.post("/people/new", data=POST))
    with application.app_context():
        assert "antebraço" not in str(db.session.scalars(select(AuditEvent.data)).all())


def test_a_form_with_files_keeps_its_text(application, teresa):
    expire(application)
    page = teresa.post("/people/import", data={"file": (io.BytesIO(b"x"), "a.csv"), "note": "texto ao lado do arquivo"})
    offer = teresa.get(enter(teresa, page).location)
    assert "escolha de novo" in offer.get_data(as_text=True)
    assert [form for form in forms(offer) if form["action"] == "/people/import"]


def test_an_opinion_is_called_as_its_button_and_its_codes_as_they_are_read(application, case_in, sign_in):
    ref = case_in(State.ASSIGNED).case.ref
    paulo = sign_in("paulo")
    expire(application)
    typed = {"conduct": "Tratar na unidade por doze meses.", "diagnoses": "cid10:A30.3|Hanseníase dimorfa"}
    offer = paulo.get(enter(paulo, paulo.post(f"/cases/{ref}/answer", data=typed), "paulo@rede.example").location)
    page = offer.get_data(as_text=True)
    assert f"o formulário “Enviar o parecer” do caso {ref}" in page
    assert "<p>A30.3 Hanseníase dimorfa</p>" in page
    assert filled(offer, action=f"/cases/{ref}/answer")["diagnoses"] == [typed["diagnoses"]]
