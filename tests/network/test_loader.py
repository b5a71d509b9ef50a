"""The network is loaded from the reference files: once, all or nothing, and without touching what was corrected."""

from pathlib import Path

import pytest
from flask_babel import force_locale
from sqlalchemy import func

from teleconsult.audit import AuditEvent
from teleconsult.extensions import db, transaction
from teleconsult.network import prompts
from teleconsult.network.loader import BadData, load
from teleconsult.network.models import HealthUnit, Specialty

REFERENCE = Path(__file__).resolve().parents[2] / "teleconsult" / "demo" / "reference"


@pytest.fixture
def loaded(session):
    with transaction():
        return load(REFERENCE, "DS IV")


def unit(slug: str) -> HealthUnit:
    return db.session.scalars(db.select(HealthUnit).where(HealthUnit.slug == slug)).one()


def specialty(slug: str) -> Specialty:
    return db.session.scalars(db.select(Specialty).where(Specialty.slug == slug)).one()


def test_every_row_is_there_once(loaded, session):
    assert (loaded.units, loaded.specialties, loaded.known) == (19, 69, 7)  # four and three are the test's own
    assert session.scalar(db.select(func.count()).select_from(Specialty)) == 72
    with transaction():
        again = load(REFERENCE, "DS IV")
    assert (again.units, again.specialties) == (0, 0)


def test_what_the_management_corrected_stays(loaded):
    with transaction():
        unit("usf-vila-uniao").name = "USF Vila União Nova"
    with transaction():
        load(REFERENCE, "DS IV")
    assert unit("usf-vila-uniao").name == "USF Vila União Nova"


def test_phones_of_2004_are_historical_and_no_phone_is_current(loaded, session):
    assert unit("usf-vila-uniao").historical_phones == "3453-4574, 3272-2517"
    assert session.scalars(db.select(HealthUnit.phone).distinct()).all() == [""]


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("usf-vila-uniao", "USF Vila União"),
        ("us-06-joaquim-cavalcanti", "US 06 Prof. Joaquim Cavalcanti"),
        ("usf-emocy-krause", "USF Emocy Krause"),
        ("caps-espaco-vida", "Centro de Atenção Psicossocial (Espaço Vida)"),
    ],
)
def test_units_are_called_as_the_network_calls_them(loaded, slug, name):
    assert unit(slug).name == name


def test_cases_are_taken_by_the_specialties_of_the_policlinica_alone(loaded, session):
    takes = set(session.scalars(db.select(Specialty.slug).where(Specialty.teleconsult)))
    assert {"dermatologia", "endocrinologia", "odontologia"} <= takes
    assert not takes & {"nefrologia", "oftalmologia", "endodontia", "farmacia", "medico-generalista", "outros"}


def test_what_the_municipality_lacks_says_so_and_names_where_to_turn(loaded):
    assert specialty("nefrologia").municipal_reference == "0"
    assert "rede do Estado" in specialty("nefrologia").alternative
    assert "credenciadas" in specialty("oftalmologia").alternative
    assert specialty("acupuntura").alternative == ""


def test_services_of_units_are_support_services_here(loaded):
    assert specialty("enfermagem").category == "support_service"


def test_prompts_help_whoever_writes(loaded, session):
    lines = specialty("endocrinologia").prompts.splitlines()
    assert len(lines) == 4
    assert session.scalar(db.select(func.count()).where(Specialty.prompts != "")) >= 12


def test_prompts_are_shown_in_the_readers_language_and_a_managers_as_written(loaded, application):
    kept = specialty("geriatria").prompts + "\nO que a família pergunta"
    with application.test_request_context(), force_locale("en"):
        assert prompts.shown(kept)[2:] == [
            "Falls, memory, mood and sleep",
            "Who cares for them and who they live with",
            "O que a família pergunta",
        ]
    with application.test_request_context(), force_locale("pt_BR"):
        assert prompts.shown(kept) == kept.splitlines()


