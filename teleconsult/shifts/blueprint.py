"""The blueprint that the view modules of the calendar share."""

from flask import Blueprint

bp = Blueprint("shifts", __name__)
