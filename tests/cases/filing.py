"""A request filled in over HTTP, as a browser without scripts does it."""

import re
from datetime import timedelta
from threading import Barrier, Thread

from teleconsult import clock
from teleconsult.cases.actions import windows
from teleconsult.cases.draft_fields import step_of
from teleconsult.cases.models import Case
from teleconsult.extensions import db, transaction
from tests.world import Walk

PATIENT = {
    "specialty": "dermatologia",
    "patient_name": "Severina Conceição Albuquerque",
    "birth_date": "14/03/1979",
    "sex": "female",
    "mother_name": "Josefa Conceição",
    "phone": "(81) 99999-0000",
    "consent_given_by": "patient",
    "consent_how": "spoken",
}
CLINICAL = {
    "complaint": "Manchas claras com perda de sensibilidade",
    "subjective": "Manchas no antebraço há oito meses, sem coceira.",
    "objective": "Seis manchas hipocrômicas.",
    "blood_pressure": "12x8",
    "temperature": "36,5",
    "assessment": "Hanseníase?",
    "problems": ["dormência na mão"],
    "plan": "Cetoconazol sem melhora.",
}
QUESTIONS = {
    "question_1": "É hanseníase?",
    "question_1_kind": "diagnosis",
    "would_refer": "yes",
    "priority": "routine",
}
STEPS = {"patient": PATIENT, "clinical": CLINICAL, "questions": QUESTIONS}


def value_of(page, name):
    """Return what stands in a hidden field of a page."""
    tag = next(tag for tag in re.findall(r"<input[^>]*>", page) if f'name="{name}"' in tag)
    return re.search(r'value="([^"]*)"', tag)[1]


def begin(browser, **given):
    """Begin a request and return its reference."""
    page = browser.get("/cases/new").get_data(as_text=True)
    answer = browser.post("/cases/new", data={"token": value_of(page, "token"), **given})
    assert answer.status_code == 302, answer.get_data(as_text=True)[:3000]
    return answer.location.split("/")[2]


def path(ref, step):
    return f"/cases/{ref}/edit/{step}"


def hidden(browser, ref, step):
    """Return what the page of a step sends back with its fields."""
    page = browser.get(path(ref, step)).get_data(as_text=True)
    return {name: value_of(page, name) for name in ("draft_version", "draft_editor", "draft_marks")}


def fill(browser, ref, step, go="next", **changes):
    """Fill a step in and press a button."""
    data = hidden(browser, ref, step) | STEPS[step] | {"go": go} | changes
    return browser.post(path(ref, step), data=data)


def fill_all(browser, ref, **changes):
    for step in STEPS:
        answer = fill(browser, ref, step, **{name: text for name, text in changes.items() if step_of(name) == step})
        assert answer.status_code == 302, answer.get_data(as_text=True)


def review_of(browser, ref):
    return browser.get(f"/cases/{ref}/edit/review").get_data(as_text=True)


def send(browser, ref):
    page = review_of(browser, ref)
    data = {name: value_of(page, name) for name in ("version", "draft_version")}
    return browser.post(f"/cases/{ref}/submit", data=data)


def sent(browser, **changes):
    """Write and send a whole request; return its reference."""
    ref = begin(browser)
    fill_all(browser, ref, **changes)
    answer = send(browser, ref)
    assert answer.location == f"/cases/{ref}", answer.get_data(as_text=True)
    return ref


def case_of(ref):
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(db.select(Case).where(Case.ref == ref)).one()


def texts_of(ref):
    return case_of(ref).draft.fields


def at_once(browser, posts):
    """Post from as many threads as posts, with one browser's cookies, as close together as can be."""
    gate, answers = Barrier(len(posts)), []
    token = browser.token()

    def press(where, data):
        other = browser.application.test_client()
        for cookie in browser._cookies.values():
            other._cookies[cookie._storage_key] = cookie
        gate.wait()
        answers.append(other.post(where, data=data | {"csrf_token": token}))

    threads = [Thread(target=press, args=post) for post in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def end(ref, verb):
    """End a request that was sent back: by its requester, or by the clock."""
    if verb == "cancel":
        Walk(case_of(ref)).do("cancel", "O paciente foi atendido.", by="marina")
        return
    number = case_of(ref).id
    with clock.at(clock.now() + timedelta(days=31)), transaction():
        windows.end(number)
