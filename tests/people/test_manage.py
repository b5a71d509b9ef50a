"""People for who manages them: adding, changing, switching off and on."""

import pytest
from sqlalchemy import func, select, update

from teleconsult import clock
from teleconsult.audit import AuditEvent
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.outbox import OutboxMessage
from teleconsult.people import actions
from teleconsult.people.access import Role
from teleconsult.people.facts import PersonFacts
from teleconsult.people.models import Session, SingleUseLink, User, UserRole
from tests import world
from tests.people.filled import filled
from tests.racing import uncommitted

NEW = {
    "title": "Dra.",
    "name": "Iara Monteiro",
    "email": "Iara@Rede.example",
    "cpf": "529.982.247-25",
    "council": "CRM",
    "council_number": "CRM-PE 12.345",
    "council_uf": "PE",
    "language": "pt_BR",
}


@pytest.fixture
def ids(application):
    """Return the numbers of units and specialties by their short names."""
    with application.app_context():
        rows = [row for model in (HealthUnit, Specialty) for row in db.session.execute(select(model.slug, model.id))]
    return dict(rows)


@pytest.fixture
def teresa(sign_in):
    return sign_in("teresa")


def new(ids, **changes):
    given = {"unit": ids["policlinica-lessa-de-andrade"], "roles": ["consultant"], "specialties": [ids["dermatologia"]]}
    return NEW | given | changes


def known(application, key):
    with application.app_context():
        user = world.person(key)
        return {
            "roles": sorted(user.roles),
            "specialties": sorted(user.specialty_ids),
            "version": user.version,
            "name": user.name,
            "email": user.email,
            "active": user.is_active,
        }


def as_it_stands(client, ref):
    return filled(client.get(f"/people/{ref}"), id="formulario")


def words(application):
    with application.app_context():
        return list(db.session.scalars(select(AuditEvent.word).order_by(AuditEvent.id)))


PAGES = ["/people", "/people/new", "/people/PE-MARINA"]


def test_only_managers(sign_in):
    for who in ("marina", "paulo", "rosangela", "dora"):
        client = sign_in(who)
        assert {client.get(page).status_code for page in PAGES} == {403}
        for verb in ("switch-off", "switch-on", "invite"):
            assert client.post(f"/people/PE-MARINA/{verb}", data={"sure": "1"}).status_code == 403


def test_nobody_without_signing_in(client):
    for page in PAGES:
        assert client.get(page).location.startswith("/sign-in")


def test_a_missing_person_is_not_found(teresa):
    assert teresa.get("/people/PE-NOBODY").status_code == 404
    assert teresa.post("/people/PE-NOBODY/switch-off").status_code == 404


def test_adds_a_person_and_invites_them(application, teresa, ids):
    answer = teresa.post("/people/new", data=new(ids))
    assert answer.status_code == 302, answer.get_data(as_text=True)
    page = teresa.get(answer.location).get_data(as_text=True)
    assert "Cadastro de Dra. Iara Monteiro feito; o convite vai por e-mail." in page
    assert "convidada, ainda sem senha" in page
    with application.app_context():
        user = world.person("iara")
        assert (user.cpf, user.registration) == ("52998224725", "CRM-PE 12345")
        assert sorted(user.specialty_ids) == [ids["dermatologia"]]
        assert db.session.scalars(select(OutboxMessage.address)).all() == ["iara@rede.example"]
    assert words(application)[-2:] == ["person.create", "person.invitation"]


MISTAKES = [
    ({"name": ""}, "Escreva o nome."),
    ({"name": "Iara"}, "Escreva o nome e o sobrenome."),
    ({"name": "I " * 100}, "no máximo 120"),
    ({"email": "iara@"}, "não está completo"),
    ({"email": "marina@rede.example"}, "Já existe uma conta com este e-mail."),
    ({"email": "MARINA@rede.example"}, "Já existe uma conta com este e-mail."),
    ({"cpf": "529.982.247-26"}, "CPF"),
    ({"cns": "123"}, "CNS"),
    ({"council_number": ""}, "dígitos"),
    ({"council": "", "council_number": ""}, "precisa do registro profissional"),
    ({"council_uf": ""}, "Escolha a UF"),
    ({"cbo": "22"}, "A CBO tem seis números"),
    ({"roles": []}, "Escolha ao menos um papel."),
    ({"specialties": []}, "ao menos uma especialidade"),
    ({"roles": ["requester"], "unit": ""}, "Escolha a unidade"),
]


def test_says_what_is_wrong_and_keeps_what_was_typed(application, teresa, ids):
    for changes, why in MISTAKES:
        answer = teresa.post("/people/new", data=new(ids, rqe="RQE 777", **changes))
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422, changes
        assert why in page, changes
        assert "RQE 777" in page
    with application.app_context():
        assert db.session.scalar(select(func.count()).select_from(User)) == len(world.PEOPLE)


