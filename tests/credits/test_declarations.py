"""Declarations: what they state, their code on the public page, succession, revocation, and the paper itself."""

import io
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import page as conformance
import pdfua
import pikepdf
import pypdfium2
import pytest
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from teleconsult import clock
from teleconsult.credits import correcting, declaring, paper
from teleconsult.credits.models_activities import CreditDeclaration
from teleconsult.errors import Unclean
from teleconsult.extensions import db, transaction
from teleconsult.outbox import OutboxMessage
from teleconsult.web.refs import ALPHABET
from tests import world
from tests.credits import certificates
from tests.credits.acts import answered, at, attended, entries

NOW = at("2026-12-05T10:00")
PERIOD = {"audience": "consultant", "from_on": "2026-11-01", "until_on": "2026-11-30", "language": "pt_BR"}


@pytest.fixture(autouse=True)
def in_december():
    with clock.at(NOW):
        yield


@pytest.fixture
def november(session):
    attended("2026-11-17T08:00", "2026-11-17T12:00")
    answered(at("2026-11-18T19:00"))
    answered(at("2026-11-19T19:00"))
    db.session.rollback()


def issue(browser, **changes):
    return browser.post("/hours/declarations", data=PERIOD | changes)


def newest():
    db.session.rollback()
    return db.session.scalars(db.select(CreditDeclaration).order_by(CreditDeclaration.id.desc())).first()


def verified(client, code):
    return client.get(f"/d/{declaring.shown(code)}").get_data(as_text=True)


def text_of(pdf):
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def test_a_stranger_verifies_a_declaration_by_its_code(november, sign_in, client):
    made = issue(sign_in("paulo"))
    assert made.status_code == 302
    found = newest()
    page = verified(client, found.code)
    assert "Declaração válida" in page
    assert "Dr. Paulo Nogueira" in page
    assert "4 h 36 min" in page
    assert not re.search(r"Dermatologia|\bTC-|[Hh]ansen", page)
    assert found.sha256 in page
    assert client.get(f"/d?code={declaring.shown(found.code).lower()}").location.endswith(declaring.shown(found.code))
    assert "Conferir uma declaração" in client.get("/d").get_data(as_text=True)


def test_a_code_with_one_letter_changed_is_nobodys(november, sign_in, client):
    issue(sign_in("paulo"))
    code = newest().code
    for place in range(len(code)):
        other = ALPHABET[(ALPHABET.index(code[place]) + 7) % 32]
        answer = client.get(f"/d/{code[:place]}{other}{code[place + 1 :]}")
        assert answer.status_code == 404
        assert "Confira letra por letra" in answer.get_data(as_text=True)
    for odd in ("x", "%00", "a" * 500, "..", "'--"):
        assert client.get(f"/d/{odd}").status_code == 404


def test_a_code_is_read_as_people_write_it():
    code = declaring.new_code()
    assert re.fullmatch(f"[{ALPHABET}]{{16}}", code)
    assert declaring.read_code(declaring.shown(code).lower().replace("-", " ")) == code
    assert declaring.read_code("OIL1") == "0111"
    assert declaring.read_code(f" https://rede.example/d/{declaring.shown(code)}/ ") == code
    assert len({declaring.new_code() for _ in range(1000)}) == 1000


def test_guessing_is_limited(november, application, client, monkeypatch):
    monkeypatch.setitem(application.config, "RATE_LIMITS", True)
    answers = [client.get(f"/d/AAAABBBBCCCC{i:04}").status_code for i in range(32)]
    assert answers[:30] == [404] * 30
    assert answers[30:] == [429, 429]


def test_the_same_declaration_is_not_issued_twice(november, sign_in):
    browser = sign_in("paulo")
    assert issue(browser).location == issue(browser).location


def test_one_reissued_after_a_correction_points_to_its_successor(november, sign_in, client):
    browser = sign_in("paulo")
    issue(browser)
    first, entry = newest(), entries()[1]
    with transaction():
        correcting.correct(entry, 0, why="Repetido.", by=world.person("teresa"))
    issue(browser)
    second = newest()
    assert (first.minutes, second.minutes) == (276, 258)
    page = verified(client, first.code)
    assert "Declaração substituída" in page
    assert declaring.shown(second.code) in page
    assert "Declaração válida" in verified(client, second.code)


