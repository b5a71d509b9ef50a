"""The table of codes, and the words under which each is found."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from teleconsult.coding.words import WORD_LENGTH
from teleconsult.columns import plain_text
from teleconsult.errors import N_
from teleconsult.extensions import Model

TITLE_LENGTH = 300


class System(StrEnum):
    """A classification."""

    CID10 = "cid10"
    CIAP2 = "ciap2"


SYSTEM_WORDS = {System.CID10: N_("CID-10"), System.CIAP2: N_("CIAP-2")}


class Source(StrEnum):
    """Where the title that is shown in Portuguese comes from; PACKAGE: there is only an English one."""

    PACKAGE = "package"
    STARTER = "starter"
    OFFICIAL = "official"
    OPERATOR = "operator"


class Code(Model):
    """One code. Loading a newer table changes titles and adds codes, and never takes one away: cases name them."""

    __tablename__ = "codes"
    __table_args__ = (
        UniqueConstraint("system", "code"),
        CheckConstraint("system IN ('cid10','ciap2')", name="known_system"),
        CheckConstraint("source IN ('package','starter','official','operator')", name="known_source"),
        CheckConstraint("title_pt IS NOT NULL OR title_en IS NOT NULL", name="has_title"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    system: Mapped[str] = mapped_column(plain_text(8))
    code: Mapped[str] = mapped_column(plain_text(8))
    title_pt: Mapped[str | None] = mapped_column(String(TITLE_LENGTH))
    title_en: Mapped[str | None] = mapped_column(String(TITLE_LENGTH))
    synonyms: Mapped[str] = mapped_column(Text, default="")
    """Other words for it, separated by "; "."""
    names: Mapped[str] = mapped_column(Text)
    """Every title and synonym folded, between bars, the Portuguese title first: "|asma|bronquite asmatica|asthma|"."""
    chapter: Mapped[str] = mapped_column(String(5))
    leaf: Mapped[bool]
    """Nothing is finer than this code. A category with finer codes can be chosen too."""
    common: Mapped[bool] = mapped_column(default=False)
    """In the starter list of primary care: offered before the others."""
    source: Mapped[str] = mapped_column(String(8))


class CodeWord(Model):
    """One word of one code: an index that is a table, because neither unaccent nor pg_trgm is taken for granted."""

    __tablename__ = "code_words"
    __table_args__ = (
        CheckConstraint("place IN (0, 1, 2)", name="known_place"),
        Index("ix_code_words_code_id", "code_id"),
        {"sqlite_with_rowid": False},
    )

    word: Mapped[str] = mapped_column(plain_text(WORD_LENGTH), primary_key=True)
    code_id: Mapped[int] = mapped_column(ForeignKey("codes.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    """0 in the Portuguese title, 1 in a synonym, 2 in the English title."""
