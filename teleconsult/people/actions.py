"""What can be done to an account by those who manage people. The caller holds the transaction.

Nobody changes their own rights, and one manager who can sign in always remains, also when two act at once
(see `managers`). What a person loses (the role of consultant, a specialty, the account) is told upwards by
events; the floors above take their cases back in the same transaction.
"""

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm.attributes import flag_modified

from teleconsult import audit, clock, events, mail
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.people import links, sessions
from teleconsult.people.access import Role
from teleconsult.people.facts import Lost, PersonFacts
from teleconsult.people.managers import count_managers, keep_a_manager, take_the_seat
from teleconsult.people.models import LinkKind, User, UserRole, UserSpecialty
from teleconsult.people.sign_in import stream_of
from teleconsult.web.refs import new_ref

events.declare("person.switched_off", "person.specialties_changed")

OWN_RIGHTS = N_("Ninguém muda os próprios direitos. Peça a outra pessoa da gerência.")

PLAIN = ("title", "name", "email", "cpf", "cns", "council", "council_number", "council_uf", "rqe", "cbo", "language")
"""What is written as it is given."""


def create(facts: PersonFacts, *, by: User | None, invite: bool = True) -> User:
    """Add a person; with `invite` the link for the first password goes to their address.

    Raises:
        Refused: the e-mail or the CPF is somebody's already, or `by` manages no more.
    """
    take_the_seat(by)
    _refuse_taken(facts)
    user = User(ref=new_ref("PE"), created_at=clock.now(), created_by_id=by.id if by else None)
    _write(user, facts)
    user.role_rows = [UserRole(role) for role in sorted(facts.roles)]
    user.specialty_rows = [UserSpecialty(number) for number in sorted(facts.specialty_ids)]
    db.session.add(user)
    db.session.flush()
    if Role.MANAGER in facts.roles:
        count_managers()
    _record("person.create", user, by, roles=sorted(facts.roles))
    if invite:
        links.send(user, LinkKind.INVITATION, by_id=by.id if by else None)
    return user


def change(user: User, facts: PersonFacts, *, by: User) -> bool:
    """Change what is known of a person, their roles and specialties. What stays is not touched.

    Returns:
        Whether the person was invited again: the invitation under way had gone to an address that was put right.

    Raises:
        Refused: one's own rights, the last manager, an e-mail or CPF that is somebody's already, or `by` manages no more.
    """
    take_the_seat(by)
    before = (user.roles, frozenset(user.specialty_ids), user.unit_id)
    after = (facts.roles, facts.specialty_ids, facts.unit_id)
    if user.id == by.id and before != after:
        raise Refused(OWN_RIGHTS)
    _refuse_taken(facts, but=user.id)
    lost, old_email, moved = lost_by(user, facts), user.email, user.email != facts.email
    _write(user, facts)
    if before[:2] != after[:2]:
        # They stand in tables of their own: without this the person keeps their version, a form from before puts them
        # back unseen, and who lines up for the person's time (an agenda, a shift) waits for nobody.
        flag_modified(user, "ref")
    for role in [row for row in user.role_rows if row.role not in facts.roles]:
        user.role_rows.remove(role)
    user.role_rows.extend(UserRole(role) for role in sorted(facts.roles - before[0]))
    for held in [row for row in user.specialty_rows if row.specialty_id not in facts.specialty_ids]:
        user.specialty_rows.remove(held)
    user.specialty_rows.extend(UserSpecialty(number) for number in sorted(facts.specialty_ids - before[1]))
    db.session.flush()
    if Role.MANAGER in before[0] - after[0]:
        keep_a_manager()
    elif Role.MANAGER in after[0] - before[0]:
        count_managers()
    again = moved and links.end_all(user.id) and not user.password_hash
    if moved:  # a link under way went to an address that is no longer theirs
        _follow(user, old_email)
    _record("person.change", user, by, roles=sorted(facts.roles), specialties=sorted(facts.specialty_ids), mail=moved)
    if again:
        links.send(user, LinkKind.INVITATION, by_id=by.id)
    if before[:2] != after[:2]:
        events.emit("person.specialties_changed", person=user, by=by, lost=lost)
    return again


def lost_by(user: User, facts: PersonFacts | None) -> Lost:
    """Return what a person loses when these facts are saved; None: the account is switched off."""
    roles, specialty_ids = user.roles, frozenset(user.specialty_ids)
    if facts is None:
        return Lost(roles, specialty_ids, account=True)
    return Lost(roles - facts.roles, specialty_ids - facts.specialty_ids)


def _follow(user: User, old: str) -> None:
    """Send what has not arrived to the new address, and tell the old one: unless nobody is there, who would never hear of it."""
    refused = mail.has_refused(old)
    links.forget_mails(old)
    mail.follow(old, user.email)
    if not refused:
        mail.put("account_moved", key=f"moved:{user.ref}:{user.version}", to=old, language=user.language)


def switch_off(user: User, *, by: User) -> None:
    """Close an account: every session and link ends, and what waits for the person goes back.

    Raises:
        Refused: one's own account, an account that is off already, the last manager, or `by` manages no more.
    """
    take_the_seat(by)
    if user.id == by.id:
        raise Refused(OWN_RIGHTS)
    if not user.is_active:
        raise Refused(N_("Esta conta já está desligada."))
    user.switched_off_at, user.switched_off_by_id = clock.now(), by.id
    db.session.flush()
    if user.has(Role.MANAGER):
        keep_a_manager()
    sessions.end_all(user.id)
    links.end_all(user.id)
    _record("person.switch_off", user, by)
    events.emit("person.switched_off", person=user, by=by, lost=lost_by(user, None))


def switch_on(user: User, *, by: User) -> None:
    """Open an account again; the password is the one it had, and cases taken back stay where they are.

    Raises:
        Refused: it is not switched off, or `by` manages no more.
    """
    take_the_seat(by)
    if user.is_active:
        raise Refused(N_("Esta conta já está ligada."))
    user.switched_off_at = user.switched_off_by_id = None
    db.session.flush()
    if user.has(Role.MANAGER):
        count_managers()
    _record("person.switch_on", user, by)


def invite_again(user: User, *, by: User) -> None:
    """Send a new invitation to who has not set a password yet; the older one ends.

    Raises:
        Refused: the person has a password (a reset is theirs to ask), is switched off, or `by` manages no more.
    """
    take_the_seat(by)
    if user.password_hash or not user.is_active:
        raise Refused(N_("O convite é só para quem ainda não criou a senha."))
    links.send(user, LinkKind.INVITATION, by_id=by.id)


def _write(user: User, facts: PersonFacts) -> None:
    for name in PLAIN:
        setattr(user, name, getattr(facts, name))
    user.unit_id = facts.unit_id


def _record(word: str, user: User, by: User | None, **data: Any) -> None:
    audit.record(stream_of(user), word, by_id=by.id if by else None, subject=user.ref, **data)


def _refuse_taken(facts: PersonFacts, but: int | None = None) -> None:
    """Say which value is somebody's; the unique keys hold it against who comes at the same moment."""
    if _somebody(User.email == facts.email, but):
        raise Refused(N_("Já existe uma conta com este e-mail."), "email")
    if facts.cpf and _somebody(User.cpf == facts.cpf, but):
        raise Refused(N_("Já existe uma conta com este CPF."), "cpf")


def _somebody(which: ColumnElement[bool], but: int | None) -> bool:
    found = db.session.scalar(select(User.id).where(which))
    return found is not None and found != but
