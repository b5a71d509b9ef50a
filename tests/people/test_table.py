"""A table as spreadsheet programs write it: any usual encoding, delimiter and order of columns. No database."""

import pytest

from teleconsult.errors import Refused
from teleconsult.people.importing import HEADINGS, NEEDED
from teleconsult.people.table import decode, read_table

HEADING = "Nome;E-mail;Papéis;Unidade\n"


def read(text):
    return read_table(text, HEADINGS, NEEDED)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_delimiters(encoding, delimiter, end):
    rows = [
        "Nome;E-mail;Papéis;Unidade",
        "Flávia Conceição;f@rede.example;gerência;",
        "",
        ' "Rui ""Neto"" Sá";r;apoio;x ',
    ]
    rows[3] = rows[3].strip()
    content = end.join(row.replace(";", delimiter) for row in rows).encode(encoding)
    first, second = read(decode(content))
    assert first.cells == {"name": "Flávia Conceição", "email": "f@rede.example", "roles": "gerência", "unit": ""}
    assert (first.number, second.number) == (2, 4)
    assert second.cells["name"] == 'Rui "Neto" Sá'


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850", "a line of each"])
@pytest.mark.parametrize("name", ["Conceição Lima", "João Sá", "José Reis", "Antônio Reis", "Débora Sá"])
def test_accents_that_cannot_be_read_are_not_written_down_as_something_else(encoding, name):
    """The heading has none, so it was read, and people had names like ConceiÃ§Ã£o or JosŽ."""
    row = f"{name};a@rede.example;apoio\n"
    if encoding == "a line of each":
        content = row.encode() + "Rui Sá;r@rede.example;apoio\n".encode("cp1252")
    else:
        content = row.encode(encoding)
    with pytest.raises(Refused, match="não se leem com certeza") as refusal:
        decode(b"Nome;E-mail;Papel\n" + content)
    assert refusal.value.field == "file"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp850", "CONCEIÇÃO LIMA"),
        ("cp850", "MÁRCIA SA"),
        ("cp850", "SIMÕES"),
        ("mac_roman", "JOSÉ REIS"),
        ("mac_roman", "JOÃO"),
        ("utf-8", "JOSÉ REIS"),
        ("utf-8", "JOÃO"),
        ("utf-8", "ANTÔNIO"),
        ("utf-8", "Érica"),
        ("utf-8", "USF Nº 2"),
    ],
)
def test_names_in_capitals_are_as_unsure(encoding, name):
    """Old lists are in capitals, and none of their letters was among those that tell: CONCEI€ÇO and JOSÃ‰ were taken."""
    content = b"Nome;E-mail;Papel\n" + f"{name};a@rede.example;apoio\n".encode(encoding)
    with pytest.raises(Refused, match="não se leem com certeza"):
        decode(content + "Rui S\xe1;r@rede.example;apoio\n".encode("cp1252"))


@pytest.mark.parametrize(
    "name",
    [
        "JOÃO",
        "CONCEIÇÃO",
        "IRMÃ DULCE",
        "IRMÃ “DULCE”",
        "JOãO",
        "ANTôNIO",
        "NICOLÒ",
        "SÃO Nº 2",
        "PEÑA",
        "MÜLLER",
        "D’ÁVILA",
        "R$ 5 / € 1",
    ],
)
def test_capitals_as_windows_writes_them_are_read(name):
    row = f"{name};a@rede.example;apoio\n"
    assert row in decode(f"Nome;E-mail;Papel\n{row}".encode("cp1252"))


@pytest.mark.parametrize(
    "text",
    [
        "“Sant’Ana” – D’Ávila", "CONCEIÇÃO, JOÃO, IRMÃ; MANHÃ\xa0", "3ª USF nº 5 · R$ 3 • item", "Zoë Müller Æsir",
        "ÁÉÍÓÚÂÊÔÃÕÇ áéíóúâêôãõç àü", "Rua 15 • casa 2…", "AÇÃO: £ 5, 3¢ e 10µg",
    ],
)  # fmt: skip
def test_what_people_write_in_windows_is_read_as_it_is(text):
    assert decode(f"Nome;E-mail\n{text};x".encode("cp1252")).endswith(f"{text};x")


