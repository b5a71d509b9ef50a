"""What a site holds so that every page has something to show: made through the real actions and views."""

from datetime import date, timedelta

from teleconsult import clock
from teleconsult.cases.lifecycle import State
from teleconsult.cases.request import PatientFacts
from teleconsult.extensions import transaction
from teleconsult.patients.actions import NEW, admit
from teleconsult.patients.merging import merge
from teleconsult.patients.queries import patient_for
from teleconsult.people import kept
from teleconsult.routing import queries_replay
from teleconsult.routing.replay_record import Row
from teleconsult.shifts import actions
from tests import world
from tests.attachments import samples
from tests.browser import furnished_bookings
from tests.browser.site import Site
from tests.cases import filing
from tests.shifts import pages_world as rooms

Places = dict[str, tuple[str, ...]]
"""Person → pages that no link leads to: they are reached from a mail, or after something was posted."""


def furnish(site: Site) -> Places:
    """Fill the site and tell which pages to look at besides those that links lead to."""
    refs = {state: site.case_in(state) for state in State}
    with site.application.app_context(), clock.at(clock.now() - timedelta(days=31)):
        long_ago = world.walk_to(State.CONCLUDED).case.ref
    _add_file(site, refs[State.ASSIGNED])
    _add_scan(site, refs[State.IN_PERSON])
    filing.sent(site.signed_in("marina"))
    twin, reviewed = _draft(site), _draft(site, cns="700000010211009")
    one, joined = _merged(site)
    cardiology, offered = _calendar(site)
    missed = _missed(site)
    replayed(site)
    places = {
        "marina": (
            "/cases/confirm",
            f"/cases/{twin}/edit/match",
            f"/cases/{reviewed}/edit/review",
            f"/cases/{refs[State.ANSWERED]}/files",
            f"/cases/{refs[State.CONCLUDED]}/outcome",
            f"/cases/{long_ago}/outcome/30",
            _kept(site),
        ),
        "rosangela": (
            f"/cases/{refs[State.IN_PERSON]}",
            f"/cases/{refs[State.IN_PERSON]}/counter_refer/scan",
            f"/patients/{one}",
            f"/patients/{joined}/unmerge",
            f"/cases/{refs[State.SUBMITTED]}/repoint",
            f"/patients/{one}/merge?with={_admit(site, 'Ana B. da Silva')}",
        ),
        "paulo": (
            f"/cases/{refs[State.ANSWERED]}",
            f"/cases/{refs[State.ASSIGNED]}/answer",
            f"/shifts/{offered}/offer",
        ),
        "teresa": (
            f"/cases/{refs[State.ASSIGNED]}/open",
            f"/shifts/{cardiology}",
            f"/shifts/{missed}",
        ),
    }
    bookings = furnished_bookings.furnish(site)
    return {who: (*places.get(who, ()), *bookings.get(who, ())) for who in {*places, *bookings}}


def _add_file(site: Site, ref: str) -> None:
    browser = site.signed_in("marina")
    answer = browser.post(f"/cases/{ref}/files", data=samples.picture(), headers={"X-File-Name": "dorso.jpg"})
    assert answer.status_code == 201


def _add_scan(site: Site, ref: str) -> None:
    browser = site.signed_in("rosangela")
    answer = browser.post(
        f"/cases/{ref}/counter_refer/scan", data=samples.picture(), headers={"X-File-Name": "folha.jpg"}
    )
    assert answer.status_code == 201


def _draft(site: Site, **changes: str) -> str:
    """Fill a whole draft in; about the patient of the one that was sent, unless a number makes it another one."""
    browser = site.signed_in("marina")
    ref = filing.begin(browser)
    for step in filing.STEPS:
        filing.fill(browser, ref, step, **(changes if step == "patient" else {}))
    return ref


def _admit(site: Site, name: str) -> str:
    with site.application.app_context(), transaction():
        facts = PatientFacts(name=name, birth_date=date(1951, 3, 14))
        return admit(facts, by=world.person("rosangela"), decided=NEW).ref


def _merged(site: Site) -> tuple[str, str]:
    """Join two records of one person and return the one that stayed and the one that went into it."""
    one, other = _admit(site, "Ana Barbosa"), _admit(site, "Ana L. Barbosa")
    with site.application.app_context(), transaction():
        merge(patient_for(one), patient_for(other), reason="Mesma pessoa.", by=world.person("rosangela"))
    return one, other


def _calendar(site: Site) -> tuple[str, str]:
    """Lay some weeks of cardiology, and a shift of dermatology that was cancelled; return the reference of each.

    The other journeys ask who is on duty for dermatology: it keeps no calendar here.
    """
    monday = rooms.next_monday()
    with site.application.app_context():
        rooms.open_room()
        offered = rooms.lay("paulo")
        shift = rooms.shift(offered)
        with transaction():
            actions.cancel_shift(shift, why="Congresso.", by=world.person("teresa"))
        with transaction():
            laid = actions.publish_series(
                room=rooms.room(), user=world.person("helena"), specialty=world.specialty("cardiologia"),
                first_day=monday, starts=rooms.EIGHT, minutes=240, rule="FREQ=WEEKLY;BYDAY=MO,WE",
                until=monday + timedelta(days=27), by=world.person("teresa"),
            )  # fmt: skip
            ref = laid.shifts[0].ref
        with transaction():
            actions.load_holidays(monday.year, by=world.person("teresa"))
        with transaction():
            friday = rooms.at(monday + timedelta(days=4), 0)
            actions.take_leave(
                user=world.person("helena"), kind="leave", from_at=friday, until_at=friday + timedelta(days=1),
                why="", by=world.person("teresa"),
            )  # fmt: skip
    return ref, offered


def _missed(site: Site) -> str:
    """Lay a shift that is over, and of which nobody noted who was there."""
    with site.application.app_context(), clock.at(clock.now() - timedelta(days=14)):
        return rooms.lay("helena")


def replayed(site: Site) -> None:
    """Keep a comparison of ways of distributing, as `flask replay` does."""
    policies = ("ours", "edf", "fcfs", "round-robin", "least-wait", "fewest-late")
    rows = [Row(policy, 400, 12, 40, 2, 7.4, 1.6, 21.4, 13540, 0.186) for policy in policies]
    with site.application.app_context(), transaction():
        queries_replay.keep("simulation", "1 0.85 50", rows, 0, clock.now())


def _kept(site: Site) -> str:
    with site.application.app_context(), transaction():
        content = [("comment", "O que estava escrito quando a sessão terminou.")]
        return f"/kept/{kept.keep(world.person('marina').id, '/account', content)}"
