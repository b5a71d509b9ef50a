"""The booking sheet of a unit without a line: in by CSV with each bad row named, booked by the district, back with the bookings."""

import csv
import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pypdfium2
import pytest

from teleconsult import clock
from teleconsult.bookings.models import Booking
from teleconsult.bookings.models_quota import AllowanceMonth, BookingSheet
from teleconsult.bookings.world import live_booking
from teleconsult.cases.models import PatientSnapshot
from teleconsult.extensions import db, transaction
from teleconsult.network.models import HealthUnit
from teleconsult.people.models import KeptForm
from tests import world
from tests.bookings.conftest import unit
from tests.bookings.test_pages import fresh, text

HEAD = "NOME;DATA NASCIMENTO;MÃE;ENDEREÇO;BAIRRO;MUNICÍPIO;ESPECIALIDADE"
GOOD = f"{world.SECRET_NAME};14/03/1979;Josefa;Rua A, 1;Torrões;Recife;Dermatologia"


def send(browser, content, unit="usf-vietna"):
    content = content if isinstance(content, bytes) else content.encode()
    return browser.post("/bookings/sheets", data={"unit": unit, "file": (io.BytesIO(content), "planilha.csv")})


def take(browser, page, **data):
    return browser.post(re.search(r'action="(/bookings/sheets/take/[^"]+)"', page).group(1), data=data)


def names(desk, *names_):
    """Escalate a case for each name, one sheet line each."""
    found = []
    for name in names_:
        request = desk.escalated()
        with transaction():
            db.session.get_one(PatientSnapshot, request.case_id).name = name
        found.append(request)
    return found


@pytest.mark.parametrize("name", ["Otorrinolaringologia", "Ginecologia/Obstetrícia"])
def test_no_specialty_runs_into_the_booking_on_the_sheet(desk, sign_in, name):
    request = desk.escalated()
    with transaction():
        request.specialty.name_pt = name
    browser = sign_in("dora")
    sheet = take(browser, text(send(browser, f"{HEAD}\n{GOOD.replace('Dermatologia', name)}\n"))).location
    page = pypdfium2.PdfDocument(browser.get(f"{sheet}.pdf").get_data())[0].get_textpage()
    [first] = places(page, "MARCAÇÃO")
    assert all(right < first[0] for _left, right in places(page, name.partition("/")[0]))


def places(page, words):
    """Return from where to where each mention reaches, as the line that it stands on."""
    search, found = page.search(words, match_case=True), []
    while (at := search.get_next()) is not None:
        rects = [page.get_rect(i) for i in range(page.count_rects(*at))]
        found.append((min(r[0] for r in rects), max(r[2] for r in rects)))
    return found


def test_who_left_the_district_since_the_preview_takes_nothing_for_it(desk, sign_in):
    desk.allow(sheets=2)
    desk.escalated()
    browser = sign_in("dora")
    page = text(send(browser, f"{HEAD}\n{GOOD}\n"))
    with transaction():
        elsewhere = unit("policlinica-lessa-de-andrade")
        elsewhere.district = "DS V"
        world.person("dora").unit_id = elsewhere.id
    assert take(browser, page).status_code == 404
    fresh()
    assert db.session.scalars(db.select(BookingSheet)).all() == []


def test_a_sheet_comes_in_is_booked_and_goes_back(desk, sign_in):
    desk.allow(sheets=2)
    desk.publish()
    request = desk.escalated()
    browser = sign_in("dora")
    text(browser.get("/bookings/sheets"))
    page = text(send(browser, f"{HEAD}\n{GOOD}\nMaria Souza;01/01/1980;;;;;Dermatologia\n"))
    assert "Importar 1 paciente" in page
    assert "Planilhas de seis pacientes que restam neste mês: 2 de 2" in page
    assert "1 linha fica de fora" in page
    assert "Linha 3" in page
    answer = take(browser, page)
    assert answer.status_code == 302
    sheet_url = answer.location
    assert "Falta marcar 1 paciente." in text(browser.get(sheet_url))
    fresh()
    row = db.session.scalars(db.select(AllowanceMonth)).one()
    assert row.sheets_spent == 1
    data = {"slot": desk.slot(request), "version": request.version}
    assert browser.post(f"/bookings/{request.ref}/book", data=data).status_code == 302
    fresh()
    assert live_booking(request).channel == "sheet"
    back = text(browser.get(f"{sheet_url}/sheet.csv"))
    assert world.SECRET_NAME in back
    assert "Marcada" in back
    assert "Dra. Lia Cordeiro" in back
    assert browser.get(f"{sheet_url}.pdf").mimetype == "application/pdf"
    sheet = db.session.scalars(db.select(BookingSheet)).one()
    assert browser.post(f"{sheet_url}/give-back", data={"version": sheet.version}).status_code == 302
    browser.post(f"{sheet_url}/give-back")
    assert "já foi devolvida" in text(browser.get("/bookings/sheets"))


