"""Accounts, their roles and specialties, their sessions and single-use links."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_login import UserMixin
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, event, text
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship

from teleconsult.columns import UTCDateTime, plain_text
from teleconsult.extensions import Model
from teleconsult.people.access import Permission, Role, permissions_of
from teleconsult.typed import fold

PERSONAL = {"personal": True}


class LinkKind(StrEnum):
    """What a single-use link is for."""

    INVITATION = "invitation"
    RESET = "reset"


class User(Model, UserMixin):
    """A person with an account. One that ever acted is switched off, never deleted."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("(switched_off_at IS NULL) = (switched_off_by_id IS NULL)", name="switched_off_pair"),
        CheckConstraint("failures >= 0", name="failures_not_negative"),
        Index("ix_users_unit_id", "unit_id"),
        Index("ix_users_name", "name"),
        Index("ix_users_search_key", "search_key", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    email: Mapped[str] = mapped_column(String(254), unique=True, info=PERSONAL)
    cpf: Mapped[str | None] = mapped_column(String(11), unique=True, info=PERSONAL)
    cns: Mapped[str | None] = mapped_column(String(15), info=PERSONAL)
    title: Mapped[str] = mapped_column(String(12), default="")
    name: Mapped[str] = mapped_column(String(120), info=PERSONAL)
    council: Mapped[str | None] = mapped_column(String(12))
    council_number: Mapped[str | None] = mapped_column(String(20), info=PERSONAL)
    council_uf: Mapped[str | None] = mapped_column(String(2))
    rqe: Mapped[str | None] = mapped_column(String(60), info=PERSONAL)
    cbo: Mapped[str | None] = mapped_column(String(6))
    search_key: Mapped[str] = mapped_column(plain_text(420), default="", server_default="", info=PERSONAL)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("health_units.id"))
    language: Mapped[str] = mapped_column(String(5), default="pt_BR")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    previous_hash: Mapped[str | None] = mapped_column(String(200))
    password_set_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(default=0)
    rests_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    previous_sign_in_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    terms_version: Mapped[str | None] = mapped_column(String(20))
    terms_accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    mail_mode: Mapped[str] = mapped_column(String(8), default="each")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    switched_off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    switched_off_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    role_rows: Mapped[list["UserRole"]] = relationship(
        back_populates="user", cascade="all, delete-orphan", lazy="selectin"
    )
    specialty_rows: Mapped[list["UserSpecialty"]] = relationship(
        back_populates="user", cascade="all, delete-orphan", lazy="select"
    )
    unit = relationship("HealthUnit", lazy="select")
    specialty_ids: AssociationProxy[list[int]] = association_proxy("specialty_rows", "specialty_id")

    __mapper_args__ = {"version_id_col": version}

    session_token = ""
    """The token of the session that has just begun; no column."""

    def get_id(self) -> str:
        """Return what Flask-Login keeps in the cookie: the token of the session, never who it is."""
        return self.session_token

    @property
    def is_active(self) -> bool:
        """Tell whether the person may sign in and be given work."""
        return self.switched_off_at is None

    @property
    def roles(self) -> frozenset[str]:
        """Return the person's roles."""
        return frozenset(row.role for row in self.role_rows)

    @property
    def permissions(self) -> frozenset[Permission]:
        """Return everything that the person's roles together may do."""
        return permissions_of(self.roles)

    @property
    def full_name(self) -> str:
        """Return the name with its form of address, as shown on screens: 'Dra. Marina Alves'."""
        return f"{self.title} {self.name}".strip()

    @property
    def registration(self) -> str:
        """Return the professional registration in one line ('CRM-PE 90012'), or ''."""
        if not (self.council and self.council_number):
            return ""
        return f"{self.council}-{self.council_uf} {self.council_number}"

    @property
    def supported_district(self) -> str:
        """Return the district for whose units the person acts as support, '' for none: what is of another is not theirs."""
        return self.unit.district if self.unit and self.has(Role.SUPPORT) else ""

    def has(self, role: Role) -> bool:
        """Tell whether the person holds the role."""
        return role in self.roles