def test_headings_in_any_order_case_and_language():
    (line,) = read("ROLE,phone, E-MAIL ,full name\nsupport,81,z@rede.example,Zoe Lins\n")
    assert line.cells == {"roles": "support", "email": "z@rede.example", "name": "Zoe Lins"}


def test_short_and_long_rows():
    short, long = read(HEADING + "Ana Sá;a@rede.example\nRui Sá;r@rede.example;apoio;x;more;more\n")
    assert short.cells == {"name": "Ana Sá", "email": "a@rede.example"}
    assert long.cells["unit"] == "x"
    assert (short.beyond, long.beyond) == ((), ("more", "more"))


def test_what_stands_under_no_heading_is_not_lost_and_empty_cells_are_nothing():
    first, second = read("Nome;E-mail;Papéis;;Ramal;\nAna Sá;a@rede.example;apoio;x;81;\nRui Sá;r@x;apoio;;82;;;\n")
    assert (first.beyond, second.beyond) == (("x",), ())
    with pytest.raises(Refused, match="“x” está depois da última coluna"):
        first.refuse_beyond()
    second.refuse_beyond()


ANA, RUI = "Ana Sá;a@rede.example;apoio;", "Rui Sá;r@rede.example;apoio;"


@pytest.mark.parametrize(
    "rows",
    [
        f'{ANA}"x\n{RUI}y\n',
        f'"{ANA}x\n{RUI}y\n{RUI}"y"\n',
        f'{ANA}"x\n{RUI}"y"\n',
        f'{ANA}"x\n{RUI}y"\n',
        f'{ANA}"x" y\n',
        f'{ANA}"\n{RUI}"\n{RUI}y\n',
    ],
    ids=["never closed", "in the next row but one", "by an opening one", "by one too many", "more after it", "alone"],
)
def test_a_quote_that_swallows_rows_is_named(rows):
    with pytest.raises(Refused, match=r"A linha 3 não pôde ser lida: confira as aspas\."):
        read(f"{HEADING}{RUI}x\n{rows}")


def test_a_broken_quote_in_the_heading():
    with pytest.raises(Refused, match="A linha 1 não pôde"):
        read('Nome;"E-mail;Papéis\nAna Sá;a@rede.example;apoio\n')


def test_a_cell_may_go_over_lines_and_hold_quotes_and_delimiters():
    (line,) = read(HEADING + 'Ana "Nina" Sá;a@rede.example;"apoio;\ngerência";"USF ""Vila"""\n')
    assert line.cells == {
        "name": 'Ana "Nina" Sá',
        "email": "a@rede.example",
        "roles": "apoio;\ngerência",
        "unit": 'USF "Vila"',
    }


def test_cells_over_several_lines_keep_the_count_of_lines():
    lines = read(HEADING + '"Ana\nSá";a@rede.example;apoio;\n\nRui Sá;r@rede.example;apoio;\n')
    assert [line.number for line in lines] == [2, 5]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "está vazio"),
        (b"\n\n\n", "está vazio"),
        (b"\nAna\n", "Falta a coluna “Nome”"),
        ("Nome;Papéis\nAna Sá;gerência\n".encode(), "Falta a coluna “E-mail”"),
        ("Nome;Nome completo;E-mail;Papéis\nA;B;c;d\n".encode(), "A coluna “Nome” está duas vezes."),
        (HEADING.encode(), "só tem o cabeçalho"),
        (HEADING.encode() + b";;;\n\n", "só tem o cabeçalho"),
        (b"PK\x03\x04" + b"x" * 100, "pasta de trabalho"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "pasta de trabalho"),
        (bytes(range(256)) * 4, "não é um texto CSV"),
        ("Nome\x00;E-mail".encode("utf-16"), "não é um texto CSV"),
        (" \r\n".encode("utf-8-sig"), "está vazio"),
        (HEADING.encode() + b'"' + b"x" * 200_000, "não pôde ser lida"),
        (HEADING.encode() + b"Ana Sa;a@rede.example;rei;\n" * 10_001, "passa de 10000 linhas"),
    ],
)
def test_says_why_it_cannot_be_read(content, why):
    with pytest.raises(Refused, match=why) as refusal:
        read(decode(content))
    assert refusal.value.field == "file"


def test_ten_thousand_rows_are_read():
    assert len(read(HEADING + "Ana Sa;a@rede.example;rei;\n" * 10_000)) == 10_000