def test_a_revoked_declaration_says_so_and_keeps_the_reason_to_itself(november, sign_in, client):
    issue(sign_in("paulo"))
    found, manager = newest(), sign_in("teresa")
    here = f"/credits/declarations/{found.ref}"
    assert manager.post(here, data={"version": "1", "why": " "}).status_code == 422
    assert manager.post(here, data={"version": "1", "why": "Emitida por engano."}).status_code == 302
    page = verified(client, found.code)
    assert "Declaração revogada" in page
    assert "engano" not in page
    assert "engano" in manager.get(here).get_data(as_text=True)
    assert "Revogada" in manager.get("/credits/declarations").get_data(as_text=True)
    assert issue(sign_in("paulo")).status_code == 302
    assert newest().id != found.id


def test_who_handed_a_declaration_in_is_told_that_it_was_revoked_and_why(november, sign_in):
    issue(sign_in("paulo"))
    found = newest()
    sign_in("teresa").post(f"/credits/declarations/{found.ref}", data={"version": "1", "why": "Período errado."})
    browser = sign_in("paulo")
    page = browser.get("/notices").get_data(as_text=True)
    assert "Teresa Farias revogou uma declaração de horas sua" in page
    page = browser.get(f"/notices/{found.ref}", follow_redirects=True).get_data(as_text=True)
    assert "Revogada" in page
    assert "Período errado." in page
    db.session.rollback()
    told = db.session.scalars(db.select(OutboxMessage).where(OutboxMessage.key.like("credits.revoke:%"))).all()
    assert [(row.address, row.payload["template"]) for row in told] == [("paulo@rede.example", "credits_revoke")]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"from_on": "2026-11-30", "until_on": "2026-11-01"}, "antes do começo"),
        ({"until_on": "2026-12-31"}, "no futuro"),
        ({"from_on": "2025-01-01", "until_on": "2025-12-31"}, "Não há horas suas"),
        ({"from_on": "31/02/2026"}, "não existe"),
        ({"audience": "requester"}, "Escolha uma das opções"),
    ],
)
def test_what_cannot_be_declared_says_why(november, sign_in, changes, words):
    answer = issue(sign_in("paulo"), **changes)
    assert answer.status_code == 422
    assert re.search(words, answer.get_data(as_text=True))
    assert newest() is None


def test_a_declaration_is_its_persons_alone(november, sign_in):
    here = issue(sign_in("paulo")).location
    for who in ("lia", "marina"):
        assert sign_in(who).get(here).status_code == 404
        assert sign_in(who).get(f"{here}.pdf").status_code == 404
    manager = sign_in("teresa")
    assert f"/credits/declarations/{newest().ref}.pdf" in manager.get(f"/credits/declarations/{newest().ref}").text
    assert manager.get(f"/credits/declarations/{newest().ref}.pdf").mimetype == "application/pdf"


def test_the_paper_says_it_in_portuguese_and_english(november, sign_in):
    browser = sign_in("paulo")
    for language, words in (
        (
            "pt_BR",
            ("Declaração de consultor", "1 de novembro de 2026", "Dermatologia", "CRM-PE 90012", "Sem assinatura"),
        ),
        (
            "en",
            (
                "Declaration of consultant",
                "1 November 2026|November 1, 2026",
                "Dermatology",
                "CRM-PE 90012",
                "No digital",
            ),
        ),
    ):
        here = issue(browser, language=language).location
        pdf = browser.get(f"{here}.pdf").get_data()
        said = " ".join(text_of(pdf).split())
        for word in (*words, declaring.shown(newest().code), "4 h 36"):
            assert re.search(word, said), (word, said)


def test_requesters_get_theirs_for_education(session, sign_in):
    given = {
        "kind": "education", "title": "Pele", "day": "2026-11-24", "time": "14:00", "minutes": "90",
        "giver": "", "people": "marina@rede.example",
    }  # fmt: skip
    manager = sign_in("teresa")
    manager.post(manager.post("/credits/activities/new", data=given).location, data={"version": "1"})
    browser = sign_in("marina")
    here = issue(browser, audience="requester").location
    said = text_of(browser.get(f"{here}.pdf").get_data())
    assert "educação permanente" in said
    assert "1 h 30 min" in said


# --- the paper itself, held by tools that are not ours: it is made after the database was read, and kept as it is ---

paper_alone = pytest.mark.only_sqlite


def declared(browser):
    return browser.get(f"{issue(browser).location}.pdf").get_data()


