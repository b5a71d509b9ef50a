"""The first screens of requester, support and consultant: what waits first, for whom, in words, and at what cost."""

import re
from datetime import timedelta

import pytest

from teleconsult import clock, outbox
from teleconsult.cases import actions, outcome, queries_mine
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import Opinion
from teleconsult.extensions import db, transaction
from tests import world

STATES = (State.SUBMITTED, State.RETURNED, State.ASSIGNED, State.AWAITING_INFORMATION, State.ANSWERED, State.CONCLUDED)
SECRETS = ("Severina", "Conceição Albuquerque", "Josefa", "1979", "8199999")


def body(browser, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True).split("<main")[1]


@pytest.fixture
def see(sign_in):
    """Return a reader of one person's page: `see('marina', '/mine')` -> what stands in its main part."""
    browsers = {}

    def read(key: str, address: str) -> str:
        browser = browsers.setdefault(key, sign_in(key))
        return body(browser, address)

    return read


def part(html: str, heading: str) -> str:
    return html.split(f'id="{heading}"')[1].split("</section>", maxsplit=1)[0]


SCREENS = {
    "marina": {"/mine": 200},
    "paulo": {"/waiting": 200},
    "rosangela": {"/desk": 200},
    "dora": {"/district": 200, "/mine": 302},
    "teresa": {"/overview": 200},
}


def test_each_role_has_its_own_screens_and_home_leads_there(sign_in):
    for key, own in SCREENS.items():
        browser = sign_in(key)
        for address in ("/mine", "/waiting", "/district", "/desk", "/overview"):
            assert browser.get(address).status_code == own.get(address, 403), (key, address)
        desk = next(iter(own))
        assert browser.get("/").location == desk
        assert f'href="{desk}" aria-current="page"' in browser.get(desk).get_data(as_text=True)


def test_nobody_else_comes_in(client):
    for address in ("/", "/mine", "/waiting", "/district", "/desk", "/overview"):
        assert client.get(address).location.startswith("/sign-in")


def test_home_follows_the_role_that_was_chosen(session, sign_in):
    with transaction():
        person = world.person("paulo")
        person.role_rows = [*person.role_rows, world.UserRole("administrator")]
    browser = sign_in("paulo")
    assert browser.get("/").location == "/waiting"
    browser.post("/account/role", data={"role": "administrator"})
    assert browser.get("/").location == "/desk"


# ---------------------------------------------------------------- the requester


def test_nothing_yet_says_what_to_do(see):
    html = see("marina", "/mine")
    assert "Nada espera por você." in html
    assert 'href="/cases/new"' in html


def test_what_the_consultant_asked_for_is_named_and_answered_in_one_press(case_in, see):
    walk = case_in(State.ASSIGNED)
    walk.do("ask", ["Creatinina", "Potássio", "ECG", "Foto de longe"], by="paulo")
    html = see("marina", "/mine")
    assert "1 caso espera por você." in html
    assert "Dr. Paulo Nogueira pediu: <b>Creatinina, Potássio, ECG e mais 1</b>" in html
    assert f'href="/cases/{walk.case.ref}/supply"' in html
    assert world.SECRET_NAME in html
    assert "responder até" in html


def test_what_triage_sent_back_is_counted_and_named(case_in, see):
    walk = case_in(State.SUBMITTED)
    walk.do("return_", {"objective": "Falta o exame.", "weight": "Falta o peso."}, by="rosangela")
    html = see("marina", "/mine")
    assert "A administração devolveu: faltam 2 campos (<b>" in html
    assert f'href="/cases/{walk.case.ref}/edit"' in html


def test_an_answer_waits_until_it_is_read_and_then_goes_on(case_in, sign_in):
    ref = case_in(State.ANSWERED).case.ref
    browser = sign_in("marina")
    html = body(browser, "/mine")
    assert "Dr. Paulo Nogueira respondeu às suas 2 perguntas." in html
    assert "Novo:" in html
    browser.get(f"/cases/{ref}")
    html = body(browser, "/mine")
    assert "Nada espera por você." in html
    assert ref in part(html, "andamento")


def test_a_patient_sent_to_a_visit_waits_until_that_is_seen(case_in, see):
    """The visit is the unit's to book; the first screen said that nothing waited."""
    ref = case_in(State.IN_PERSON).case.ref
    html = see("marina", "/mine")
    assert "1 caso espera por você." in html
    assert "Dr. Paulo Nogueira encaminhou para consulta presencial" in html
    assert ref not in part(html, "andamento")
    see("marina", f"/cases/{ref}")
    html = see("marina", "/mine")
    assert "Nada espera por você." in html
    assert ref in part(html, "andamento")