def test_a_forged_choice_is_refused(teresa, ids):
    for changes in ({"roles": ["king"]}, {"specialties": ["999999"]}, {"unit": "abc"}, {"council": "X"}):
        assert teresa.post("/people/new", data=new(ids, **changes)).status_code == 422, changes


def test_a_cpf_is_of_one_person(application, teresa, ids):
    teresa.post("/people/new", data=new(ids))
    page = teresa.post("/people/new", data=new(ids, email="other@rede.example")).get_data(as_text=True)
    assert "Já existe uma conta com este CPF." in page


def test_the_form_sent_again_changes_nothing(application, teresa):
    before = known(application, "lia")
    for _ in range(2):
        assert teresa.post("/people/PE-LIA", data=as_it_stands(teresa, "PE-LIA")).status_code == 302
    after = known(application, "lia")
    assert len(after["specialties"]) == 2
    assert {key: before[key] for key in ("roles", "specialties")} == {
        key: after[key] for key in ("roles", "specialties")
    }


def test_the_form_sent_again_keeps_a_specialty_no_longer_offered(application, teresa, ids):
    with application.app_context(), transaction():
        db.session.execute(update(Specialty).where(Specialty.slug == "neurologia").values(teleconsult=False))
    page = teresa.get("/people/new").get_data(as_text=True)
    assert "Neurologia" not in page
    teresa.post("/people/PE-LIA", data=as_it_stands(teresa, "PE-LIA"))
    assert ids["neurologia"] in known(application, "lia")["specialties"]


def test_the_form_sent_again_keeps_the_holder_of_a_case(application, teresa, case_in):
    walk = case_in(State.ASSIGNED, consultant="lia")
    with application.app_context(), transaction():
        db.session.execute(update(User).where(User.email == "lia@rede.example").values(council_number="90013"))
    teresa.post("/people/PE-LIA", data=as_it_stands(teresa, "PE-LIA"))
    db.session.rollback()
    assert walk.case.state == State.ASSIGNED


def test_losing_a_specialty_puts_its_cases_back(application, teresa, case_in, ids):
    walk = case_in(State.ASSIGNED, consultant="lia")
    fields = as_it_stands(teresa, "PE-LIA") | {"specialties": [ids["neurologia"]], "sure": "1"}
    assert teresa.post("/people/PE-LIA", data=fields).status_code == 302
    db.session.rollback()
    assert (walk.case.state, walk.case.holder_id) == (State.SUBMITTED, None)


def test_losing_the_role_puts_cases_back(application, teresa, case_in, ids):
    walk = case_in(State.ASSIGNED)
    fields = as_it_stands(teresa, "PE-PAULO") | {"roles": ["requester"], "unit": ids["usf-skylab"], "sure": "1"}
    assert teresa.post("/people/PE-PAULO", data=fields).status_code == 302
    db.session.rollback()
    assert walk.case.state == State.SUBMITTED


BIA = {"council": "COREN", "council_number": "123456-ENF", "council_uf": "PE"}


@pytest.fixture
def rita(application, sign_in):
    """Return the browser of a second manager."""
    with application.app_context(), transaction():
        marina = world.person("marina")
        marina.role_rows.append(UserRole(Role.MANAGER))
    return sign_in("marina")


def test_two_who_edit_at_once(application, teresa, rita, ids):
    first, second = as_it_stands(rita, "PE-BIA") | BIA, as_it_stands(teresa, "PE-BIA") | BIA
    changes = {
        "name": "Beatriz Lemos Um",
        "cpf": "52998224725",
        "unit": ids["usf-vietna"],
        "roles": ["requester", "administrator"],
        "language": "en",
    }
    assert rita.post("/people/PE-BIA", data=first | changes).status_code == 302
    answer = teresa.post("/people/PE-BIA", data=second | {"name": "Beatriz Lemos Dois", "rqe": "77"})
    page = answer.get_data(as_text=True)
    assert "Dra. Marina Alves salvou este registro enquanto você escrevia" in page
    assert "Confira antes de salvar de novo" in page
    for word in ("Beatriz Lemos Um", "529.982.247-25", "USF Vietnã", "Solicitante, Administração técnica", "English"):
        assert page.count(f"Salvo agora: “{word}”") == 2, word  # in the summary, and at the field
    assert page.count("Salvo agora: “(vazio)”") == 2  # the RQE, which was typed here
    assert page.count("Salvo agora") == 12
    assert "Beatriz Lemos Dois" in page
    assert known(application, "bia")["name"] == "Beatriz Lemos Um"
    assert teresa.post("/people/PE-BIA", data=filled(answer, id="formulario")).status_code == 302
    assert known(application, "bia")["name"] == "Beatriz Lemos Dois"


