"""Tells the stories of the demonstration through the real actions, each step under the clock of its moment."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import current_app

from teleconsult import clock
from teleconsult.attachments import actions as attachments
from teleconsult.attachments.models import Attachment
from teleconsult.attachments.receive import read_body
from teleconsult.cases import actions as cases
from teleconsult.cases.models import Case
from teleconsult.demo.reader import HERE
from teleconsult.demo.story import SYSTEM, CaseStory, Demo, File, Step
from teleconsult.demo.verbs import VERBS, Told, request_of, typed
from teleconsult.network.models import Specialty
from teleconsult.patients import actions as patients
from teleconsult.people.models import User

FILES = HERE / "files"
Act = Callable[[], object]


class Teller:
    """The people and specialties of the stories as rows, and the cases as they come into being."""

    def __init__(self, demo: Demo, now: datetime, people: dict[str, User], specialties: dict[str, Specialty]) -> None:
        self.demo, self.now, self.people, self.specialties = demo, now, people, specialties
        self.forms = dict(demo.cases)
        self.cases: dict[str, Case] = {}

    def agenda(self) -> Iterator[tuple[timedelta, Act]]:
        """Yield what happens in the stories, with how long ago; each story in its own order."""
        for story in self.demo.cases.values():
            yield story.begun, partial(self.begin, story.key)
            for step in story.story:
                yield step.ago, partial(self.take, story.key, step)

    def begin(self, key: str) -> None:
        """Begin a draft; one that is never sent keeps what was typed."""
        story = self.forms[key]
        requester, linked = self.people[story.requester], self.cases.get(story.earlier)
        by = self.people[story.filed_by or story.requester]
        case = cases.draft(by=by, requester=requester, linked=linked)
        if not story.story:
            fields = typed(story, self.specialties, clock.now().date())
            cases.save_draft(case, fields, version=1, by=by)
        self.cases[key] = case

    def take(self, key: str, step: Step) -> None:
        """Take one step of a story."""
        case = self.cases[key]
        by = None if step.who == SYSTEM else self.people[step.who]
        told = Told(self.forms[key], step, case, by, self.people, self.specialties, self.now)
        if step.verb == "submit":
            self._submit(told)
        elif step.verb == "add" or step.files:
            self._send(told)
        if step.verb in VERBS:
            VERBS[step.verb](told)

    def _submit(self, told: Told) -> None:
        first = told.case.submitted_at is None
        form = told.story if first else _changed(told.story, told.step)
        self.forms[form.key] = form
        files = (*form.files, *told.step.files) if first else told.step.files
        for file in files:
            self._keep(told, file)
        request = request_of(form, self.specialties, clock.now().date())
        patient = patients.admit(request.patient, by=told.who, unit_id=told.case.unit_id)
        cases.submit(told.case, request, patient=patient, by=told.who)

    def _send(self, told: Told) -> None:
        rows = [self._keep(told, file) for file in told.step.files]
        text = told.step.text if told.step.verb == "add" else ""
        if rows:
            attachments.send(told.case, rows, by=told.who, message=text)
        else:
            cases.add(told.case, text, by=told.who)

    def _keep(self, told: Told, file: File) -> Attachment:
        with (FILES / file.name).open("rb") as stream:
            incoming = read_body(stream, current_app.config["MAX_FILE_BYTES"])
        taken_on = (self.now - file.taken).date() if file.taken else None
        return attachments.add(
            told.case,
            incoming,
            name=file.name,
            by=told.who,
            kind=file.kind,
            caption=file.caption,
            taken_on=taken_on,
        )


def _changed(story: CaseStory, step: Step) -> CaseStory:
    """Return the form with what the requester put right before sending it again; the consent given before stands."""
    changes: dict[str, Any] = {name: words.strip() for name, words in (step.changes or {}).items()}
    return replace(story, consent=None, **changes)
