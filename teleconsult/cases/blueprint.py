"""The blueprint on which every screen of `cases` stands; `views.py` imports the modules that add them."""

from flask import Blueprint

bp = Blueprint("cases", __name__, url_prefix="/cases")
