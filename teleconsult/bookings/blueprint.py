"""The blueprint on which the screens of one booking request stand; `views.py` imports the modules that add them."""

from flask import Blueprint

bp = Blueprint("bookings", __name__, url_prefix="/bookings")