def search_key_of(name: str, email: str, number: str | None) -> str:
    """Return the words under which a person is found; lists are in their order, since the name comes first."""
    return fold(f"{name} {email} {number or ''}")[:420]


@event.listens_for(User, "before_insert")
@event.listens_for(User, "before_update")
def _keep_search_key(_mapper: Any, _connection: Any, user: User) -> None:
    user.search_key = search_key_of(user.name, user.email, user.council_number)


class UserRole(Model):
    """One role of one person."""

    __tablename__ = "user_roles"
    __table_args__ = (
        CheckConstraint("role IN ('requester','consultant','administrator','support','manager')", name="known"),
        Index("ix_user_roles_role", "role"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16), primary_key=True)
    user: Mapped[User] = relationship(back_populates="role_rows")

    def __init__(self, role: str) -> None:
        self.role = role


class UserSpecialty(Model):
    """One specialty in which a consultant answers."""

    __tablename__ = "user_specialties"
    __table_args__ = (Index("ix_user_specialties_specialty_id", "specialty_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    specialty_id: Mapped[int] = mapped_column(ForeignKey("specialties.id"), primary_key=True)
    user: Mapped[User] = relationship(back_populates="specialty_rows")

    def __init__(self, specialty_id: int) -> None:
        self.specialty_id = specialty_id


class Session(Model):
    """A signed-in browser. The cookie holds a random token; only its hash is here."""

    MARK = 16
    """Characters of the hash by which a list names the session."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_user_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str | None] = mapped_column(String(16))
    shared_computer: Mapped[bool] = mapped_column(default=False)
    address: Mapped[str] = mapped_column(String(45), default="", info=PERSONAL)
    agent: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    idle_until: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship(lazy="select")

    @property
    def mark(self) -> str:
        """Return how a list names the session; it neither opens nor numbers it."""
        return self.token_hash[: self.MARK]


class SingleUseLink(Model):
    """An invitation or a password reset: one use, an end, and only the hash of its secret.

    `seed` is what the secret is derived from with the installation's key (people/links.py); by itself it
    opens nothing, so that neither this row nor the message that carries the link holds the secret.
    """

    __tablename__ = "single_use_links"
    __table_args__ = (
        CheckConstraint("kind IN ('invitation','reset')", name="known_kind"),
        Index("ix_single_use_links_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    seed: Mapped[str] = mapped_column(String(43), server_default="")
    kind: Mapped[str] = mapped_column(String(12))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship(lazy="joined")


class TermsAcceptance(Model):
    """That a person accepted one version of the terms of use; kept for every version."""

    __tablename__ = "terms_acceptances"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    terms_version: Mapped[str] = mapped_column(String(20), primary_key=True)
    accepted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    text_hash: Mapped[str] = mapped_column(String(64))


class KeptForm(Model):
    """What a person had posted when the session had ended, or a file to be confirmed: theirs alone, for a day."""

    __tablename__ = "kept_forms"
    __table_args__ = (
        CheckConstraint("kind IN ('form','import')", name="known_kind"),
        Index("ix_kept_forms_user_id", "user_id", "id"),
        Index("ix_kept_forms_expires_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(43), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(8))
    path: Mapped[str] = mapped_column(Text, default="")
    content: Mapped[list[list[str]]] = mapped_column(JSON, info=PERSONAL)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ManagerSeat(Model):
    """The single row that every change of managers writes, so that two at once cannot remove the last."""

    __tablename__ = "manager_seat"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    active_managers: Mapped[int] = mapped_column(server_default=text("0"))


class RateHit(Model):
    """A counter of a fixed window, shared by every worker."""

    __tablename__ = "rate_hits"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    hits: Mapped[int]
    expires_at: Mapped[float]