def test_an_answer_that_closed_its_case_waits_to_be_read_before_anybody_asks_what_came_of_it(case_in, see):
    """The first screen said that no case waited, and asked how satisfied one was with an answer that nobody had seen."""
    walk = case_in(State.CONCLUDED)
    for address in ("/mine", "/mine?show=waiting"):
        html = see("marina", address)
        assert "Caso concluído: falta ler a resposta." in html
        assert f'href="/cases/{walk.case.ref}#parecer-1"' in html
    html = see("marina", "/mine")
    assert "1 caso espera por você." in html
    assert "/outcome" not in html
    see("marina", f"/cases/{walk.case.ref}")
    html = see("marina", "/mine")
    assert "falta ler" not in html
    assert "/outcome" in html


def test_an_opinion_that_was_changed_after_the_end_waits_to_be_read_for_a_month(case_in, see):
    walk = case_in(State.CONCLUDED)
    see("marina", f"/cases/{walk.case.ref}")
    with transaction():
        given = db.session.scalars(db.select(Opinion)).one()
        actions.withdraw(given, why="Era de outro paciente.", by=world.person("paulo"))
    assert "Dr. Paulo Nogueira retirou o parecer deste caso." in see("marina", "/mine")
    with clock.at(clock.now() + timedelta(days=31)):
        assert queries_mine.mine_counts(world.person("marina")) == {"waiting": 0, "going": 0}


def test_what_the_clock_closed_after_it_was_read_is_not_to_be_read_again(case_in, see):
    walk = case_in(State.ANSWERED)
    see("marina", f"/cases/{walk.case.ref}")
    with clock.at(clock.now() + timedelta(days=16)):
        walk.do("accept", by=None)
        assert queries_mine.mine_counts(world.person("marina")) == {"waiting": 0, "going": 0}
    unread = case_in(State.ANSWERED)
    with clock.at(clock.now() + timedelta(days=16)):
        unread.do("accept", by=None)
        assert queries_mine.mine_counts(world.person("marina")) == {"waiting": 1, "going": 0}


def test_a_concluded_case_asks_what_came_of_it_until_it_is_told(case_in, see):
    walk = case_in(State.CONCLUDED)
    see("marina", f"/cases/{walk.case.ref}")
    html = see("marina", "/mine")
    assert "Conte em um minuto o que veio dele." in html
    assert f"/cases/{walk.case.ref}/outcome" in html
    with transaction():
        outcome.answer(walk.case, outcome.Survey(satisfaction=5), by=world.person("marina"))
    assert "Nada espera por você." in see("marina", "/mine")


def test_the_heading_counts_what_its_tab_counts_and_names_the_rest(case_in, see):
    for state in (State.AWAITING_INFORMATION, State.RETURNED, State.CONCLUDED):
        walk = case_in(state)
    see("marina", f"/cases/{walk.case.ref}")
    with transaction():
        case = actions.draft(by=world.person("dora"), requester=world.person("marina"))
    with transaction(case, case.version):
        actions.submit(case, world.request(), patient=world._patient(), by=world.person("dora"))
    html = see("marina", "/mine")
    assert "2 casos esperam por você." in html
    assert re.search(r'show=waiting">Esperam por você<span class="tc-count[^>]*>2<', html)
    assert "Também: 1 caso para conferir · 1 pergunta sobre um caso concluído" in html


def test_no_case_waits_where_only_the_outcome_is_asked(case_in, see):
    see("marina", f"/cases/{case_in(State.CONCLUDED).case.ref}")
    html = see("marina", "/mine")
    assert "Nenhum caso espera por você." in html
    assert "Também: 1 pergunta sobre um caso concluído" in html
    assert "esperam por você." not in html


def test_all_that_is_asked_of_ended_cases_is_counted_though_ten_are_shown(case_in, see):
    for _n in range(11):
        see("marina", f"/cases/{case_in(State.CONCLUDED).case.ref}")
    html = see("marina", "/mine")
    assert "Também: 11 perguntas sobre casos concluídos" in html
    assert html.count("Conte em um minuto") == 10