def test_loading_is_recorded(loaded, session):
    event = session.scalars(db.select(AuditEvent).where(AuditEvent.word == "network.load")).one()
    assert event.data == {"units": loaded.units, "specialties": loaded.specialties}


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (lambda text: text.replace("usf-skylab,,", "usf-skylab,"), "line 11"),
        (lambda text: text.replace(",Skylab,usf,", ",Skylab,castelo,"), "unknown kind 'castelo'"),
        (str, None),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_loaded(session, tmp_path, broken, says):
    for name in ("health_units.csv", "specialties.csv"):
        (tmp_path / name).write_text((REFERENCE / name).read_text(encoding="utf-8"), encoding="utf-8")
    path = tmp_path / "health_units.csv"
    path.write_text(broken(path.read_text(encoding="utf-8")), encoding="utf-8")
    before = session.scalar(db.select(func.count()).select_from(HealthUnit))
    if says is None:
        path.unlink()
        says = "health_units.csv: cannot be read"
    with pytest.raises(BadData, match=says), transaction():
        load(tmp_path, "DS IV")
    assert session.scalar(db.select(func.count()).select_from(HealthUnit)) == before


def folder_with(tmp_path, units=None, specialties=None):
    """Return a folder with the reference files, each changed as bytes."""
    for name, change in (("health_units.csv", units), ("specialties.csv", specialties)):
        content = (REFERENCE / name).read_bytes()
        (tmp_path / name).write_bytes(change(content) if change else content)
    return str(tmp_path)


def only(*rows):
    return lambda content: b"\n".join([content.splitlines()[0], *rows, b""])


VILA = b"usf-vila,,Vila,usf,Rua A,Torre,4.1,,,,0,1,0,"


@pytest.mark.parametrize(
    ("units", "specialties", "says"),
    [
        (lambda _: b"", None, "health_units.csv: the file is empty"),
        (lambda _: b"\xef\xbb\xbf\r\n", None, "health_units.csv: the file is empty"),
        (None, lambda _: b"", "specialties.csv: the file is empty"),
        (only(), None, "health_units.csv: nothing stands under its heading"),
        (None, only(), "specialties.csv: nothing stands under its heading"),
        (lambda text: text.split(b"\n", 1)[1], None, "health_units.csv: its first line must name the columns"),
        (lambda text: text.replace(b",booking_phone,", b",phone_2,"), None, "these are missing: booking_phone"),
        (None, lambda text: text.replace(b"at_lessa_de_andrade", b"here"), "these are missing: at_lessa_de_andrade"),
        (only(VILA, VILA), None, "health_units.csv, line 3: unit_id 'usf-vila' stands on line 2 already"),
        (only(VILA.replace(b"usf-vila", b"usf/vila")), None, "line 2: 'usf/vila' is no identifier"),
        (only(VILA.replace(b"usf-vila", b"")), None, "line 2: '' is no identifier"),
        (only(VILA.replace(b"Vila", b"")), None, "line 2: no short_name"),
        (only(VILA.replace(b"Torre", b"T" * 81)), None, "line 2: neighbourhood has 81 characters, more than 80"),
        (only(VILA.replace(b"Torre", b'"To\nrre"'), VILA), None, "line 4: unit_id 'usf-vila' stands on line 2 already"),
        (only(VILA.replace(b"Torre", b'"Torre')), None, "health_units.csv, line 2: "),
        (only(VILA.replace(b"Torre", b"To\0rre")), None, "health_units.csv: cannot be read (it is no text)"),
        (lambda text: text.decode().encode("latin-1"), None, "health_units.csv: cannot be read, for it is no UTF-8"),
        (None, lambda text: text.replace(b",Alergologia,", b",,"), "specialties.csv, line 2: no name_pt"),
        (None, lambda text: text.replace(b"specialty,1,1,", b"specialty,1,yes,"), "unknown municipal_reference 'yes'"),
    ],
)
def test_an_odd_file_is_refused_in_a_sentence_and_nothing_is_loaded(application, tmp_path, units, specialties, says):
    answer = application.test_cli_runner().invoke(args=["load-network", folder_with(tmp_path, units, specialties)])
    assert answer.exit_code == 1
    assert says in answer.output
    with application.app_context():
        assert db.session.scalar(db.select(func.count()).select_from(HealthUnit)) == 4
        assert db.session.scalar(db.select(func.count()).select_from(Specialty)) == 3


