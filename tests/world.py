"""The same few people and units in every test, and cases walked to a state through the real actions."""

from dataclasses import dataclass
from datetime import date

from flask import current_app

from teleconsult import clock
from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.request import Consent, PatientFacts, Problem, Request
from teleconsult.extensions import db, transaction
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.patients.models import Patient
from teleconsult.people.models import User, UserRole, UserSpecialty
from teleconsult.people.passwords import hash_password
from teleconsult.shifts.calendar import local_day
from teleconsult.web.refs import new_ref

PASSWORD = "cajueiro-em-flor-27"
SECRET_NAME = "Severina Conceição Albuquerque"
"""A patient's name that must never show where names are not shown."""

BORN = date(1979, 3, 14)

UNITS = (
    ("usf-vietna", "USF Vietnã", "usf"),
    ("usf-skylab", "USF Skylab", "usf"),
    ("policlinica-lessa-de-andrade", "Policlínica Lessa de Andrade", "uer"),
    ("ds-iv", "Distrito Sanitário IV", "sede_distrito"),
)
SPECIALTIES = (
    ("dermatologia", "Dermatologia", "Dermatology"),
    ("cardiologia", "Cardiologia", "Cardiology"),
    ("neurologia", "Neurologia", "Neurology"),
)
PEOPLE = (
    # key, form of address, name, roles, unit, specialties
    ("marina", "Dra.", "Marina Alves", ("requester",), "usf-vietna", ()),
    ("jonas", "Dr.", "Jonas Tenório", ("requester",), "usf-vietna", ()),
    ("bia", "Enf.", "Beatriz Lemos", ("requester",), "usf-skylab", ()),
    ("paulo", "Dr.", "Paulo Nogueira", ("consultant",), "policlinica-lessa-de-andrade", ("dermatologia",)),
    ("lia", "Dra.", "Lia Cordeiro", ("consultant",), "policlinica-lessa-de-andrade", ("dermatologia", "neurologia")),
    ("helena", "Dra.", "Helena Duarte", ("consultant",), "policlinica-lessa-de-andrade", ("cardiologia",)),
    ("rosangela", "", "Rosângela Lima", ("administrator",), "policlinica-lessa-de-andrade", ()),
    ("dora", "", "Dora Siqueira", ("support",), "ds-iv", ()),
    ("teresa", "", "Teresa Farias", ("manager",), "ds-iv", ()),
)


def populate() -> None:
    """Write the network and its people into an empty, migrated database."""
    with transaction():
        units = {
            slug: HealthUnit(slug=slug, name=name, kind=kind, district="DS IV", search_key=name.lower())
            for slug, name, kind in UNITS
        }
        specialties = {
            slug: Specialty(slug=slug, name_pt=pt, name_en=en, category="specialty", teleconsult=True)
            for slug, pt, en in SPECIALTIES
        }
        db.session.add_all([*units.values(), *specialties.values()])
        db.session.flush()
        for key, title, name, roles, unit, holds in PEOPLE:
            db.session.add(_person(key, title, name, roles, units[unit], [specialties[s].id for s in holds]))
        db.session.execute(db.text("UPDATE manager_seat SET active_managers = 1"))


def _person(key, title, name, roles, unit, specialty_ids) -> User:
    user = User(
        ref=f"PE-{key.upper()[:8]}",
        email=f"{key}@rede.example",
        title=title,
        name=name,
        unit=unit,
        council="CRM" if title.startswith("Dr") else None,
        council_number="90012" if title.startswith("Dr") else None,
        council_uf="PE" if title.startswith("Dr") else None,
        password_hash=hash_password(PASSWORD),
        password_set_at=clock.now(),
        terms_version=current_app.config["TERMS_VERSION"],
        terms_accepted_at=clock.now(),
        created_at=clock.now(),
    )
    user.role_rows = [UserRole(role) for role in roles]
    user.specialty_rows = [UserSpecialty(specialty_id) for specialty_id in specialty_ids]
    return user


def person(key: str) -> User:
    """Return one of the people by their key, in the present session."""
    return db.session.scalars(db.select(User).where(User.email == f"{key}@rede.example")).one()


def specialty(slug: str = "dermatologia") -> Specialty:
    """Return a specialty by its slug, in the present session."""
    return db.session.scalars(db.select(Specialty).where(Specialty.slug == slug)).one()