def test_what_support_filed_waits_for_the_requesters_word(session, see):
    with transaction():
        case = actions.draft(by=world.person("dora"), requester=world.person("marina"))
    with transaction(case, case.version):
        actions.submit(case, world.request(), patient=world._patient(), by=world.person("dora"))
    html = see("marina", "/mine")
    assert "Dora Siqueira registrou este caso em seu nome." in html
    assert 'href="/cases/confirm"' in html


def test_drafts_can_be_taken_up_again(case_in, see):
    walk = case_in(State.DRAFT)
    with transaction():
        fields = {"patient_name": "Ivonete Gomes", "complaint": "Tosse há um mês"}
        actions.save_draft(walk.case, fields, version=walk.case.draft.version, by=world.person("marina"))
    html = part(see("marina", "/mine"), "rascunhos")
    assert "Ivonete Gomes" in html
    assert "Tosse há um mês" in html
    assert "sem especialidade" in html
    assert f'href="/cases/{walk.case.ref}/edit"' in html
    with transaction():
        fields["specialty"] = "dermatologia"
        actions.save_draft(walk.case, fields, version=walk.case.draft.version, by=world.person("marina"))
    assert "Dermatologia" in part(see("marina", "/mine"), "rascunhos")
    assert walk.case.ref not in see("jonas", "/mine")


@pytest.mark.parametrize("state", [State.SUBMITTED, State.ASSIGNED, State.IN_PERSON])
def test_what_others_work_on_goes_on_with_its_state_in_words(case_in, see, state):
    walk = case_in(state)
    if state == State.IN_PERSON:
        see("marina", f"/cases/{walk.case.ref}")  # the decision waits until it is seen
    html = part(see("marina", "/mine"), "andamento")
    assert f"/cases/{walk.case.ref}" in html
    words = {
        State.SUBMITTED: "Na fila",
        State.ASSIGNED: "Com Dr. Paulo Nogueira",
        State.IN_PERSON: "Consulta presencial",
    }
    assert words[state] in html


@pytest.mark.parametrize(("state", "show"), [(State.CONCLUDED, "concluded"), (State.CANCELLED, "cancelled")])
def test_what_is_over_has_lists_of_its_own(case_in, see, state, show):
    ref = case_in(state).case.ref
    assert ref in see("marina", f"/mine?show={show}")
    assert ref not in see("marina", "/mine?show=going")


def test_another_units_cases_are_nobodys_business(case_in, see):
    for state in (State.SUBMITTED, State.RETURNED, State.CONCLUDED):
        case_in(state)
    for address in ("/mine", "/mine?show=going", "/mine?show=concluded"):
        assert "Severina" not in see("jonas", address)


def test_the_unit_shares_its_cases_only_when_it_does(case_in, sign_in):
    ref = case_in(State.SUBMITTED).case.ref
    done = case_in(State.CONCLUDED).case.ref
    assert sign_in("jonas").get("/mine?show=unit").status_code == 404
    with transaction():
        world.person("jonas").unit.shares_cases = True
    jonas = sign_in("jonas")
    html = body(jonas, "/mine?show=unit")
    assert ref in html
    assert "Dra. Marina Alves, USF Vietnã" in html
    assert done in body(jonas, "/mine?show=unit_concluded")
    assert ref not in body(sign_in("marina"), "/mine?show=unit")  # her own stand in her own lists
    assert sign_in("bia").get("/mine?show=unit").status_code == 404


@pytest.mark.parametrize("show", ["draft", "x", "%00", "unit"])
def test_an_unknown_list_is_not_there(sign_in, show):
    assert sign_in("marina").get(f"/mine?show={show}").status_code == 404


# ---------------------------------------------------------------- the district


def test_support_sees_the_district_with_the_requester_named(case_in, see):
    ref = case_in(State.RETURNED).case.ref
    other = case_in(State.AWAITING_INFORMATION, requester="bia").case.ref
    html = see("dora", "/district")
    assert "2 casos esperam pelas unidades" in html
    assert "Dra. Marina Alves, USF Vietnã" in html
    assert ref in html
    assert other in html


def test_the_number_of_what_waits_for_the_units_is_that_of_the_rows(case_in, see):
    case_in(State.RETURNED)
    case_in(State.ANSWERED)
    html = see("dora", "/district")
    assert "2 casos esperam pelas unidades" in html
    assert html.count("tc-row--work") == 2
    assert "Dr. Paulo Nogueira respondeu às 2 perguntas." in html
    assert "suas" not in html
    assert "Dr. Paulo Nogueira respondeu às suas 2 perguntas." in see("marina", "/mine")


