"""What units, specialties and their like are called: one name each, told apart without case and accents, and a slug.

A digest of each name stands beside it under a unique key, so that of two who give the same name at one moment one is
refused. Who had a name before the key was there, and had it as the second, has no digest.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.typed import fold

LONGEST_SLUG = 40
NAMES: dict[type[Any], tuple[str, ...]] = {
    HealthUnit: ("name",),
    Specialty: ("name_pt", "name_en"),
}
"""The fields in which each has a name; no two may have the same in one of them. Floors above add theirs."""

WITHOUT_LETTERS: dict[type[Any], str] = {HealthUnit: "unidade", Specialty: "especialidade"}
"""What the slug is made from when there is no Latin letter in the name."""


def name_key(name: str) -> str:
    """Return a name as names are compared: without case, accents and signs, in any script."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[^\W_]+", plain.casefold()))


def digest_of(name: str) -> str:
    """Return what is the same for names that are told to be the same, and as short for each."""
    return sha256(name_key(name).encode()).hexdigest()


def take_names(thing: Any, values: Mapping[str, Any]) -> None:
    """Take the names that a thing of `NAMES` is to have, unless one of the others has them, closed ones too.

    Call it before they are set. A name that stays is not refused: two that have had the same one for long can be changed
    in the rest.

    Raises:
        Refused: a name has no letter and no number, or another has it.
    """
    model = type(thing)
    wanted = {field: name_key(values[field]) for field in NAMES[model]}
    for field, key in wanted.items():
        if not key:
            raise Refused(N_("Use letras ou números no nome."), field=field)
    new = [field for field, key in wanted.items() if key != name_key(getattr(thing, field) or "")]
    open_ = [field for field in wanted if field in new or getattr(thing, digest_field(field)) is None]
    if not open_:
        return
    columns = [getattr(model, field) for field in open_]
    with db.session.no_autoflush:
        others = db.session.execute(select(*columns).where(model.slug != (thing.slug or ""))).all()
    for place, field in enumerate(open_):
        if all(name_key(other[place]) != wanted[field] for other in others):
            setattr(thing, digest_field(field), digest_of(values[field]))
        elif field in new:
            raise Refused(N_("Já existe um registro com este nome."), field=field)


def take_free_names(things: Sequence[Any]) -> None:
    """Take for each of many what nobody has of its names; the others are left as they are, without a digest."""
    taken = {
        (model, field): set(db.session.scalars(select(getattr(model, digest_field(field)))))
        for model in {type(thing) for thing in things}
        for field in NAMES[model]
    }
    for thing in things:
        for field in NAMES[type(thing)]:
            digest, others = digest_of(getattr(thing, field)), taken[type(thing), field]
            if digest not in others:
                others.add(digest)
                setattr(thing, digest_field(field), digest)


def digest_field(field: str) -> str:
    """Return the field of the digest of the name in `field`."""
    return f"{field}_digest"


def free_slug(name: str, model: type[Any], longest: int = LONGEST_SLUG) -> str:
    """Return the slug for a new thing of `NAMES`: of its name, and numbered when another has it.

    Another may have it under another name: it keeps its slug when it is renamed, and of a long name only the beginning
    stands in it.
    """
    full = "-".join(fold(name).split()) or WITHOUT_LETTERS[model]
    taken = set(db.session.scalars(select(model.slug)))
    slug, number = full[:longest].strip("-"), 1
    while slug in taken:
        number += 1
        end = f"-{number}"
        slug = full[: longest - len(end)].strip("-") + end
    return slug