@pytest.mark.parametrize("zone", ["America/Recife", "America/Noronha", "America/Rio_Branco"])
def test_the_hour_in_the_spreadsheet_is_that_of_the_clocks_where_the_patient_goes(desk, sign_in, zone):
    with transaction():
        unit("policlinica-lessa-de-andrade").zone = zone
        unit("ds-iv").zone = "America/Manaus"
    desk.allow(sheets=2)
    desk.publish(starts=9 * 60 + 30)
    request = desk.escalated()
    browser = sign_in("dora")
    sheet = take(browser, text(send(browser, f"{HEAD}\n{GOOD}\n"))).location
    desk.book(request, by="dora")
    heads, row = csv.reader(io.StringIO(text(browser.get(f"{sheet}/sheet.csv")).lstrip("\ufeff")), delimiter=";")
    assert dict(zip(heads, row, strict=True))["DIA E HORA"].endswith(", 9:30")


def test_the_same_file_twice_is_one_sheet(desk, sign_in):
    desk.escalated()
    browser = sign_in("dora")
    take(browser, text(send(browser, f"{HEAD}\n{GOOD}\n")))
    page = text(send(browser, f"{HEAD}\n{GOOD}\n"))
    assert "já está em outra planilha" in page
    assert "take/" not in page


def test_a_preview_confirmed_twice_leads_to_the_sheet_it_made(desk, sign_in):
    desk.escalated()
    browser = sign_in("dora")
    page = text(send(browser, f"{HEAD}\n{GOOD}\n"))
    url = take(browser, page).location
    again = take(browser, page)
    assert again.location == url
    assert "Você já importou esta planilha:" in text(browser.get(url))
    fresh()
    assert len(db.session.scalars(db.select(BookingSheet)).all()) == 1
    assert "text" not in dict(db.session.scalars(db.select(KeptForm)).one().content)


def test_a_file_that_another_took_meanwhile_names_them(desk, sign_in):
    desk.escalated()
    with transaction():
        other = world.person("rosangela")
        other.role_rows, other.unit = [world.UserRole("support")], world.person("dora").unit
    first, second = sign_in("dora"), sign_in("rosangela")
    pages = [text(send(browser, f"{HEAD}\n{GOOD}\n")) for browser in (first, second)]
    url = take(first, pages[0]).location
    assert take(second, pages[1]).location == url
    assert "Dora Siqueira já importou esta planilha:" in text(second.get(url))


def test_two_presses_at_once_are_one_sheet(desk, sign_in):
    desk.escalated()
    browsers = [sign_in("dora")] * 2
    page, gate = text(send(browsers[0], f"{HEAD}\n{GOOD}\n")), Barrier(2)

    def press(browser):
        gate.wait()
        return take(browser, page)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(press, browsers))
    assert [answer.status_code for answer in answers] == [302, 302]
    assert len({answer.location for answer in answers}) == 1
    fresh()
    assert len(db.session.scalars(db.select(BookingSheet)).all()) == 1


def test_a_preview_that_is_no_more_says_what_to_do(desk, sign_in):
    desk.escalated()
    browser = sign_in("dora")
    page = text(send(browser, f"{HEAD}\n{GOOD}\n"))
    with clock.at(clock.now() + timedelta(days=2)):
        answer = take(sign_in("dora"), page)
        assert answer.location == "/bookings/sheets"
    assert take(sign_in("rosangela"), page).status_code == 403


def test_what_is_overdue_is_listed_as_late(desk, sign_in):
    desk.escalated()
    browser = sign_in("dora")
    take(browser, text(send(browser, f"{HEAD}\n{GOOD}\n")))
    fresh()
    with transaction():
        sheet = db.session.scalars(db.select(BookingSheet)).one()
        assert (sheet.due_on - sheet.received_on).days == 7
        sheet.due_on = clock.now().date() - timedelta(days=3)
    assert "Atrasada" in text(browser.get("/bookings/sheets"))


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_encodings_and_delimiters(desk, sign_in, encoding, delimiter):
    names(desk, "Conceição Araújo")
    lines = [HEAD, "Conceição Araújo;14/03/1979;Mãe;Rua A;Torrões;Recife;Dermatologia"]
    content = "\r\n".join(line.replace(";", delimiter) for line in lines).encode(encoding)
    assert "Importar 1 paciente" in text(send(sign_in("dora"), content))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('=HYPERLINK("http://x");14/03/1979;;;;;Dermatologia', "parece uma fórmula"),
        (f"{world.SECRET_NAME};14/03/1979;+cmd;;;;Dermatologia", "parece uma fórmula"),
        (f"{world.SECRET_NAME};31/02/1979;;;;;Dermatologia", "Linha 2"),
        (f"{world.SECRET_NAME};;;;;;Dermatologia", "vazia"),
        (f"{world.SECRET_NAME};14/03/1979;;;;;Astrologia", "não existe na rede"),
        (f"{world.SECRET_NAME};14/03/1979;;;;;Cardiologia", "Nenhum encaminhamento"),
        (f"{world.SECRET_NAME};14/03/1979;{'x' * 130};;;;Dermatologia", "no máximo 120"),
        (f"{GOOD}\n{GOOD}", "já está na linha 2"),
    ],
)
def test_each_bad_row_is_named(desk, sign_in, row, words):
    desk.escalated()
    page = text(send(sign_in("dora"), f"{HEAD}\n{row}\n"))
    assert words in page
    assert db.session.scalars(db.select(BookingSheet)).all() == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "está vazio"),
        (b"PACIENTE;IDADE\nAna;30\n", "Falta a coluna"),
        (f"{HEAD}\n".encode(), "só tem o cabeçalho"),
        (b"PK\x03\x04xxxx", "pasta de trabalho"),
        (f"{HEAD}\n".encode() + b"Ana;01/01/1980;;;;;Dermatologia\n" * 10_001, "passa de 10000 linhas"),
    ],
)
def test_a_file_that_cannot_be_read(sign_in, content, words):
    assert words in text(send(sign_in("dora"), content), 422)