def test_support_filters_by_unit_requester_and_who_filed(case_in, see):
    ref = case_in(State.RETURNED).case.ref
    other = case_in(State.RETURNED, requester="bia").case.ref
    for address, shown in (
        ("?unit=usf-vietna", [ref]),
        (f"?requester={'PE-BIA'}", [other]),
        ("?filed=1", []),
        ("?show=returned&unit=usf-skylab", [other]),
        ("?show=submitted", []),
    ):
        html = see("dora", f"/district{address}")
        assert [r for r in (ref, other) if r in html] == shown, address


@pytest.mark.parametrize(
    ("address", "count"), [("", 3), ("?unit=usf-vietna", 2), ("?requester=PE-BIA", 1), ("?show=returned&filed=1", None)]
)
def test_each_part_counts_what_its_filters_leave(case_in, see, address, count):
    for requester in ("marina", "jonas", "bia"):
        case_in(State.RETURNED, requester=requester)
    html = see("dora", f"/district{address}")
    assert "3 casos esperam pelas unidades" in html
    found = re.search(r'tc-count">(\d+)<', part(html, "parte-returned"))
    assert (int(found[1]) if found else None) == count


def test_another_district_sees_nothing(case_in, see):
    ref = case_in(State.RETURNED).case.ref
    with transaction():
        world.person("dora").unit.district = "DS V"
    assert ref not in see("dora", "/district")
    with transaction():
        world.person("dora").unit.district = ""
        world.person("marina").unit.district = ""
    assert ref not in see("dora", "/district")


@pytest.mark.parametrize(
    "address", ["?unit=%25", "?requester=%25", "?show=draft", "?after=!", "?show=returned&after=W10"]
)
def test_odd_addresses_are_answered(sign_in, address):
    assert sign_in("dora").get(f"/district{address}").status_code in (200, 400)


# ---------------------------------------------------------------- the consultant


def test_a_waiting_case_shows_initials_alone_and_can_be_taken(case_in, sign_in):
    walk = case_in(State.SUBMITTED)
    browser = sign_in("paulo")
    for address in ("/waiting", "/waiting?show=open"):
        html = body(browser, address)
        assert f"S. C. A., {world.years()} anos" in html
        assert "Manchas claras com perda de sensibilidade" in html
        assert not [secret for secret in SECRETS if secret in html]
    assert f'action="/cases/{walk.case.ref}/claim"' in html
    browser.post(f"/cases/{walk.case.ref}/claim", data={"version": walk.case.version})
    html = body(browser, "/waiting")
    assert "1 caso espera a sua resposta." in html
    assert world.SECRET_NAME in part(html, "comigo")
    assert "Dra. Marina Alves, USF Vietnã" in html
    assert "responder em" in html


def test_only_the_own_specialties_wait(case_in, see):
    ref = case_in(State.SUBMITTED).case.ref
    assert ref in see("lia", "/waiting")
    assert ref not in see("helena", "/waiting")


def test_what_one_declined_no_longer_waits_for_one(case_in, see):
    walk = case_in(State.ASSIGNED)
    walk.do("decline", "Não é da minha área.", by="paulo")
    assert walk.case.ref not in see("paulo", "/waiting")
    assert walk.case.ref in see("lia", "/waiting")


@pytest.mark.parametrize(
    ("state", "show"),
    [
        (State.ASSIGNED, "mine"),
        (State.AWAITING_INFORMATION, "awaiting"),
        (State.ANSWERED, "answered"),
        (State.IN_PERSON, "in_person"),
        (State.CONCLUDED, "done"),
    ],
)
def test_the_consultant_has_a_list_of_each(case_in, see, state, show):
    ref = case_in(state).case.ref
    shows = ("mine", "awaiting", "answered", "in_person", "done")
    assert [s for s in shows if ref in see("paulo", f"/waiting?show={s}")] == [show]
    assert not [s for s in shows if ref in see("lia", f"/waiting?show={s}")]


def test_what_waits_in_the_specialties_is_counted_beside_every_list(case_in, see):
    case_in(State.SUBMITTED)
    for show in ("", "?show=open", "?show=mine", "?show=done"):
        assert re.search(r'show=open"[^>]*>Na fila<span class="tc-count">1<', see("paulo", f"/waiting{show}")), show


