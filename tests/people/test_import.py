"""People from a file: a preview that names each bad row, and then everybody or nobody."""

import io
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from teleconsult import clock
from teleconsult.audit import AuditEvent
from teleconsult.extensions import db, transaction
from teleconsult.network.directory import unit_by
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.outbox import OutboxMessage
from teleconsult.people import importing, kept, links
from teleconsult.people.access import Role
from teleconsult.people.models import KeptForm, SingleUseLink, User, UserRole
from tests import world
from tests.people.filled import forms

HEADING = "Nome;E-mail;Papéis;Unidade;Conselho;Registro;UF do registro;Especialidades;CPF\n"
IARA = "Iara Monteiro;iara@rede.example;consultor;Policlínica Lessa de Andrade;CRM;12345;PE;Dermatologia, Neurologia;529.982.247-25\n"
RUI = "Rui Barros;rui@rede.example;Solicitante, gerência;usf-vietna;COREN;123456-ENF;PE;;\n"
GOOD = HEADING + IARA + RUI


@pytest.fixture
def teresa(sign_in):
    return sign_in("teresa")


def send(client, text, name="pessoas.csv", encoding="utf-8"):
    content = text if isinstance(text, bytes) else text.encode(encoding)
    return client.post("/people/import", data={"file": (io.BytesIO(content), name)})


def confirm(client, preview, **data):
    action = next(form["action"] for form in forms(preview) if (form["action"] or "").startswith("/people/import/"))
    return client.post(action, data={"invite": "y"} | data)


def people(application):
    with application.app_context():
        return db.session.scalar(select(func.count()).select_from(User)) - len(world.PEOPLE)


def told(answer):
    return answer.get_data(as_text=True)


def test_the_page_says_what_each_column_holds(teresa):
    page = told(teresa.get("/people/import"))
    for word in ("Nome *", "E-mail *", "Papéis *", "o nome, o código ou o CNES da unidade", "10.000 linhas"):
        assert word in page


def test_the_template_is_read_back(teresa):
    template = teresa.get("/people/import/template.csv")
    assert template.headers["Content-Disposition"] == 'attachment; filename="pessoas.csv"'
    assert "só tem o cabeçalho" in told(send(teresa, template.data))


def test_only_managers(application, sign_in, teresa):
    marina = sign_in("marina")
    assert marina.get("/people/import").status_code == 403
    assert send(marina, GOOD).status_code == 403
    preview = send(teresa, GOOD)
    assert confirm(marina, preview).status_code == 403


def test_a_preview_adds_nobody(application, teresa):
    page = told(send(teresa, GOOD))
    assert "2 pessoas para cadastrar" in page
    assert "Iara Monteiro" in page
    assert "Solicitante, Gerência" in page or "Gerência, Solicitante" in page
    assert people(application) == 0


def test_a_preview_shows_all_that_would_be_made(teresa):
    text = HEADING.replace("Especialidades;CPF", "Especialidades;CPF;Tratamento;CNS;RQE;CBO;Idioma")
    row = IARA.strip() + ";Dra.;898 0000 0004 3208;777;2251-24;inglês\n"
    page = told(send(teresa, text + row))
    assert "1 pessoa para cadastrar" in page
    for word in ("Dra. Iara Monteiro", "CPF 529.982.247-25", "CNS 898 0000 0004 3208", "CRM-PE 12345", "RQE 777"):
        assert word in page
    for word in ("CBO 225124", "Policlínica Lessa de Andrade", "Dermatologia", "Neurologia", ">English</td>"):
        assert word in page
    assert ">Português</td>" in told(send(teresa, GOOD))


def test_a_second_role_after_a_comma_is_not_lost(application, teresa):
    text = "Nome,E-mail,Unidade,Papéis\nRui Barros,rui@rede.example,usf-vietna,apoio,gerência\n"
    page = told(send(teresa, text))
    assert "1 problema no arquivo" in page
    assert ">Linha 2</th>" in page
    assert "“gerência” está depois da última coluna." in page
    assert people(application) == 0


def test_an_open_quote_swallows_nobody(application, teresa):
    answer = send(teresa, HEADING + IARA.replace("12345;", '"12345;') + RUI + RUI.replace("rui@", '"rui2"@'))
    assert answer.status_code == 422
    assert "A linha 2 não pôde ser lida: confira as aspas." in told(answer)


