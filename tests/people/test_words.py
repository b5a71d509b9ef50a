"""Small pure things: devices in words, own paths, what a person's facts must be."""

import pytest

from teleconsult.people.access import Role
from teleconsult.people.devices import device
from teleconsult.people.facts import Faulty, read_person
from teleconsult.web.paths import own_path

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Chrome · Linux"),
        (CHROME.replace("X11; Linux x86_64", "Windows NT 10.0") + " Edg/140.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140 Mobile Safari/537.36", "Chrome · Android"),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_devices(agent, words):
    assert device(agent) == words


@pytest.mark.parametrize(
    "target",
    ["//x", "/\\x", "\\/x", "https://x", "x", "", None, "/\nx", "/\x00", " /x", "javascript:x", "/a b"],
)
def test_not_own_paths(target):
    assert own_path(target) == "/"


@pytest.mark.parametrize("target", ["/", "/cases/TC-1", "/cases?q=dor&after=x", "/caf%C3%A9"])
def test_own_paths(target):
    assert own_path(target) == target


def test_everything_wrong_is_told_at_once():
    typed = {"name": "", "email": "x", "cpf": "1", "cns": "2", "cbo": "3", "council": "CRM", "language": "tlh"}
    with pytest.raises(Faulty) as faulty:
        read_person(typed, roles=[Role.CONSULTANT])
    fields = {refusal.field for refusal in faulty.value.refusals}
    assert fields == {"name", "email", "cpf", "cns", "cbo", "council_uf", "specialties", "language"}


def test_values_are_stored_in_one_form():
    typed = {
        "name": "  Iara \t Monteiro\x07 ",
        "email": " IARA@Rede.Example ",
        "cpf": "529.982.247-25",
        "cbo": "2251-24",
        "council": "CRM",
        "council_number": "crm-pe 012.345",
        "council_uf": "pe",
    }
    facts = read_person(typed, roles=[Role.CONSULTANT], specialty_ids=[1])
    assert (facts.name, facts.email, facts.cpf, facts.cbo) == (
        "Iara Monteiro",
        "iara@rede.example",
        "52998224725",
        "225124",
    )
    assert (facts.council, facts.council_number, facts.council_uf) == ("CRM", "12345", "PE")
