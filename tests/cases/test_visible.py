"""What lists may name, by conditions of their queries, is what `access` opens: for any person, in any network."""

from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, example, given, settings
from sqlalchemy import ColumnElement, or_

from teleconsult import clock
from teleconsult.bookings import actions as visits
from teleconsult.bookings import queries_list
from teleconsult.bookings.models import BookingRequest
from teleconsult.bookings.offered import offers_waiting
from teleconsult.bookings.stepping import request_for
from teleconsult.cases import actions, drafts, outcome, queries_lists, queries_mine, queries_search, visible
from teleconsult.cases.access import Sight, attends, look_at
from teleconsult.cases.authors import WROTE
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.world import own_district
from teleconsult.errors import NotFound
from teleconsult.extensions import db, transaction
from teleconsult.network.models import HealthUnit
from teleconsult.patients.models import Patient
from teleconsult.people.access import Role
from teleconsult.people.models import User, UserRole, UserSpecialty
from teleconsult.shifts import roster
from tests import world
from tests.bookings.conftest import Desk

SLUGS = tuple(row[0] for row in world.UNITS)
WALKS = ("marina", "jonas", "bia", "paulo", "lia", "rosangela", "dora", "teresa")
SEARCHED = "manchas"

LIVES = st.fixed_dictionaries(
    {
        "who": st.sampled_from(WALKS),
        "roles": st.sets(st.sampled_from(sorted(Role))),
        "unit": st.sampled_from([None, *SLUGS]),
        "specialties": st.sets(st.sampled_from(["dermatologia", "neurologia"])),
        "districts": st.fixed_dictionaries({slug: st.sampled_from(["", "DS IV", "DS V"]) for slug in SLUGS}),
        "shares": st.sets(st.sampled_from(SLUGS)),
        "closed": st.sets(st.sampled_from(SLUGS)),
        "off": st.booleans(),
    }
)
"""Who somebody has become since: any role or none, another unit or none, in a network with other districts or none."""


@pytest.fixture
def lives(session):
    """Cases of two units in every state, for others, taken back, handed over; visits booked and offered."""
    desk = Desk()
    desk.allow()
    desk.allow("usf-skylab")
    first, second = desk.escalated(), desk.escalated()
    desk.publish(first=1)
    desk.book(first)
    with transaction(first):
        visits.cancel(first, "Viajou.", by=world.person("rosangela"))
    assert second.state == "offered"
    third = desk.escalated("bia")
    desk.publish(days=8)
    desk.book(third, by="rosangela")
    for state in State:
        world.walk_to(state)
    world.walk_to(State.ANSWERED, consultant="lia")
    world.walk_to(State.CONCLUDED, requester="bia")
    world.walk_to(State.SUBMITTED, requester="bia")
    world.walk_to(State.SUBMITTED).do("hand_over", to=world.person("jonas"), by="rosangela")
    world.walk_to(State.ASSIGNED).do("decline", "Não é comigo.", by="paulo")
    for state in (State.SUBMITTED, State.ASSIGNED):
        world.walk_to(state).do("revoke_consent", by="marina", why="A paciente pediu.")
    begun_for_marina()
    case = begun_for_marina()
    send(case)
    assert case.confirm_by_id == world.person("marina").id
    world.new_case("jonas")
    return [case.ref for case in db.session.scalars(db.select(Case))]


def begun_for_marina() -> Case:
    with transaction():
        return actions.draft(by=world.person("dora"), requester=world.person("marina"))


def send(case: Case) -> None:
    with transaction(case):
        patient = db.session.scalars(db.select(Patient)).first()
        actions.submit(case, world.request(), patient=patient, by=world.person("dora"))


def become(life) -> User:
    """Let a person be, in this session alone, who they are in one life."""
    units = {unit.slug: unit for unit in db.session.scalars(db.select(HealthUnit))}
    for slug, unit in units.items():
        unit.district, unit.shares_cases = life["districts"][slug], slug in life["shares"]
        unit.closed_at = clock.now() if slug in life["closed"] else None
    user = world.person(life["who"])
    user.unit = units[life["unit"]] if life["unit"] else None
    user.role_rows = [UserRole(role) for role in sorted(life["roles"])]
    user.specialty_rows = [UserSpecialty(world.specialty(slug).id) for slug in sorted(life["specialties"])]
    world.specialty().teleconsult = not life["off"]
    db.session.flush()
    db.session.expire_all()
    return user


def sights(user: User, refs: list[str]) -> dict[str, Sight]:
    """Return how much a person sees of each case that opens for them."""
    found = {}
    for ref in refs:
        try:
            found[ref] = look_at(user, ref).sight
        except NotFound:
            continue
    return found


def held(condition: ColumnElement[bool], **given) -> set[str]:
    """Return the cases of which a condition holds."""
    query = db.select(Case.ref).join(HealthUnit, HealthUnit.id == Case.unit_id).where(condition)
    return set(db.session.scalars(query, given))


def plays(user: User) -> set[str]:
    """Return the cases of whose sides a person is, put together from the conditions as a list of everything would."""
    ways = [visible.in_district(), visible.OF_UNIT, WROTE]
    ways += [Case.requester_id == user.id] if user.has(Role.REQUESTER) else []
    consults = or_(Case.holder_id == user.id, Case.escalated_by_id == user.id)
    ways += [consults] if user.has(Role.CONSULTANT) else []
    given = {"district": user.supported_district, "unit_id": visible.shared_unit_of(user), "user_id": user.id}
    return held(db.and_(visible.any_of(*ways), visible.SENT), **given)


