"""What a person does to their own account."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import current_app
from sqlalchemy import update

from teleconsult import audit, clock
from teleconsult.errors import N_, NotFound, Refused
from teleconsult.extensions import changed, db, transaction, upsert
from teleconsult.people import credentials, kept, links, passwords, sessions
from teleconsult.people.models import TermsAcceptance, User
from teleconsult.people.sign_in import stream_of


def change_password(user: User, present: str, password: str) -> None:
    """Change one's own password; every other session and every open link ends. Commits by itself.

    Raises:
        Refused: the present password is another, or the new one breaks a rule.
    """
    kept_hash, session_id = user.password_hash, sessions.own_row().id
    if len(present) > passwords.LONGEST or not passwords.is_right(kept_hash, present):
        with transaction():
            audit.record(stream_of(user), "person.change_password_failed", by_id=user.id, subject=user.ref)
        raise Refused(N_("A senha atual não confere."), "password_now")
    hashed = credentials.accept(user, password)
    with transaction():
        if user.password_hash != kept_hash:
            raise Refused(N_("A senha foi trocada agora há pouco em outro aparelho."))
        credentials.write(user, hashed)
        sessions.end_all(user.id, but=session_id)
        links.end_all(user.id)
        audit.record(stream_of(user), "person.change_password", by_id=user.id, subject=user.ref)


def end_session(user: User, mark: str) -> None:
    """End one of one's own sessions.

    Raises:
        NotFound: it is not one of theirs, or has ended.
    """
    if not sessions.end_marked(mark, user.id):
        raise NotFound
    audit.record(stream_of(user), "person.end_session", by_id=user.id, subject=user.ref)


def sign_out_everywhere(user: User) -> None:
    """End every session of one's own."""
    ended = sessions.end_all(user.id)
    kept.discard_all(user.id)
    audit.record(stream_of(user), "person.sign_out_everywhere", by_id=user.id, subject=user.ref, sessions=ended)


def choose_language(language: str, *, by: User) -> None:
    """Have the pages and mails of a person in a language from now on; no version of theirs moves."""
    changed(update(User).where(User.id == by.id).values(language=language))


def has_accepted(user: User) -> bool:
    """Tell whether the person accepted the present version of the terms."""
    return user.terms_version == str(current_app.config["TERMS_VERSION"])


def accept_terms(user: User) -> None:
    """Write down that the person accepts the present version; twice is once."""
    version, now = current_app.config["TERMS_VERSION"], clock.now()
    row = {"user_id": user.id, "terms_version": version, "accepted_at": now, "text_hash": _text_hash(user.language)}
    if changed(upsert(TermsAcceptance).values(**row).on_conflict_do_nothing()):
        audit.record(stream_of(user), "person.accept_terms", by_id=user.id, subject=user.ref, version=version)
    changed(update(User).where(User.id == user.id).values(terms_version=version, terms_accepted_at=now))
    db.session.expire(user)


def terms_file(language: str) -> str:
    """Return the name of the template that holds the text of the terms in a language."""
    return f"people/terms_{'en' if language == 'en' else 'pt_BR'}.html"


@lru_cache(maxsize=4)
def _hash_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _text_hash(language: str) -> str:
    """Return the hash of the text that was shown: which words were accepted can be proved later."""
    return _hash_of(Path(current_app.root_path) / str(current_app.template_folder) / terms_file(language))