def test_two_who_edit_at_once_and_one_of_them_rights_alone(application, teresa, rita, ids):
    """The rights stand in tables of their own: what was saved of them a moment before must not be put back unseen."""
    first, second = as_it_stands(rita, "PE-LIA"), as_it_stands(teresa, "PE-LIA")
    assert rita.post("/people/PE-LIA", data=first | {"specialties": [ids["neurologia"]]}).status_code == 302
    page = teresa.post("/people/PE-LIA", data=second | {"rqe": "77"}).get_data(as_text=True)
    assert "Dra. Marina Alves salvou este registro enquanto você escrevia" in page
    assert known(application, "lia")["specialties"] == [ids["neurologia"]]


def test_two_windows_of_one_manager(teresa):
    first, second = as_it_stands(teresa, "PE-BIA") | BIA, as_it_stands(teresa, "PE-BIA") | BIA
    teresa.post("/people/PE-BIA", data=first | {"name": "Beatriz Lemos Um"})
    page = teresa.post("/people/PE-BIA", data=second).get_data(as_text=True)
    assert "Você salvou este registro em outra janela" in page
    assert "Teresa" not in page.partition('id="erros"')[2].partition("</ul>")[0]


def test_what_changed_by_itself_is_told_of_nobody(application, teresa):
    fields = as_it_stands(teresa, "PE-BIA") | BIA
    with application.app_context(), transaction():
        world.person("bia").name = "Beatriz Lemos Um"
    page = teresa.post("/people/PE-BIA", data=fields).get_data(as_text=True)
    assert "Este registro mudou enquanto você escrevia." in page


def test_an_account_whose_person_chose_their_mails_meanwhile_is_saved(teresa, sign_in):
    form = as_it_stands(teresa, "PE-MARINA")
    assert sign_in("marina").post("/account/mail", data={"mode": "digest", "hour": "7"}).status_code == 302
    answer = teresa.post("/people/PE-MARINA", data=form | {"name": "Marina Alves Dois"})
    assert answer.status_code == 302, "nobody saved it in another window"
    assert "digest" in sign_in("marina").get("/account/mail").get_data(as_text=True)


def test_the_own_rights_changed_meanwhile(application, teresa, rita, ids):
    fields = as_it_stands(teresa, "PE-TERESA")
    changed = as_it_stands(rita, "PE-TERESA") | {"unit": ids["usf-vietna"]}
    assert rita.post("/people/PE-TERESA", data=changed).status_code == 302
    answer = teresa.post("/people/PE-TERESA", data=fields | {"name": "Teresa Farias Neta"})
    assert "Dra. Marina Alves salvou este registro" in answer.get_data(as_text=True)
    assert teresa.post("/people/PE-TERESA", data=filled(answer, id="formulario")).status_code == 302
    assert known(application, "teresa")["name"] == "Teresa Farias Neta"


def test_switching_off_says_what_will_happen_first(application, teresa, case_in):
    case_in(State.ASSIGNED)
    page = teresa.post("/people/PE-PAULO/switch-off").get_data(as_text=True)
    assert "Desligar a conta de Dr. Paulo Nogueira?" in page
    assert "1 caso que está com a pessoa volta à fila" in page
    assert "Nenhum caso espera resposta" in teresa.post("/people/PE-LIA/switch-off").get_data(as_text=True)
    assert "fila" not in teresa.post("/people/PE-DORA/switch-off").get_data(as_text=True)
    assert known(application, "paulo")["active"]


def test_switching_off_ends_sessions_and_links_and_puts_cases_back(application, teresa, sign_in, case_in, client):
    walk = case_in(State.ASSIGNED)
    paulo = sign_in("paulo")
    client.post("/reset", data={"who": "paulo@rede.example"})
    assert teresa.post("/people/PE-PAULO/switch-off", data={"sure": "1"}).status_code == 302
    assert paulo.get("/account").location.startswith("/sign-in")
    db.session.rollback()
    assert walk.case.state == State.SUBMITTED
    assert db.session.scalar(select(SingleUseLink.expires_at)) <= clock.now()
    open_rows = select(func.count()).where(Session.user_id == world.person("paulo").id, Session.ended_at.is_(None))
    assert db.session.scalar(open_rows) == 0
    assert client.post("/sign-in", data={"who": "paulo@rede.example", "password": world.PASSWORD}).status_code == 401