def waiting(user: User) -> set[str]:
    given = {"specialties": user.specialty_ids if user.has(Role.CONSULTANT) else []}
    return held(db.and_(*visible.WAITS, visible.SENT), **given)


EACH: dict[str, Callable[[User], set[str]]] = {
    "the drafts": lambda user: {row.ref for row in drafts.drafts_of(user)},
    "what is to be confirmed": lambda user: {row.ref for row in drafts.waiting_to_confirm(user)},
    "what is asked afterwards": lambda user: {row.ref for row in outcome.pending_for(user)},
    "the unit's": lambda user: {row.ref for row in queries_mine.unit_open(user).rows},
    "the unit's of before": lambda user: {row.ref for row in queries_mine.unit_closed(user).rows},
    "the district's": lambda user: {
        row.ref
        for state in State
        if state != State.DRAFT
        for row in queries_lists.district_page(user, queries_lists.District(state), 50).rows
    },
    "what is found": lambda user: {
        row.ref
        for row in queries_search.rows_of(
            [row[0] for row in queries_search.find(queries_search.scope_of(user), SEARCHED).rows], user
        )
    },
}
"""Lists that anybody may ask for: they hold nothing of whoever has not what they ask for."""

OF_ROLE: dict[Role, Callable[[User], set[str]]] = {
    Role.REQUESTER: lambda user: {
        row.ref
        for page in (
            queries_mine.mine_waiting(user, 50),
            queries_mine.mine_going(user, 50),
            *(queries_mine.mine_closed(user, state) for state in (State.CONCLUDED, State.CANCELLED)),
        )
        for row in page.rows
    },
    Role.CONSULTANT: lambda user: {
        row.ref
        for page in (
            queries_lists.waiting_for(user, roster.held_by(user.id), 50),
            *(queries_lists.held_by(user, state, 50) for state in (State.ASSIGNED, State.ANSWERED, State.IN_PERSON)),
            queries_lists.done_by(user),
        )
        for row in page.rows
    },
}
"""Lists of what is one's own in a role: their pages are for who has it."""


def visits_listed(user: User) -> set[str]:
    shown = (queries_list.Asked(show) for show in queries_list.SHOWN)
    listed = {row.ref for asked in shown for row in queries_list.listed(asked, user).rows}
    return listed | {row["url"].rpartition("/")[2] for row in offers_waiting(user) or ()}


def opens(user: User, ref: str) -> bool:
    try:
        return request_for(user, ref) is not None
    except NotFound:
        return False


def life(who, roles, unit, district="DS IV", shares=()):
    """Return one life by hand: those in which a list once named what did not open are always lived."""
    districts = dict.fromkeys(SLUGS, district)
    given = {"who": who, "roles": {*roles}, "unit": unit, "districts": districts, "shares": {*shares}}
    return given | {"specialties": set(), "closed": set(), "off": False}


@example(life=life("marina", ["requester"], "usf-skylab"))
@example(life=life("marina", ["support"], "usf-vietna", district=""))
@example(life=life("marina", ["manager"], "usf-vietna"))
@example(life=life("jonas", ["requester"], "usf-vietna"))
@example(life=life("jonas", ["requester"], "usf-vietna", shares=["usf-vietna"]))
@example(life=life("dora", ["support"], None))
@example(life=life("dora", [], "usf-vietna", shares=SLUGS))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(life=LIVES)
def test_conditions_lists_and_access_agree(application, lives, life):
    with application.test_request_context():
        try:
            user = become(life)
            seen = sights(user, lives)
            full = {ref for ref, sight in seen.items() if sight is Sight.FULL}
            by_ref = {case.ref: case for case in db.session.scalars(db.select(Case))}
            sent = {ref for ref, case in by_ref.items() if case.state != State.DRAFT}
            visited = {ref for ref in sent if attends(by_ref[ref], user)}

            of_district = held(visible.in_district(), district=user.supported_district)
            assert of_district == {ref for ref, case in by_ref.items() if own_district(case, user)}
            assert plays(user) | visited == full & sent
            assert waiting(user) - full == {ref for ref, sight in seen.items() if sight is Sight.WAITING}
            assert (held(visible.SENT) <= seen.keys()) or not life["roles"] & {Role.ADMINISTRATOR, Role.MANAGER}

            for name, listed in EACH.items():
                assert listed(user) <= seen.keys(), name
            for role in life["roles"] & OF_ROLE.keys():
                assert OF_ROLE[role](user) <= seen.keys(), role
            assert [ref for ref in visits_listed(user) if not opens(user, ref)] == []
        finally:
            db.session.rollback()


@pytest.mark.parametrize("district", ["", None])
def test_nobody_supports_the_district_of_no_name(session, district):
    world.new_case()
    db.session.execute(db.update(HealthUnit).values(district=""))
    assert held(visible.in_district(), district=district) == set()
    assert held(visible.in_district(district)) == set()
    assert db.session.scalars(visible.units_of(district)).all() == []
    db.session.rollback()


def test_of_no_way_nothing_holds(session):
    world.new_case()
    assert held(visible.any_of()) == set()
    assert len(held(visible.any_of(Case.state == State.DRAFT, Case.state == State.SUBMITTED))) == 1


def test_every_visit_of_the_desk_is_listed_to_the_desk(session):
    desk = Desk()
    desk.escalated()
    desk.escalated("bia")
    for key, number in (("rosangela", 2), ("dora", 2), ("marina", 1), ("bia", 1), ("paulo", 0), ("teresa", 0)):
        query = db.select(db.func.count()).select_from(BookingRequest).where(queries_list.own(world.person(key)))
        assert db.session.scalar(query) == number, key
