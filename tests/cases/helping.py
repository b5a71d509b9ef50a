"""What the tests of the case's screens share: a case full of things that could leak, and readers of a page."""

from datetime import date

from sqlalchemy import event

from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import CaseEvent
from teleconsult.cases.request import Consent, PatientFacts
from teleconsult.extensions import db, transaction
from tests import world

IDENTITY = ("Severina", "Albuquerque", "Josefa", "Torr", "99999-0000", "81999990000", "PRONT-7788", "111.444.777-35")
"""What tells who the patient is: must not stand on a page of whoever may not know it."""

CLINICAL = (
    "oito meses",
    "hipocrômicas",
    "128/82",
    "A30",
    "É hanseníase?",
    "Cetoconazol",
    "Nervo doloroso",
    "Manchas claras",
    "MENSAGEM-SECRETA",
    "BACILOSCOPIA-SECRETA",
    "RESPOSTA-SECRETA",
    "CONDUTA-SECRETA",
)
"""What belongs to the clinical content."""


def leaky_case(requester: str = "marina", consultant: str = "paulo") -> world.Walk:
    """Return a case in the queue that holds everything of IDENTITY, and what of CLINICAL a request can hold."""
    walk = world.new_case(requester, consultant)
    facts = PatientFacts(
        name=world.SECRET_NAME,
        birth_date=date(1979, 3, 14),
        sex="female",
        cpf="11144477735",
        record_number="PRONT-7788",
        mother_name="Josefa Conceição",
        neighbourhood="Torrões",
        phone="81999990000",
    )
    walk.submit(
        patient=facts,
        priority="high",
        priority_reason="Nervo doloroso.",
        consent=Consent("guardian", "spoken", "Josefa Conceição"),
    )
    return walk


def through_everything(walk: world.Walk, state: State) -> world.Walk:
    """Walk a leaky case on to a state, leaving clinical words at every step."""
    walk.do("add", "MENSAGEM-SECRETA", by=walk.requester)
    if state == State.SUBMITTED:
        return walk
    walk.assign()
    walk.do("ask", ["BACILOSCOPIA-SECRETA"], by=walk.consultant, note="Recado sobre oito meses.")
    walk.do("supply", {1: ("RESPOSTA-SECRETA", "")}, by=walk.requester)
    if state == State.ASSIGNED:
        return walk
    verb = "conclude" if state == State.CONCLUDED else "answer"
    walk.do(verb, world.written(walk.case, conduct="CONDUTA-SECRETA"), by=walk.consultant)
    assert walk.case.state == state
    return walk


def share_unit(slug: str = "usf-vietna") -> None:
    """Let the requesters of a unit see each other's cases."""
    with transaction():
        db.session.execute(db.text("UPDATE health_units SET shares_cases = true WHERE slug = :slug"), {"slug": slug})


def text_of(browser, walk, path: str = "", status: int = 200) -> str:
    """Return the page of a case, or of one of its moves."""
    answer = browser.get(f"/cases/{walk.case.ref}{path}")
    assert answer.status_code == status, answer.get_data(as_text=True)[:3000]
    return answer.get_data(as_text=True)


def shown(words, page: str) -> list[str]:
    """Return which of the words stand on a page."""
    return [word for word in words if word in page]


class Counter:
    """Counts the statements that an application sends to its database."""

    def __init__(self, application) -> None:
        with application.app_context():
            self.engine = db.engine
        self.statements: list[str] = []

    def _keep(self, _connection, _cursor, statement, *_rest) -> None:
        self.statements.append(statement)

    def __enter__(self):
        event.listen(self.engine, "before_cursor_execute", self._keep)
        return self

    def __exit__(self, *_error) -> None:
        event.remove(self.engine, "before_cursor_execute", self._keep)

    def __len__(self) -> int:
        return len(self.statements)


def send(browser, walk, verb: str, *, stale: bool = False, **fields):
    """Post the form of a move as its page would: on the version that the page was shown with."""
    case = walk.case
    db.session.rollback()
    version = case.version - 1 if stale else case.version
    data = {"version": str(version), "seen": str(case.steps), **fields}
    return browser.post(f"/cases/{case.ref}/{verb}", data=data)


def now_in(walk) -> str:
    """Return the state in which the database has the case at this moment."""
    db.session.rollback()
    db.session.refresh(walk.case)
    return walk.case.state


def last_event(walk):
    """Return what happened to a case last."""
    db.session.rollback()
    return db.session.scalars(
        db.select(CaseEvent).where(CaseEvent.case_id == walk.case.id).order_by(CaseEvent.number.desc())
    ).first()


def told(browser, answer) -> str:
    """Return the next page that a browser opens after a move: it says what happened."""
    assert answer.status_code == 302, answer.get_data(as_text=True)[:3000]
    return browser.get("/account").get_data(as_text=True)
