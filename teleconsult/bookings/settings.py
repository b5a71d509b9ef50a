"""What the management may set of in-person booking, with the defaults; kept with the network's other settings."""

from sqlalchemy import select

from teleconsult.extensions import db
from teleconsult.network.models import NetworkSetting

DEFAULTS = {
    "offer_hours": 24,
    "sheet_return_days": 7,
    "counter_referral_days": 7,
    "overbooking_cap": 2,
    "overbooking_risk": 10,
}
"""Hours to accept an offered slot; days to return a booking sheet (forms.md, 4); days after a visit until its counter-referral
is overdue; places beyond a session's own at most, and the risk of more patients than places in per cent."""

REMIND_DAYS = (3, 1)
"""The unit is reminded of a visit this many days before it."""


def number(name: str) -> int:
    """Return one setting."""
    row = db.session.get(NetworkSetting, name)
    return int(row.value) if row else DEFAULTS[name]


def every() -> dict[str, int]:
    """Return every setting by its name."""
    rows = db.session.execute(
        select(NetworkSetting.name, NetworkSetting.value).where(NetworkSetting.name.in_(DEFAULTS))
    )
    return DEFAULTS | {name: int(value) for name, value in rows}
