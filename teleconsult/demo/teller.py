"""Tells the stories of the demonstration through the real actions, each step under the clock of its moment."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from flask import current_app

from teleconsult.attachments import actions as attachments
from teleconsult.attachments.models import Attachment
from teleconsult.attachments.receive import read_body
from teleconsult.cases import actions as cases
from teleconsult.cases import sending
from teleconsult.cases.models import Case
from teleconsult.demo.reader import HERE
from teleconsult.demo.story import SYSTEM, Demo, File, Step
from teleconsult.demo.verbs import VERBS, Told, typed
from teleconsult.network.models import Specialty
from teleconsult.people.models import User
from teleconsult.shifts.calendar import local_day

FILES = HERE / "files"


class Teller:
    """The people and specialties of the stories as rows, and the cases as they come into being."""

    def __init__(self, demo: Demo, now: datetime, people: dict[str, User], specialties: dict[str, Specialty]) -> None:
        self.demo, self.now, self.people, self.specialties = demo, now, people, specialties
        self.cases: dict[str, Case] = {}

    def agenda(self) -> Iterator[tuple[timedelta, Callable[[], None]]]:
        """Yield what happens in the stories, with how long ago; each story in its own order."""
        for story in self.demo.cases.values():
            yield story.begun, partial(self.begin, story.key)
            for step in story.story:
                yield step.ago, partial(self.take, story.key, step)

    def begin(self, key: str) -> None:
        """Begin a draft and type the form into it; its files are sent at once."""
        story = self.demo.cases[key]
        by = self.people[story.filed_by or story.requester]
        case = cases.draft(
            by=by,
            requester=self.people[story.requester],
            linked=self.cases.get(story.earlier),
            fields=typed(story, self.specialties, self.now.date()),
        )
        for file in story.files:
            self._keep(case, file, by)
        self.cases[key] = case

    def take(self, key: str, step: Step) -> None:
        """Take one step of a story."""
        case = self.cases[key]
        by = None if step.who == SYSTEM else self.people[step.who]
        told = Told(self.demo.cases[key], step, case, by, self.people, self.specialties, self.now)
        rows = [self._keep(case, file, told.who) for file in step.files]
        if step.verb == "submit":
            self._submit(told)
        elif rows:
            attachments.send(case, rows, by=told.who, message=step.text if step.verb == "add" else "")
        elif step.verb == "add":
            cases.add(case, step.text, by=told.who)
        if step.verb in VERBS:
            VERBS[step.verb](told)

    def _submit(self, told: Told) -> None:
        case = told.case
        if told.step.changes and case.draft is not None:
            fields = case.draft.fields | told.step.changes
            cases.save_draft(case, fields, version=case.draft.version, by=told.who)
        sending.send(case, version=str(case.draft.version if case.draft else ""), by=told.who)

    def _keep(self, case: Case, file: File, by: User) -> Attachment:
        with (FILES / file.name).open("rb") as stream:
            stored = read_body(stream, current_app.config["MAX_FILE_BYTES"]).keep(file.name)
        taken_on = local_day(self.now - file.taken, case.unit.zone) if file.taken else None
        return attachments.add(case, stored, by=by, kind=file.kind, caption=file.caption, taken_on=taken_on)
