"""One's own account: password, terms, language, role, and where one is signed in."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from teleconsult import clock
from teleconsult.audit import AuditEvent
from teleconsult.extensions import db, transaction
from teleconsult.outbox import OutboxMessage
from teleconsult.people.models import Session, TermsAcceptance, User, UserRole
from tests import world
from tests.people.filled import forms

NEW = "jaca-madura-no-quintal-8"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def change(client, now=world.PASSWORD, new=NEW, again=None):
    return client.post("/account/password", data={"password_now": now, "password": new, "password_again": again or new})


def set_user(application, **values):
    with application.app_context(), transaction():
        db.session.execute(update(User).where(User.email == "marina@rede.example").values(**values))


def words(application):
    with application.app_context():
        return list(db.session.scalars(select(AuditEvent.word).order_by(AuditEvent.id)))


def enter(client, password=world.PASSWORD, **data):
    return client.post("/sign-in", data={"who": "marina@rede.example", "password": password} | data)


# ---- the page


def test_the_page_shows_what_is_known(sign_in):
    page = sign_in("marina").get("/account").get_data(as_text=True)
    for word in ("Dra. Marina Alves", "marina@rede.example", "Solicitante", "USF Vietnã", "CRM-PE 90012"):
        assert word in page


def test_nobody_without_signing_in(client):
    for page in ("/account", "/account/password", "/account/sessions", "/terms"):
        assert client.get(page).location.startswith("/sign-in?next=")


# ---- the password


def test_a_new_password_ends_the_other_sessions(application, sign_in):
    here, elsewhere = sign_in("marina"), sign_in("marina")
    assert change(here).location == "/account"
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").location.startswith("/sign-in")
    assert enter(application.test_client()).status_code == 401
    assert enter(application.test_client(), NEW).status_code == 302
    assert "person.change_password" in words(application)
    with application.app_context():
        message = db.session.scalars(select(OutboxMessage)).one()
        assert (message.address, message.payload["template"]) == ("marina@rede.example", "account_password")
        assert NEW not in str(message.payload)


def test_says_why_a_password_is_not_taken(application, sign_in):
    client = sign_in("marina")
    for given, why in (
        ({"now": "not-this-one-1"}, "A senha atual não confere."),
        ({"now": "x" * 2000}, "A senha atual não confere."),
        ({"new": world.PASSWORD}, "não seja a atual nem a anterior"),
        ({"new": "marina-alves-27-x"}, "o seu nome"),
        ({"new": "curta-1"}, "pelo menos 12"),
        ({"again": "something-else-1"}, "não são iguais"),
    ):
        page = change(client, **given).get_data(as_text=True)
        assert why in page
        assert NEW not in page
    assert enter(application.test_client()).status_code == 302


def test_the_last_password_does_not_come_back(sign_in):
    client = sign_in("marina")
    change(client)
    page = change(client, NEW, world.PASSWORD).get_data(as_text=True)
    assert "não seja a atual nem a anterior" in page


def test_a_long_password_counts_whole(application, sign_in):
    long = "jaca madura 8 " * 73
    assert change(sign_in("marina"), new=long).status_code == 302
    assert enter(application.test_client(), long[:-1]).status_code == 401
    assert enter(application.test_client(), long).status_code == 302


def test_one_set_by_somebody_else_is_changed_before_anything(application, sign_in):
    set_user(application, must_change_password=True)
    client = sign_in("marina")
    assert client.get("/account").location == "/account/password?next=/account"
    assert client.get("/account/sessions").location.startswith("/account/password")
    assert client.get("/account/password").status_code == 200
    answer = client.post(
        "/account/password?next=/account/sessions",
        data={"password_now": world.PASSWORD, "password": NEW, "password_again": NEW, "next": "/account/sessions"},
    )
    assert answer.location == "/account/sessions"
    assert client.get("/account/sessions").status_code == 200


def test_guessing_the_present_password_is_slowed(application, sign_in):
    client = sign_in("marina")
    application.config["RATE_LIMITS"] = True
    try:
        codes = [change(client, now="wrong").status_code for _ in range(11)]
    finally:
        application.config["RATE_LIMITS"] = False
    assert codes == [401] * 10 + [429]


def test_a_new_password_typed_wrong_is_no_guess(application, sign_in):
    client = sign_in("marina")
    application.config["RATE_LIMITS"] = True
    try:
        codes = [change(client, again="something-else-1").status_code for _ in range(12)]
        codes.append(change(client).status_code)
    finally:
        application.config["RATE_LIMITS"] = False
    assert codes == [422] * 12 + [302]


# ---- the terms of use


def test_the_terms_come_before_anything_and_once(application, sign_in):
    set_user(application, terms_version=None)
    client = sign_in("marina")
    assert client.get("/account?x=1").location == "/terms?next=/account?x%3D1"
    page = client.get("/terms?next=/account").get_data(as_text=True)
    assert "Só se envia um caso com o consentimento do paciente" in page
    assert "é preciso aceitar os termos" in client.post("/terms", data={}).get_data(as_text=True)
    assert client.post("/terms", data={"agree": "y", "next": "/account"}).location == "/account"
    assert client.get("/account").status_code == 200
    with application.app_context():
        row = db.session.scalars(select(TermsAcceptance)).one()
        assert (row.terms_version, len(row.text_hash)) == (application.config["TERMS_VERSION"], 64)
        assert words(application).count("person.accept_terms") == 1


def test_sent_twice_the_agreement_is_one(application, sign_in):
    set_user(application, terms_version=None)
    client = sign_in("marina")
    for _ in range(2):
        assert client.post("/terms", data={"agree": "y"}).location == "/"
    assert words(application).count("person.accept_terms") == 1


def test_a_new_version_asks_again(application, sign_in):
    set_user(application, terms_version="2020-01")
    assert sign_in("marina").get("/account").location.startswith("/terms")


def test_who_has_not_accepted_can_sign_out_and_choose_the_language(application, sign_in):
    set_user(application, terms_version=None)
    client = sign_in("marina")
    client.post("/language", data={"locale": "en"})
    assert "A case is sent only with the consent" in client.get("/terms").get_data(as_text=True)
    assert client.post("/sign-out").location == "/sign-in"


def test_who_accepted_an_older_version_is_told_why_they_are_asked_again(application, sign_in):
    set_user(application, terms_version="2020-01")
    assert "Os termos mudaram desde que você os aceitou" in sign_in("marina").get("/terms").get_data(as_text=True)
    set_user(application, terms_version=None, terms_accepted_at=None)
    assert "Os termos mudaram" not in sign_in("marina").get("/terms").get_data(as_text=True)


def test_accepted_terms_can_be_read_again(sign_in):
    page = sign_in("marina").get("/terms").get_data(as_text=True)
    assert "Você aceitou esta versão em" in page


# ---- the language


def test_the_language_stays_with_the_account(application, sign_in):
    client = sign_in("marina")
    answer = client.post("/language", data={"locale": "en"}, headers={"Referer": "http://localhost/account?x=1"})
    assert answer.location == "/account?x=1"
    with application.app_context():
        assert world.person("marina").language == "en"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("/people/PE-1/switch-off", "/people/PE-1"),
        ("/people/import/KF-1", "/people/import"),
        ("/kept/KF-1/discard", "/kept/KF-1"),
        ("/sign-out", "/"),
        ("/nowhere/at/all", "/nowhere/at/all"),
        ("/people/PE-1?x=y", "/people/PE-1?x=y"),
    ],
)
def test_a_page_that_is_only_posted_to_leads_to_the_one_above(sign_in, before, after):
    """A question, and the preview of a file, stand at an address that nobody can go to."""
    client, referer = sign_in("teresa"), {"Referer": f"http://localhost{before}"}
    assert client.post("/language", data={"locale": "en"}, headers=referer).location == after


def test_who_was_signed_out_at_a_question_comes_back_to_where_it_is_asked(application, sign_in):
    with application.app_context():
        person = f"/people/{world.person('paulo').ref}"
    client = sign_in("teresa")
    assert "Desligar a conta de" in client.post(f"{person}/switch-off").get_data(as_text=True)
    client.delete_cookie(application.config["SESSION_COOKIE_NAME"])
    answer = client.post(
        f"{person}/switch-off", data={"sure": "1"}, headers={"Referer": f"http://localhost{person}/switch-off"}
    )
    assert answer.location == f"/sign-in?next={person}"


def test_the_language_before_signing_in_stays_in_the_browser(client):
    client.post("/language", data={"locale": "en"})
    assert '<html lang="en">' in client.get("/sign-in").get_data(as_text=True)
    enter(client)


def test_another_language_is_not_taken(client):
    for locale in ("xx", "", "../en"):
        client.post("/language", data={"locale": locale})
    assert '<html lang="pt-BR">' in client.get("/sign-in").get_data(as_text=True)


def test_the_browsers_language_is_the_first_guess(client):
    page = client.get("/sign-in", headers={"Accept-Language": "en-GB,en;q=0.9"}).get_data(as_text=True)
    assert '<html lang="en">' in page


def test_leads_back_only_to_own_pages(client):
    answer = client.post("/language", data={"locale": "en"}, headers={"Referer": "https://evil.example/x"})
    assert answer.location == "/"


# ---- where one is signed in


def test_lists_where_one_is_signed_in(application, sign_in):
    client = application.test_client()
    client.post(
        "/sign-in",
        data={"who": "marina@rede.example", "password": world.PASSWORD, "shared": "y"},
        headers={"User-Agent": FIREFOX},
        environ_base={"REMOTE_ADDR": "198.51.100.7"},
    )
    sign_in("jonas")
    page = sign_in("marina").get("/account/sessions").get_data(as_text=True)
    assert "Firefox · Windows" in page
    assert "198.51.100.7" in page
    assert "computador da unidade" in page
    assert "(este aparelho)" in page
    assert page.count("Tirar da conta<") == 1


def test_a_session_that_ended_by_itself_is_in_the_list_no_more(application, sign_in):
    here, begun = sign_in("marina"), clock.now()
    for change in ({"idle_until": begun + timedelta(minutes=5)}, {"expires_at": begun + timedelta(minutes=5)}):
        sign_in("marina")
        with application.app_context(), transaction():
            last = db.session.scalars(select(Session).order_by(Session.id.desc())).first()
            for name, value in change.items():
                setattr(last, name, value)
    assert here.get("/account/sessions").get_data(as_text=True).count('name="session"') == 2
    with clock.at(begun + timedelta(minutes=5)):
        assert here.get("/account/sessions").get_data(as_text=True).count('name="session"') == 0


def test_ends_one(application, sign_in):
    here, elsewhere = sign_in("marina"), sign_in("marina")
    with application.app_context():
        mark = db.session.scalars(select(Session).order_by(Session.id.desc())).first().mark
    assert mark in here.get("/account/sessions").get_data(as_text=True)
    assert here.post("/account/sessions/end", data={"session": mark}).location == "/account/sessions"
    assert mark not in here.get("/account/sessions").get_data(as_text=True)
    assert elsewhere.get("/account").location.startswith("/sign-in")
    assert here.post("/account/sessions/end", data={"session": mark}).status_code == 404
    assert "person.end_session" in words(application)


def test_ends_nothing_that_is_not_theirs(application, sign_in):
    jonas, marina = sign_in("jonas"), sign_in("marina")
    with application.app_context():
        theirs = db.session.scalars(select(Session).order_by(Session.id)).first().mark
    for mark in (theirs, "", "%", "________________", "1", "x" * 500):
        assert marina.post("/account/sessions/end", data={"session": mark}).status_code == 404
    assert jonas.get("/account").status_code == 200
    assert marina.get("/account").status_code == 200


def test_signs_out_everywhere_after_asking(application, sign_in):
    here, elsewhere = sign_in("marina"), sign_in("marina")
    assert "Sair da conta em todos os aparelhos?" in here.post("/account/sessions/end-all").get_data(as_text=True)
    assert elsewhere.get("/account").status_code == 200
    assert here.post("/account/sessions/end-all", data={"sure": "1"}).location == "/sign-in"
    for client in (here, elsewhere):
        assert client.get("/account").location.startswith("/sign-in")


def test_the_forms_that_sign_out_tell_the_browser_to_forget_its_copies(sign_in):
    page = sign_in("marina").get("/account/sessions").get_data(as_text=True)
    assert page.count("data-sign-out") == 2


# ---- the role


def test_chooses_the_role_of_this_session(application, sign_in):
    with application.app_context(), transaction():
        marina = world.person("marina")
        marina.role_rows.append(UserRole("manager"))
    client = sign_in("marina")
    page = client.get("/account").get_data(as_text=True)
    assert 'name="role" value="manager"' in page
    assert client.post("/account/role", data={"role": "manager"}).location == "/"
    chosen = [form for form in forms(client.get("/account")) if form["action"] == "/account/role"]
    assert chosen
    assert 'value="manager" aria-current="true"' in client.get("/account").get_data(as_text=True)


def test_the_bar_is_that_of_the_role_of_this_session(application, sign_in):
    with application.app_context(), transaction():
        marina = world.person("marina")
        marina.role_rows.append(UserRole("manager"))
    client = sign_in("marina")
    managers = ('href="/people"', 'href="/record"', 'href="/patients"')
    page = client.get("/account").get_data(as_text=True)
    assert 'href="/cases/new"' in page
    assert not [link for link in managers if link in page]
    client.post("/account/role", data={"role": "manager"})
    page = client.get("/account").get_data(as_text=True)
    assert 'href="/cases/new"' not in page
    assert all(link in page for link in managers[:2])


def test_not_a_role_one_does_not_hold(sign_in):
    client = sign_in("marina")
    assert client.post("/account/role", data={"role": "manager"}).status_code == 403
    assert client.post("/account/role", data={}).status_code == 403


def test_a_month_later_the_last_time_is_still_told(application, come_in):
    come_in("marina")
    with clock.at(clock.now() + timedelta(days=30)):
        client = come_in("marina")
        assert "este é o primeiro" not in client.get("/account").get_data(as_text=True)