def years() -> int:
    """Return the age of the patient of `request` today, as the pages of Recife say it."""
    today = local_day(clock.now(), "America/Recife")
    return today.year - BORN.year - ((today.month, today.day) < (BORN.month, BORN.day))


def request(slug: str = "dermatologia", **changes) -> Request:
    """Return a complete request, with changes."""
    given = {
        "patient": PatientFacts(
            name=SECRET_NAME,
            birth_date=BORN,
            sex="female",
            mother_name="Josefa Conceição",
            neighbourhood="Torrões",
            phone="81999990000",
        ),
        "specialty_id": specialty(slug).id,
        "questions": (("diagnosis", "É hanseníase?"), ("treatment", "Posso tratar na unidade?")),
        "complaint": "Manchas claras com perda de sensibilidade",
        "subjective": "Manchas no antebraço há oito meses, sem coceira.",
        "objective": "Seis manchas hipocrômicas.",
        "vitals": {"blood_pressure": "128/82"},
        "assessment": "Hanseníase?",
        "plan": "Cetoconazol sem melhora.",
        "problems": (Problem("Hanseníase", "cid10", "A30"),),
        "would_refer": "yes",
        "would_refer_specialty_id": specialty(slug).id,
        "consent": Consent("patient", "spoken"),
    }
    return Request(**(given | changes))


def written(case: Case, **changes) -> actions.Written:
    """Return a complete opinion on what the case still asks."""
    given = {
        "answers": {question.number: "Sim." for question in actions.open_questions(case)},
        "conduct": "Tratar na unidade por doze meses.",
        "red_flags": "Dor em nervo ou perda de força.",
        "reasoning": "Lesões com perda de sensibilidade.",
        "diagnoses": (Problem("Hanseníase", "cid10", "A30"),),
    }
    return actions.Written(**(given | changes))


@dataclass
class Walk:
    """One case and the people around it, moved by the real verbs, each in its own transaction."""

    case: Case
    requester: str = "marina"
    consultant: str = "paulo"

    def do(self, verb, *args, by: str | None, **kwargs):
        with transaction(self.case, self.case.version):
            return getattr(actions, verb)(self.case, *args, by=person(by) if by else None, **kwargs)

    def submit(self, **changes):
        with transaction(self.case, self.case.version):
            patient = self.case.patient or _patient()
            actions.submit(self.case, request(**changes), patient=patient, by=person(self.requester))

    def assign(self):
        self.do("assign", to=person(self.consultant), why="Em turno.", by="rosangela")

    def answer(self):
        self.do("answer", written(self.case), by=self.consultant)

    def conclude(self):
        self.do("conclude", written(self.case), by=self.consultant)

    def escalate(self):
        self.do(
            "escalate",
            to=specialty(),
            priority="high",
            justification="Precisa de biópsia.",
            bring="Documento e exames.",
            by=self.consultant,
        )


def _patient() -> Patient:
    patient = Patient(ref=new_ref("PA"), name=SECRET_NAME, created_at=clock.now())
    db.session.add(patient)
    db.session.flush()
    return patient


def new_case(requester: str = "marina", consultant: str = "paulo") -> Walk:
    """Begin a draft."""
    with transaction():
        case = actions.draft(by=person(requester))
    return Walk(case, requester, consultant)


def walk_to(state: State, requester: str = "marina", consultant: str = "paulo") -> Walk:
    """Walk a new case to a state through the real verbs."""
    walk = new_case(requester, consultant)
    for step in _ROADS[state]:
        step(walk)
    assert walk.case.state == state
    return walk


def _ask(walk: Walk) -> None:
    walk.do("ask", ["Baciloscopia", "Foto de longe"], by=walk.consultant)


def _return(walk: Walk) -> None:
    walk.do("return_", {"objective": "Faltou o teste de sensibilidade."}, by="rosangela")


def _cancel(walk: Walk) -> None:
    walk.do("cancel", "O paciente foi atendido em outro lugar.", by=walk.requester)


_SENT = (Walk.submit,)
_HELD = (*_SENT, Walk.assign)
_ROADS = {
    State.DRAFT: (),
    State.SUBMITTED: _SENT,
    State.RETURNED: (*_SENT, _return),
    State.ASSIGNED: _HELD,
    State.AWAITING_INFORMATION: (*_HELD, _ask),
    State.ANSWERED: (*_HELD, Walk.answer),
    State.IN_PERSON: (*_HELD, Walk.escalate),
    State.CONCLUDED: (*_HELD, Walk.conclude),
    State.CANCELLED: (*_SENT, _cancel),
}