def test_confirmed_it_adds_everybody_and_invites_them(application, teresa):
    answer = confirm(teresa, send(teresa, GOOD))
    assert answer.location == "/people?state=invited"
    assert "2 pessoas cadastradas." in told(teresa.get(answer.location))
    with application.app_context():
        iara, rui = world.person("iara"), world.person("rui")
        slugs = db.session.scalars(select(Specialty.slug).where(Specialty.id.in_(iara.specialty_ids))).all()
        assert sorted(slugs) == ["dermatologia", "neurologia"]
        assert (iara.cpf, iara.registration, iara.unit.slug) == (
            "52998224725",
            "CRM-PE 12345",
            "policlinica-lessa-de-andrade",
        )
        assert rui.roles == {"requester", "manager"}
        assert iara.search_key.startswith("iara monteiro iara rede example 12345")
        sent = dict(db.session.execute(select(OutboxMessage.address, OutboxMessage.payload)).all())
        assert set(sent) == {"iara@rede.example", "rui@rede.example"}
        assert sent["iara@rede.example"]["template"] == "account_invitation"
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.word == "person.import")).one()
        assert [ref for ref, _ in event.data["people"]] == [iara.ref, rui.ref]
        assert "Iara" not in str(event.data)
        link = links.account_link(sent["rui@rede.example"]["params"]["link"]).removeprefix("http://teleconsult.test")
    password = {"password": "jaca-madura-no-quintal-8", "password_again": "jaca-madura-no-quintal-8"}
    client = application.test_client()
    assert client.post(link, data=password).status_code == 302
    assert client.post("/sign-in", data={"who": "rui@rede.example", **password}).status_code == 302


def test_without_invitations(application, teresa):
    confirm(teresa, send(teresa, GOOD), invite="")
    assert people(application) == 2
    with application.app_context():
        assert db.session.scalar(select(func.count()).select_from(SingleUseLink)) == 0


def test_confirmed_twice_it_leads_twice_to_where_it_led(application, teresa):
    preview = send(teresa, GOOD)
    for _ in range(2):
        answer = confirm(teresa, preview)
        assert (answer.status_code, answer.location) == (302, "/people?state=invited")
        assert "2 pessoas cadastradas." in told(teresa.get(answer.location))
    assert people(application) == 2
    with application.app_context():
        assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 2
        assert "Iara" not in str(db.session.scalars(select(KeptForm.content)).all())