def test_nearest_deadline_first(session, see):
    refs = []
    for hours in (1, 40, 20):
        with clock.at(clock.now() - timedelta(hours=hours)):
            walk = world.new_case()
            walk.submit()
            refs.append(walk.case.ref)
    html = part(see("paulo", "/waiting"), "na-fila")
    assert sorted(refs, key=html.index) == [refs[1], refs[2], refs[0]]


# ---------------------------------------------------------------- the management


def test_the_management_sees_what_is_open_and_late_and_nothing_of_anybody(case_in, see):
    with clock.at(clock.now() - timedelta(hours=100)):
        case_in(State.SUBMITTED)
    case_in(State.ASSIGNED)
    case_in(State.CONCLUDED)
    html = see("teresa", "/overview")
    assert "2 casos em aberto, 1 atrasado" in html
    assert "S. C. A." not in html
    assert 'href="/people"' in html


def test_mail_that_was_given_up_is_said(session, see):
    with transaction():
        db.session.execute(
            db.text(
                "INSERT INTO outbox_messages (kind, key, address, payload, created_at, next_at, attempts, last_error,"
                " gave_up_at) VALUES ('email', 'k', 'a@b.example', '{}', :now, :now, 8, '', :now)"
            ),
            {"now": clock.now().replace(tzinfo=None)},
        )
    assert "1 e-mail não pôde ser entregue." in see("teresa", "/overview")


def test_a_picture_that_cannot_be_made_is_no_mail_that_did_not_arrive(session, see):
    """A photo that is broken inside was said to be an e-mail, for ever: only a mail can be dismissed."""
    with transaction():
        outbox.put("preview", "preview:AX-1", "", {"file": "AX-1"})
        db.session.execute(db.update(outbox.OutboxMessage).values(gave_up_at=clock.now(), last_error="Permanent"))
        outbox.put("preview", "preview:AX-2", "", {"file": "AX-2"})
    page = " ".join(see("teresa", "/overview").split())
    assert "não pôde ser entregue" not in page
    assert re.search(r"E-mails por enviar.{,80}?\b0\b", re.sub(r"<[^>]+>", " ", page))


def test_mail_that_does_not_go_out_is_said_before_it_is_given_up(session, see):
    """A server that is away is tried for three days: nobody would know all that time."""
    written = clock.now() - timedelta(minutes=31)
    with clock.at(written), transaction():
        for key, failed in (("a", "ConnectionRefusedError"), ("b", "")):
            outbox.put("email", key, "a@b.example", {})
            row = db.update(outbox.OutboxMessage).where(outbox.OutboxMessage.key == key)
            db.session.execute(row.values(last_error=failed))
    assert "Há e-mails que não saem desde" in see("teresa", "/overview")
    with transaction():
        db.session.execute(db.update(outbox.OutboxMessage).values(created_at=clock.now()))
    assert "Há e-mails que não saem" not in see("teresa", "/overview")


def test_one_mailbox_that_takes_nothing_is_not_a_server_that_is_away(session, see):
    """Full for days, it said to the management that nobody gets a mail."""
    for minutes, key, failed in ((50, "full", "PutOff 452"), (40, "other", "")):
        with clock.at(clock.now() - timedelta(minutes=minutes)), transaction():
            outbox.put("email", key, f"{key}@b.example", {})
            row = db.update(outbox.OutboxMessage).where(outbox.OutboxMessage.key == key)
            db.session.execute(row.values(last_error=failed, done_at=None if failed else clock.now()))
    assert "Há e-mails que não saem" not in see("teresa", "/overview")
    with clock.at(clock.now() - timedelta(minutes=35)), transaction():
        outbox.put("email", "third", "c@b.example", {})
        row = db.update(outbox.OutboxMessage).where(outbox.OutboxMessage.key == "third")
        db.session.execute(row.values(last_error="ConnectionRefusedError"))
    assert "Há e-mails que não saem desde" in see("teresa", "/overview")


def test_everything_in_english(case_in, sign_in):
    for state in STATES:
        case_in(state)
    for key, address in (("marina", "/mine"), ("paulo", "/waiting"), ("dora", "/district"), ("teresa", "/overview")):
        browser = sign_in(key)
        browser.post("/language", data={"locale": "en"})
        assert body(browser, address)
    assert db.session.scalar(db.select(db.func.count()).select_from(Case)) == len(STATES)
