"""Setting a password: by its owner, by a link, or by somebody else for the first time."""

from sqlalchemy import update

from teleconsult import clock, mail
from teleconsult.errors import N_, Refused
from teleconsult.extensions import changed, db
from teleconsult.people import password_rules, passwords
from teleconsult.people.models import User


def accept(user: User, password: str) -> str:
    """Return the hash of a new password if it may be this person's. Takes time: not inside `transaction()`.

    Raises:
        Refused: it breaks a rule, or is the present or the last one.
    """
    password_rules.check(password, about=(user.name, user.email.partition("@")[0], "teleconsult"))
    for kept in (user.password_hash, user.previous_hash):
        if kept and passwords.is_right(kept, password):
            raise Refused(N_("Use uma senha que não seja a atual nem a anterior."), "password")
    return passwords.hash_password(password)


def write(user: User, hashed: str, *, by_other: bool = False) -> None:
    """Keep a new password; failures are forgotten and a rest ends. Who had one is told by mail that it is another.

    The row's version stays: it guards what managers edit, and a password is not that.
    """
    now = clock.now()
    if user.password_hash:
        key = f"password:{user.ref}:{now.isoformat()}"
        mail.put("account_password", key=key, to=user.email, language=user.language)
    changed(
        update(User)
        .where(User.id == user.id)
        .values(
            previous_hash=User.password_hash,
            password_hash=hashed,
            password_set_at=now,
            must_change_password=by_other,
            failures=0,
            rests_until=None,
        )
    )
    db.session.expire(user)