def test_one_preview_confirmed_twice_at_once(application, sign_in):
    preview, browsers = send(sign_in("teresa"), GOOD), [sign_in("teresa"), sign_in("teresa")]
    start, answers = Barrier(2), []

    def race(n):
        start.wait()
        answers.append(confirm(browsers[n], preview))

    threads = [Thread(target=race, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.location for answer in answers] == ["/people?state=invited"] * 2
    assert people(application) == 2


def test_a_preview_is_of_who_made_it_and_for_a_day(application, teresa, sign_in):
    preview = send(teresa, GOOD)
    with application.app_context(), transaction():
        marina = world.person("marina")
        marina.role_rows.append(UserRole("manager"))
    assert confirm(sign_in("marina"), preview).status_code == 404
    with clock.at(clock.now() + kept.LIFE):
        assert confirm(sign_in("teresa"), preview).status_code == 404
    assert people(application) == 0


BAD_ROWS = [
    (";x@rede.example;gerência;;;;;;", "Nome", "Escreva o nome."),
    ("Ana;x@rede.example;gerência;;;;;;", "Nome", "Escreva o nome e o sobrenome."),
    ("Ana Sá;x@;gerência;;;;;;", "E-mail", "não está completo"),
    ("Ana Sá;;gerência;;;;;;", "E-mail", "Escreva o e-mail"),
    ("Ana Sá;x@rede.example;rei;;;;;;", "Papéis", "Não há o papel “rei”."),
    ("Ana Sá;x@rede.example;;;;;;;", "Papéis", "Escolha ao menos um papel."),
    ("Ana Sá;x@rede.example;gerência;USF da Lua;;;;;", "Unidade", "Não há a unidade “USF da Lua”"),
    ("Ana Sá;x@rede.example;apoio;;;;;;", "Unidade", "Escolha a unidade"),
    ("Ana Sá;x@rede.example;consultor;;CRM;1;PE;;", "Especialidades", "ao menos uma especialidade"),
    ("Ana Sá;x@rede.example;consultor;;CRM;1;PE;Astrologia;", "Especialidades", "“Astrologia”"),
    ("Ana Sá;x@rede.example;consultor;;;;;Dermatologia;", "Registro", "precisa do registro"),
    ("Ana Sá;x@rede.example;consultor;;XYZ;1;PE;Dermatologia;", "Conselho", "conselho profissional"),
    ("Ana Sá;x@rede.example;consultor;;CRM;1;XX;Dermatologia;", "UF do registro", "UF"),
    ("Ana Sá;x@rede.example;gerência;;;;;;111.111.111-11", "CPF", "dígitos iguais"),
    ("Ana Sá;IARA@rede.example;gerência;;;;;;", "E-mail", "O mesmo valor já está na linha 2."),
    ("Ana Sá;x@rede.example;gerência;;;;;;52998224725", "CPF", "O mesmo valor já está na linha 2."),
    ("Ana Sá;Marina@rede.example;gerência;;;;;;", "E-mail", "Já existe uma conta com este e-mail."),
]


def test_names_the_row_the_column_and_the_reason(application, teresa):
    for row, column, why in BAD_ROWS:
        page = told(send(teresa, HEADING + IARA + row + "\n"))
        assert "1 problema no arquivo" in page, row
        assert ">Linha 3</th>" in page, row
        assert column in page, row
        assert why in page, row
        assert 'name="invite"' not in page, row
    assert people(application) == 0
    with application.app_context():
        assert db.session.scalar(select(func.count()).select_from(KeptForm)) == 0


def test_tells_everything_at_once(teresa):
    page = told(send(teresa, HEADING + ";;rei;USF da Lua;;;;;1\n" + "Ana;x;gerência;;;;;;\n"))
    assert "7 problemas no arquivo" in page


def test_tells_in_the_same_round_whose_address_and_cpf_are_taken(application, teresa):
    with application.app_context(), transaction():
        world.person("marina").cpf = "11144477735"
    ill = "Ana;Marina@rede.example;rei;;;;;;111.444.777-35\n", "Ana;iara@rede.example;rei;;;;;;529.982.247-25\n"
    page = told(send(teresa, HEADING + IARA + "".join(ill) + RUI.replace("rui@", "MARINA@")))
    for said, times in (
        ("Já existe uma conta com este e-mail.", 1),
        ("Já existe uma conta com este CPF.", 1),
        ("O mesmo valor já está na linha 2.", 2),
        ("O mesmo valor já está na linha 3.", 1),
        ("Não há o papel “rei”.", 2),
    ):
        assert page.count(said) == times, said
    assert people(application) == 0


def test_a_cpf_that_somebody_has(application, teresa):
    with application.app_context(), transaction():
        marina = world.person("marina")
        marina.cpf = "52998224725"
    assert "Já existe uma conta com este CPF." in told(send(teresa, GOOD))


def test_reads_what_spreadsheet_programs_write(application, teresa):
    text = 'Nome,E-mail,Papéis\r\nFlávia Conceição,flavia@rede.example,gerência\r\n\r\n"Rui ""Neto"" Sá",rui@rede.example,apoio\r\n'
    text = text.replace("apoio", "Técnico administrativo")
    preview = send(teresa, text, encoding="cp1252")
    assert "2 pessoas para cadastrar" in told(preview)
    assert "Flávia Conceição" in told(preview)
    confirm(teresa, preview)
    with application.app_context():
        assert world.person("rui").name == 'Rui "Neto" Sá'


def test_columns_in_any_order_with_english_words_and_others_ignored(application, teresa):
    text = "role,Phone,EMAIL,full name,language,unit\nsupport,81 99999,z@rede.example,Zoe Lins,English,ds-iv\n"
    confirm(teresa, send(teresa, text))
    with application.app_context():
        zoe = world.person("z")
        assert (zoe.language, zoe.roles, zoe.unit.slug) == ("en", {"support"}, "ds-iv")


@pytest.mark.parametrize("cell", ["USF Vietnã", "usf vietna"])
def test_nobody_is_put_into_one_of_two_units_of_one_name(application, teresa, cell):
    with application.app_context(), transaction():
        unit_by("usf-skylab").name = "USF Vietnã"
    page = told(send(teresa, f"name,email,roles,unit\nZoe Lins,z@rede.example,support,{cell}\n"))
    assert f"Não há a unidade “{cell}” na rede, ou mais de uma se chama assim." in page


def test_a_name_goes_before_what_another_unit_was_called_once(application, teresa):
    with application.app_context(), transaction():
        unit_by("usf-vietna").name, unit_by("usf-skylab").name = "USF Outra", "USF Vietnã"
    confirm(teresa, send(teresa, "name,email,roles,unit\nZoe Lins,z@rede.example,support,USF Vietnã\n"))
    with application.app_context():
        assert world.person("z").unit.slug == "usf-skylab"


def test_no_unit_is_no_unit_where_one_is_called_without_latin_letters(application, teresa):
    with application.app_context(), transaction():
        unit_by("usf-skylab").name = "眼科"
    confirm(teresa, send(teresa, "name,email,roles,unit\nZoe Lins,z@rede.example,gerência,\n"))
    with application.app_context():
        assert world.person("z").unit is None


def test_cells_over_several_lines_keep_the_count_of_lines(teresa):
    text = HEADING + IARA.replace("Iara Monteiro", '"Iara\nMonteiro"') + "Ana;a@rede.example;gerência;;;;;;\n"
    page = told(send(teresa, text))
    assert ">Linha 4</th>" in page


def test_a_file_that_cannot_be_read_says_why(application, teresa):
    for content, why in (
        (b"", "está vazio"),
        (HEADING.encode(), "só tem o cabeçalho"),
        (b"PK\x03\x04" + b"x" * 100, "pasta de trabalho"),
        (bytes(range(256)) * 4, "não é um texto CSV"),
    ):
        answer = send(teresa, content)
        assert answer.status_code == 422
        assert why in told(answer)
    assert people(application) == 0


def test_no_file(teresa):
    assert "Escolha o arquivo." in told(teresa.post("/people/import", data={}))


def test_a_file_over_the_limit(teresa):
    answer = send(teresa, b"x" * (5 * 1024 * 1024))
    assert answer.status_code == 413
    assert "O limite é de 4 MB de cada vez." in told(answer)
    assert "a planilha em partes" in told(answer)
    text = teresa.post("/people/import", data={"x": "y" * (3 * 1024 * 1024)}, content_type="multipart/form-data")
    assert (text.status_code, "O limite é de 2 MB" in told(text)) == (413, True)


ENGLISH = [
    "Title",
    "Name",
    "Email",
    "CPF",
    "CNS",
    "Council",
    "Registration number",
    "State of registration",
    "RQE",
    "CBO",
    "Unit",
    "Roles",
    "Specialties",
    "Language",
]


def test_in_english_the_headings_are_english_and_both_are_read(teresa):
    teresa.post("/language", data={"locale": "en"})
    page = told(teresa.get("/people/import"))
    template = teresa.get("/people/import/template.csv")
    assert template.headers["Content-Disposition"] == 'attachment; filename="people.csv"'
    assert template.data.decode("utf-8-sig").strip().split(";") == ENGLISH
    for word in ENGLISH:
        assert f">{word}</th>" in page or f">{word} *</th>" in page, word
    bad = told(send(teresa, template.data + b";;x@;;;;;;;;;king;;\r\n"))
    for word in ("Name", "Email", "Roles"):
        assert f">{word}</td>" in bad, word
    assert "E-mail" not in bad
    assert "Papéis" not in bad
    assert "the column “Email”" in told(send(teresa, "Name;Roles\nAna Sá;manager\n")).lower().replace("email", "Email")
    assert "2 people to add" in told(send(teresa, GOOD))


def test_what_changed_since_the_preview_is_shown_again(application, teresa):
    preview = send(teresa, GOOD)
    with application.app_context(), transaction():
        marina = world.person("marina")
        marina.email = "rui@rede.example"
    page = told(confirm(teresa, preview))
    assert "A rede mudou depois da conferência" in page
    assert "Já existe uma conta com este e-mail." in page
    assert people(application) == 0


def test_a_unit_closed_since_the_preview(application, teresa):
    preview = send(teresa, GOOD)
    with application.app_context(), transaction():
        db.session.scalars(select(HealthUnit).where(HealthUnit.slug == "usf-vietna")).one().closed_at = clock.now()
    assert "Não há a unidade" in told(confirm(teresa, preview))
    assert people(application) == 0


def test_confirmed_twice_at_once_adds_once(application, sign_in):
    teresa = sign_in("teresa")
    previews = [send(teresa, GOOD), send(teresa, GOOD)]
    browsers = [sign_in("teresa"), sign_in("teresa")]
    start, codes = Barrier(2), []

    def race(n):
        start.wait()
        codes.append(confirm(browsers[n], previews[n]).status_code)

    threads = [Thread(target=race, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [302, 422]
    assert people(application) == 2


def test_thousands_of_people(application, teresa):
    rows = "".join(f"Ana Sá {n};ana{n}@rede.example;gerência;;;;;;\n" for n in range(2_000))
    preview = send(teresa, HEADING + rows)
    assert "2.000 pessoas para cadastrar" in told(preview)
    assert confirm(teresa, preview).status_code == 302
    assert people(application) == 2_000


HEAD = "Nome;E-mail;Papéis;Conselho;Registro;UF do registro;Especialidades;CPF\n"


def planned(application, row, heading=HEAD, before=""):
    with application.app_context():
        return importing.make_plan(f"{before}{heading}Iara Monteiro;iara@rede.example;{row}\n")


@pytest.mark.parametrize(
    ("council", "number", "uf", "stored"),
    [
        ("CRM", "12345", "PE", "CRM-PE 12345"),
        ("CRM-PE", "12345", "", "CRM-PE 12345"),
        ("crm/pe", "12.345", "PE", "CRM-PE 12345"),
        ("", "CRM-PE 12.345", "", "CRM-PE 12345"),
        ("", "CRM 12345/PE", "", "CRM-PE 12345"),
        ("CRM", "12345/PE", "", "CRM-PE 12345"),
        ("CRM", "CRM-PE nº 12345", "PE", "CRM-PE 12345"),
        ("CRM", "CRM: 12345", "PE", "CRM-PE 12345"),
        ("", "CREFITO 12345-TO", "PE", "CREFITO-PE 12345-TO"),
        ("COREN", "123.456-ENF", "PE", "COREN-PE 123456-ENF"),
    ],
)
def test_a_registration_is_read_as_people_write_it(application, council, number, uf, stored):
    plan = planned(application, f"consultor;{council};{number};{uf};Dermatologia;")
    assert plan.bad == []
    (person,) = plan.people
    assert f"{person.council}-{person.council_uf} {person.council_number}" == stored


@pytest.mark.parametrize(
    ("council", "number", "uf", "column"),
    [
        ("CRM-PE", "12345", "SP", "council"),
        ("", "CRM-PE 12345", "SP", "council_number"),
        ("", "CREFITO 1-TO", "", "council_uf"),
    ],
)
def test_a_registration_that_contradicts_itself_is_not_guessed(application, council, number, uf, column):
    plan = planned(application, f"consultor;{council};{number};{uf};Dermatologia;")
    assert [bad.column for bad in plan.bad] == [column]


@pytest.mark.parametrize("cpf", ["1234567890", "'01234567890", "012.345.678-90"])
def test_zeros_that_the_spreadsheet_dropped_come_back(application, cpf):
    plan = planned(application, f"gerência;;;;;{cpf}")
    assert (plan.bad, [person.cpf for person in plan.people]) == ([], ["01234567890"])


@pytest.mark.parametrize(("heading", "number"), [("CPF", "5,29982E+10"), ("CPF", "5.29982e10"), ("CNS", "8,98E+14")])
def test_a_number_that_the_spreadsheet_shortened_is_told_with_what_to_do(application, heading, number):
    plan = planned(application, f"gerência;;;;;{number}", heading=HEAD.replace("CPF", heading))
    (bad,) = plan.bad
    assert bad.column == heading.lower()
    assert str(bad.why).startswith(f"A planilha encurtou este número ({number}).")


@pytest.mark.parametrize("before", ["sep=;\n", "\r\n", ";;;;;;;\n", "sep=;\r\n;;\r\n"])
def test_what_a_spreadsheet_writes_above_the_heading_is_no_heading(application, before):
    plan = planned(application, "gestora;;;;;", before=before)
    assert ([person.roles for person in plan.people], plan.bad) == ([{Role.MANAGER}], [])


@pytest.mark.parametrize("roles", ["gestora, gerência", "gerência/Gestor", "gerência e gestora"])
def test_roles_are_read_as_people_write_them(application, roles):
    assert planned(application, f"{roles};;;;;").bad == []
