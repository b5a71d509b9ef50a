"""Loads the allowances of units from `unit_quotas.csv` (Quadro 1 of the source; columns: demo/reference/README.md).

The CSV says exactly what the source states: forms and sheets a month and a weekday. A blank is not stated, never nought.
What was set already is left as it is.
"""

import csv
from pathlib import Path

from sqlalchemy import select

from teleconsult.bookings.actions import setting
from teleconsult.errors import N_
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit

SOURCE = N_("Quadro 1 do documento de 2004, p. 37; dado histórico.")
UNSURE = N_("Quadro 1 do documento de 2004, p. 37; dado histórico, de leitura incerta.")


def load(folder: Path) -> int:
    """Load the allowances of the units that are there and have none; return how many. Inside the caller's transaction."""
    units = {unit.slug: unit for unit in db.session.scalars(select(HealthUnit))}
    count = 0
    with (folder / "unit_quotas.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            unit = units.get(row["unit_id"])
            # PACS is no health unit: its sheets are shared out among areas that the source does not name.
            if unit is None or setting.own_allowance(unit) is not None:
                continue
            setting.set_allowance(
                unit,
                weekday=int(row["booking_weekday_iso"]) - 1 if row["booking_weekday_iso"] else None,
                forms=_number(row["referral_forms"]),
                sheets=_number(row["booking_sheets"]),
                source=UNSURE if row["ocr_uncertain"] == "1" else SOURCE,
                by=None,
            )
            count += 1
    return count


def _number(text: str) -> int | None:
    return int(text) if text else None
