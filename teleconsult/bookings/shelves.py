"""What a query must say for its partial index to be used: the predicate in the index's own words (`cases.shelves`).

The visits of years stay in these tables; the waiting list and what is to be decided read none of them.
"""

from sqlalchemy import select, text

from teleconsult.bookings import models
from teleconsult.bookings.models import BookingRequest
from teleconsult.cases.models_opinion import Referral

LISTED = text(f"booking_requests.{models.LISTED}")
"""On a waiting list, offered a slot or not."""

UNDECIDED = text(f"booking_requests.{models.UNDECIDED}")
"""Missed or cancelled, and nobody has said what comes next."""

TO_COME = text("bookings.ended_at IS NULL AND bookings.mark = ''")
"""Booked, and neither attended nor missed yet."""

REFERRED = BookingRequest.case_id.in_(select(Referral.case_id).where(Referral.ended_at.is_(None)))
"""Of a case whose referral is not over: said beside a condition on the referral, it leads to the few cases first."""
