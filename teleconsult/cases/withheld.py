"""Which cases are withheld: their patient took the consent back, so nobody else may be given them, or read them (ADR 0044)."""

from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, exists, select
from sqlalchemy.orm import aliased

from teleconsult.cases.models import Case, CaseConsent
from teleconsult.extensions import read

_later = aliased(CaseConsent)
_LAST = (
    CaseConsent.case_id == Case.id,
    ~exists().where(_later.case_id == CaseConsent.case_id, _later.id > CaseConsent.id),
)
"""The consent that counts, of a row of cases: a request that is sent again carries a new one."""

IS_WITHHELD: ColumnElement[bool] = exists().where(*_LAST, CaseConsent.revoked_at.is_not(None))
"""Whether it was taken back."""

WITHHELD_SINCE: ScalarSelect[datetime | None] = select(CaseConsent.revoked_at).where(*_LAST).scalar_subquery()
"""When it was; none of a case whose consent stands."""

_WITHHELD = select(Case.id).where(Case.id == bindparam("case_id"), IS_WITHHELD)


def is_withheld(case_id: int) -> bool:
    """Tell whether the last consent given for a case was taken back."""
    return bool(read(_WITHHELD, {"case_id": case_id}))