def test_on_again(application, teresa, client):
    teresa.post("/people/PE-PAULO/switch-off", data={"sure": "1"})
    assert teresa.post("/people/PE-PAULO/switch-off", data={"sure": "1"}).status_code == 422
    assert "Ligar a conta de novo" in teresa.get("/people/PE-PAULO").get_data(as_text=True)
    asked = teresa.post("/people/PE-PAULO/switch-on")
    assert "Ligar de novo a conta de Dr. Paulo Nogueira?" in asked.get_data(as_text=True)
    assert "com a senha que tinha" in asked.get_data(as_text=True)
    assert teresa.post("/people/PE-PAULO/switch-on", data={"sure": "1"}).status_code == 302
    assert teresa.post("/people/PE-PAULO/switch-on", data={"sure": "1"}).status_code == 422
    assert client.post("/sign-in", data={"who": "paulo@rede.example", "password": world.PASSWORD}).status_code == 302


def test_on_again_without_a_password(application, teresa, ids):
    ref = teresa.post("/people/new", data=new(ids)).location
    teresa.post(f"{ref}/switch-off", data={"sure": "1"})
    asked = teresa.post(f"{ref}/switch-on").get_data(as_text=True)
    assert "com a senha que tinha" not in asked
    assert "A pessoa ainda não criou a senha, e o convite de antes não vale mais" in asked


def test_the_form_of_address_in_english(teresa):
    teresa.post("/language", data={"locale": "en"})
    page = teresa.get("/people/new").get_data(as_text=True)
    assert ">Title <" in page
    assert "Treatment" not in page


def test_another_invitation_is_only_for_who_has_no_password(application, teresa, ids):
    assert teresa.post("/people/PE-PAULO/invite").status_code == 422
    ref = teresa.post("/people/new", data=new(ids)).location
    assert teresa.post(f"{ref}/invite").status_code == 302
    with application.app_context():
        ends = db.session.scalars(select(SingleUseLink.expires_at).order_by(SingleUseLink.id)).all()
    assert [moment > clock.now() for moment in ends] == [False, True]


def test_a_new_address_is_told_to_the_old_one_and_ends_its_links(application, client, teresa):
    client.post("/reset", data={"who": "marina@rede.example"})
    fields = as_it_stands(teresa, "PE-MARINA") | {"email": "marina.alves@rede.example"}
    assert teresa.post("/people/PE-MARINA", data=fields).status_code == 302
    with application.app_context():
        assert letters()[-1] == ("marina@rede.example", "account_moved")
        assert db.session.scalars(select(SingleUseLink.expires_at)).one() <= clock.now()


def test_an_invitation_follows_an_address_that_is_put_right(application, teresa, ids):
    ref = teresa.post("/people/new", data=new(ids)).location
    fields = filled(teresa.get(ref), id="formulario") | {"email": "iara.monteiro@rede.example"}
    page = teresa.post(ref, data=fields, follow_redirects=True).get_data(as_text=True)
    assert "Outro convite vai para iara.monteiro@rede.example. O anterior não vale mais." in page
    with application.app_context():
        assert letters()[-2:] == [
            ("iara@rede.example", "account_moved"),
            ("iara.monteiro@rede.example", "account_invitation"),
        ]
        ends = db.session.scalars(select(SingleUseLink.expires_at).order_by(SingleUseLink.id)).all()
    assert [moment > clock.now() for moment in ends] == [False, True]


def letters():
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [(row.address, row.payload["template"]) for row in rows if "template" in row.payload]


def test_the_record_holds_no_names(application, teresa, ids):
    teresa.post("/people/new", data=new(ids))
    with application.app_context():
        rows = str(db.session.execute(select(AuditEvent.data, AuditEvent.subject)).all())
    assert "Iara" not in rows
    assert "rede.example" not in rows
    assert "52998224725" not in rows


@pytest.mark.parametrize(
    ("known_by", "says"),
    [
        ({"email": "iara@rede.example"}, "Já existe uma conta com este e-mail."),
        ({"email": "outra@rede.example", "cpf": "52998224725"}, "Já existe uma conta com este CPF."),
    ],
)
@pytest.mark.parametrize("path", ["/people/new", "/people/PE-MARINA"])
def test_the_slower_of_two_who_write_down_one_person_is_told_what_the_form_tells(
    application, teresa, ids, path, known_by, says
):
    data = new(ids) if path == "/people/new" else as_it_stands(teresa, "PE-MARINA") | NEW
    facts = PersonFacts(name="Iara Monteiro", roles=frozenset({Role.ADMINISTRATOR}), **known_by)
    with uncommitted(application, lambda: actions.create(facts, by=world.person("teresa"), invite=False)):
        answer = teresa.post(path, data=data)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, says in page) == (422, True)
    assert 'value="Iara Monteiro"' in page
    with application.app_context():
        assert db.session.scalar(select(func.count()).select_from(User).where(User.name == "Iara Monteiro")) == 1


def test_what_becomes_of_the_shifts_is_said_before_a_specialty_is_taken_away(teresa, application):
    with application.app_context():
        ref = world.person("paulo").ref
    page = teresa.get(f"/people/{ref}").get_data(as_text=True)
    assert "os turnos marcados para ela são cancelados" in page