@paper_alone
@pytest.mark.parametrize("signed", [False, True])
def test_checkers_that_are_not_ours_find_nothing(november, sign_in, request, tmp_path, signed):
    """A signature adds a field to the paper, which has to be of the same standards as the rest of it."""
    if signed:
        request.getfixturevalue("signing")
    browser = sign_in("paulo")
    papers = [browser.get(f"{issue(browser, language=word).location}.pdf").get_data() for word in ("pt_BR", "en")]
    for number, content in enumerate([*papers, browser.get("/hours/2026-11/statement.pdf").get_data()]):
        for profile in ("2a", "ua1"):
            assert not [f"{one.rule_id}: {one.message}" for one in judged(content, profile)]
        (tmp_path / f"{number}.pdf").write_bytes(content)
        assert not pdfua.validate(str(tmp_path / f"{number}.pdf")).findings
    assert (b"/ByteRange" in papers[0]) == signed


def judged(content, profile):
    return conformance.validate_pdf_bytes(content, profile=profile).failures


@paper_alone
def test_the_checker_finds_what_is_wrong(november, sign_in):
    whole = declared(sign_in("paulo"))
    for profile, part in (("2a", "/MarkInfo"), ("2a", "/Metadata"), ("ua1", "/Lang")):
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(whole)) as pdf:
            del pdf.Root[part]
            pdf.save(out)
        assert judged(out.getvalue(), profile)


@paper_alone
def test_what_people_wrote_is_never_template_text(november, sign_in, session):
    with transaction():
        world.person("paulo").name = '#read("/etc/passwd") $x$ *b* @a \\ <l>'
    assert '#read("/etc/passwd") $x$ *b* @a \\ <l>' in " ".join(text_of(declared(sign_in("paulo"))).split())


@paper_alone
def test_the_paper_claims_and_carries_pdf_a_and_pdf_ua(november, sign_in):
    with pikepdf.open(io.BytesIO(declared(sign_in("paulo")))) as pdf:
        meta = pdf.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("2", "A", "1")
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "pt-BR"
        assert meta["dc:title"] == "Declaração de consultor"


@pytest.fixture
def signing(application, tmp_path, monkeypatch):
    file, authority = certificates.make(tmp_path)
    monkeypatch.setitem(application.config, "SIGN_CERTIFICATE", str(file))
    monkeypatch.setitem(application.config, "SIGN_PASSWORD", certificates.PASSWORD)
    return authority


@paper_alone
def test_the_signature_is_whole_and_one_changed_byte_breaks_it(november, sign_in, signing):
    pdf = declared(sign_in("paulo"))
    trust = ValidationContext(trust_roots=[load_cert_from_pemder(str(signing))], moment=clock.now())

    def status(content):
        # In a thread of its own: a browser's test before leaves a running loop in this one, and pyHanko wants none.
        found = PdfFileReader(io.BytesIO(content)).embedded_signatures[0]
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(validate_pdf_signature, found, trust).result()

    good = status(pdf)
    assert good.bottom_line
    assert good.coverage.name == "ENTIRE_FILE"
    assert not status(pdf.replace(b"/Lang", b"/Lanh", 1)).intact
    assert "REDE DE TESTES" in text_of(pdf)
    assert "REDE DE TESTES" in newest().signed_by


@paper_alone
def test_openssl_finds_the_signature_good(november, sign_in, signing, tmp_path):
    """The bytes that are signed, and the signature, taken out by hand and given to a program that is not ours."""
    program = shutil.which("openssl")
    if program is None:
        pytest.fail("openssl is missing: apt-get install openssl")
    pdf = declared(sign_in("paulo"))
    spans = [int(n) for n in re.search(rb"/ByteRange\s*\[\s*(\d+) (\d+) (\d+) (\d+)\s*\]", pdf).groups()]
    signature = bytes.fromhex(pdf[spans[1] + 1 : spans[2] - 1].decode())
    (tmp_path / "content").write_bytes(pdf[: spans[1]] + pdf[spans[2] : spans[2] + spans[3]])
    (tmp_path / "signature").write_bytes(signature)
    asked = [
        "cms", "-verify", "-inform", "DER", "-in", tmp_path / "signature", "-content", tmp_path / "content", "-binary",
        "-CAfile", signing, "-purpose", "any", "-cades", "-out", tmp_path / "out",
    ]  # fmt: skip
    done = subprocess.run([program, *map(str, asked)], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    (tmp_path / "content").write_bytes(pdf[: spans[1]] + pdf[spans[2] : spans[2] + spans[3]].replace(b"obj", b"obk", 1))
    assert subprocess.run([program, *map(str, asked)], capture_output=True, check=False).returncode != 0


def test_a_certificate_that_cannot_be_opened_stops_the_paper(november, application, monkeypatch, tmp_path):
    monkeypatch.setitem(application.config, "SIGN_CERTIFICATE", str(tmp_path / "none.p12"))
    with application.app_context(), pytest.raises(Unclean):
        paper.signer_name()
