"""The one blueprint of the people screens; each `views*` module hangs its pages on it."""

from flask import Blueprint

bp = Blueprint("people", __name__)
