"""Two people live at one computer, with pages left open in tabs: what stood on a page goes out in its owner's name or waits for them."""

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select, update

from teleconsult import clock
from teleconsult.extensions import db, transaction
from teleconsult.people.access import Role
from teleconsult.people.models import KeptForm, Session, User, UserRole
from tests import world
from tests.people.filled import filled

WHO = ("teresa", "dora")
ACTS = st.lists(
    st.tuples(st.sampled_from(("open", "change", "sign out", "come in", "run out", "send", "send")), st.integers(0, 5)),
    min_size=3,
    max_size=10,
)


def sent(number):
    """Return what somebody typed into the page of a new person."""
    return {
        "name": f"Pessoa {number} Que Alguém Cadastrou", "email": f"p{number}@rede.example", "roles": ["manager"],
        "title": "", "language": "pt_BR", "specialties": [],
    }  # fmt: skip


def take_over(application):
    with application.app_context(), transaction():
        world.person("dora").role_rows = [UserRole(Role.MANAGER)]


class Computer:
    """One browser, and the tabs that are open in it: each with whose page it shows, and the token of its form."""

    def __init__(self, application):
        self.application, self.browser = application, application.test_client()
        self.browser.forges = True
        self.here, self.tabs, self.typed = "", [], {}

    def come_in(self, pick):
        fields = filled(self.browser.get("/sign-in"), action="/sign-in")
        self.here = WHO[pick % 2]
        given = fields | {"who": f"{self.here}@rede.example", "password": world.PASSWORD}
        assert self.browser.post("/sign-in", data=given).status_code == 302

    def sign_out(self):
        self.browser.post("/sign-out", data=filled(self.browser.get("/account"), action="/sign-out"))
        self.here = ""

    def run_out(self):
        with self.application.app_context(), transaction():
            db.session.execute(update(Session).values(idle_until=clock.now()))
        self.here = ""

    def open(self):
        token = filled(self.browser.get("/people/new"), action="/sign-out")["csrf_token"]
        self.tabs.append((self.here, token))

    def send(self, pick):
        owner, token = self.tabs[pick % len(self.tabs)]
        form = sent(len(self.typed)) | {"csrf_token": token}
        self.typed[form["email"]] = f"PE-{owner.upper()}"
        assert self.browser.post("/people/new", data=form).status_code in (302, 400, 401)

    def act(self, name, pick):
        """Do a thing; nobody but who comes in does anything where nobody is signed in."""
        if name == "send":
            self.send(pick)
        elif not self.here:
            self.come_in(pick)
        elif name == "open":
            self.open()
        elif name == "run out":
            self.run_out()
        else:
            self.sign_out()
            if name == "change":
                self.come_in(pick)

    def hold(self):
        """Check that everything that was typed was done by whose page it stood on, or waits for them."""
        with self.application.app_context():
            ref_of = {user.id: user.ref for user in db.session.scalars(select(User))}
            new = db.session.execute(select(User.email, User.created_by_id).where(User.email.in_(self.typed)))
            made = {email: ref_of[by_id] for email, by_id in new}
            rows = db.session.execute(select(KeptForm.content, KeptForm.user_id))
            waiting = {dict(content)["email"]: ref_of[user_id] for content, user_id in rows}
        assert not made.keys() & waiting.keys()
        for email, ref in {**made, **waiting}.items():
            assert ref == self.typed[email]
        if self.typed:
            assert list(self.typed)[-1] in {**made, **waiting}, "what was sent just now is nowhere"


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=ACTS)
def test_what_stood_on_a_page_is_its_owners_alone(kept, acts):
    application = kept.refresh()
    take_over(application)
    computer = Computer(application)
    computer.come_in(0)
    computer.open()
    for name, pick in acts:
        computer.act(name, pick)
        if name == "send":
            computer.hold()