@pytest.mark.parametrize(
    "written",
    [
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda _: only(VILA)(_).replace(b",", b";"),
        only(VILA.replace(b"Rua A", b'"Rua A,\nfundos"')),
    ],
)
def test_a_file_of_a_spreadsheet_program_is_read(application, tmp_path, written):
    answer = application.test_cli_runner().invoke(args=["load-network", folder_with(tmp_path, written)])
    assert answer.exit_code == 0, answer.output
    assert "specialties added" in answer.output


def test_the_command_says_what_it_did(application):
    answer = application.test_cli_runner().invoke(args=["load-network", str(REFERENCE)])
    assert answer.exit_code == 0, answer.output
    assert "19 units and 69 specialties added, 7 were there already" in answer.output


TODAY = (
    b"unit_id;code;short_name;kind;address;neighbourhood;microregion;services;note;phone;cnes;zone\r\n"
    b"ubs-centro;;Centro;usf;Rua A, 1;Centro;;;;(92) 3232-1010;2.345.678;America/Manaus\r\n"
)
TAKES = (
    b"slug;name_pt;name_en;category;teleconsult;municipal_reference;details_pt;note\r\n"
    b"acupuntura;Acupuntura;Acupuncture;specialty;1;;;\r\nhomeopatia;Homeopatia;Homeopathy;specialty;0;;;\r\n"
)


def test_a_network_of_today_says_its_own_telephones_zone_and_what_takes_cases(application, tmp_path):
    folder = folder_with(tmp_path, lambda _: TODAY, lambda _: TAKES)
    answer = application.test_cli_runner().invoke(args=["load-network", folder])
    assert answer.exit_code == 0, answer.output
    with application.app_context():
        centro = unit("ubs-centro")
        assert (centro.phone, centro.historical_phones) == ("(92) 3232-1010", "")
        assert (centro.cnes, centro.zone) == ("2345678", "America/Manaus")
        assert [specialty(slug).teleconsult for slug in ("acupuntura", "homeopatia")] == [True, False]


@pytest.mark.parametrize(
    "written",
    [
        b"slug;name_pt;category;teleconsult;municipal_reference;details_pt;note\r\nacupuntura;Acupuntura;specialty;1;;;\r\n",
        TAKES.replace(b"Acupuncture", b"").replace(b"Homeopathy", b""),
    ],
)
def test_a_network_needs_no_english_names(application, tmp_path, written):
    answer = application.test_cli_runner().invoke(
        args=["load-network", folder_with(tmp_path, lambda _: TODAY, lambda _: written)]
    )
    assert answer.exit_code == 0, answer.output
    with application.app_context():
        assert specialty("acupuntura").name_en == "Acupuntura"


@pytest.mark.parametrize(
    ("units", "says"),
    [
        (TODAY.replace(b"2.345.678", b"2.345"), "line 2: cnes '2.345' has not seven digits"),
        (TODAY.replace(b"America/Manaus", b"Manaus"), "line 2: unknown zone 'Manaus'"),
        (TODAY + TODAY.splitlines()[1].replace(b"ubs-centro;;Centro", b"b;;B") + b"\r\n", "the cnes 2345678 of 'b' is"),
    ],
)
def test_what_a_network_of_today_says_is_checked(application, tmp_path, units, says):
    answer = application.test_cli_runner().invoke(args=["load-network", folder_with(tmp_path, lambda _: units)])
    assert answer.exit_code == 1
    assert says in answer.output
