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
from tests import world
from tests.attachments import samples
from tests.browser.site import Site
from tests.cases import filing

Places = dict[str, tuple[str, ...]]
"""Person → pages that no link leads to: they are reached from a mail, or after something was posted."""


def furnish(site: Site) -> Places:
    """Fill the site and tell which pages to look at besides those that links lead to."""
    refs = {state: site.case_in(state) for state in State}
    with site.application.app_context(), clock.at(clock.now() - timedelta(days=31)):
        long_ago = world.walk_to(State.CONCLUDED).case.ref
    _add_file(site, refs[State.ASSIGNED])
    filing.sent(site.signed_in("marina"))
    twin, reviewed = _draft(site), _draft(site, cns="700000010211009")
    one, joined = _merged(site)
    return {
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
            f"/patients/{one}",
            f"/patients/{joined}/unmerge",
            f"/patients/{one}/merge?with={_admit(site, 'Ana B. da Silva')}",
        ),
        "paulo": (f"/cases/{refs[State.ANSWERED]}", f"/cases/{refs[State.ASSIGNED]}/answer"),
        "teresa": (f"/cases/{refs[State.ASSIGNED]}/open",),
    }


def _add_file(site: Site, ref: str) -> None:
    browser = site.signed_in("marina")
    answer = browser.post(f"/cases/{ref}/files?name=dorso.jpg", data=samples.picture(), content_type="image/jpeg")
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


def _kept(site: Site) -> str:
    with site.application.app_context(), transaction():
        content = [("comment", "O que estava escrito quando a sessão terminou.")]
        return f"/kept/{kept.keep(world.person('marina').id, '/account', content)}"