def test_ten_thousand_rows_are_looked_at(desk, sign_in):
    desk.escalated()
    rows = "".join(f"Ana {n};01/01/1980;;;;;Dermatologia\n" for n in range(9_999))
    page = text(send(sign_in("dora"), f"{HEAD}\n{rows}{GOOD}\n"))
    assert "9.999 linhas ficam de fora" in page
    assert "Importar 1 paciente" in page


def test_more_sheets_than_the_unit_has_need_a_reason(desk, sign_in):
    desk.allow(sheets=0)
    desk.escalated()
    browser = sign_in("dora")
    page = text(take(browser, text(send(browser, f"{HEAD}\n{GOOD}\n"))), 422)
    assert "Planilhas que restam à unidade neste mês: 0. Esta usa 1: diga por que passar da cota." in page
    page = text(take(browser, page, over_why="Mutirão" * 50), 422)
    assert "Mutirão" * 50 in page
    assert db.session.scalars(db.select(BookingSheet)).all() == []
    url = take(browser, page, over_why="Mutirão").location
    assert "Entrou acima da cota de planilhas do mês: Mutirão" in text(browser.get(url))


def test_a_reason_that_was_not_needed_is_not_kept(desk, sign_in):
    desk.allow(sheets=1)
    desk.escalated()
    browser = sign_in("dora")
    url = take(browser, text(send(browser, f"{HEAD}\n{GOOD}\n")), over_why="Mutirão").location
    assert "Mutirão" not in text(browser.get(url))


def test_only_the_district_and_only_its_own(desk, sign_in):
    desk.escalated()
    for key in ("marina", "rosangela", "teresa", "paulo"):
        assert sign_in(key).get("/bookings/sheets").status_code == 403
    browser = sign_in("dora")
    url = take(browser, text(send(browser, f"{HEAD}\n{GOOD}\n"))).location
    fresh()
    with transaction():
        world.person("dora").unit.district = "DS V"
    assert browser.get(url).status_code == 404
    assert db.session.scalars(db.select(Booking)).all() == []


def test_support_of_no_district_is_shown_no_sheet_and_no_unit(desk, sign_in):
    desk.escalated()
    browser = sign_in("dora")
    url = take(browser, text(send(browser, f"{HEAD}\n{GOOD}\n"))).location
    fresh()
    with transaction():
        db.session.execute(db.update(HealthUnit).values(district=""))
    listed = text(browser.get("/bookings/sheets"))
    assert url.rsplit("/", 1)[1] not in listed
    assert "USF Vietnã" not in listed
    assert "Sua conta não tem distrito: peça à gerência." in listed
    assert browser.get(url).status_code == 404


def test_a_row_is_read_as_units_write_it(desk, sign_in):
    desk.escalated()
    page = text(send(sign_in("dora"), f"{HEAD}\n{world.SECRET_NAME};14/3/79;;;;;Dermato\n"))
    assert "de fora" not in page
    assert world.SECRET_NAME in page


def test_the_beginning_of_a_portuguese_name_is_no_other_specialty_in_english(desk, sign_in):
    desk.escalated()
    with transaction():
        other = world.specialty("cardiologia")
        other.name_pt, other.name_en = "Cirurgia dermatológica", "Dermatological surgery"
    page = text(send(sign_in("dora"), f"{HEAD}\n{world.SECRET_NAME};14/03/1979;;;;;Dermato\n"))
    assert "de fora" not in page
    assert "Importar 1 paciente" in page


def test_the_beginning_of_several_specialties_is_none_of_them(desk, sign_in):
    desk.escalated()
    with transaction():
        world.specialty("cardiologia").name_pt = "Dermatopatologia"
    row = f"{HEAD}\n{world.SECRET_NAME};14/03/1979;;;;;"
    assert "não existe na rede" in text(send(sign_in("dora"), f"{row}Dermato\n"))
    assert "não existe na rede" in text(send(sign_in("dora"), f"{row}Der\n"))
