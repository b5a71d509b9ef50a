"""What is typed on the page of a move while its files go, without scripts, from a page of their own.

It is kept with the forms that could not be taken (people/kept.py): for its writer alone, for a day.
"""

from typing import Any

from flask import redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from teleconsult.extensions import transaction
from teleconsult.people import kept
from teleconsult.people.gate import current_user

OF_THE_PAGE = frozenset({"then", "version", "seen"})
"""What the page fills for itself, and anew each time."""


def leave_for(endpoint: str, ref: str) -> Response:
    """Keep what was posted, and lead to the page that takes the files."""
    content = [(name, value) for name, value in request.form.items(multi=True) if name not in OF_THE_PAGE]
    with transaction():
        kept.discard_path(request.path, current_user.id)
        kept.keep(current_user.id, request.path, content)
    return redirect(url_for(endpoint, ref=ref))


def given(endpoint: str) -> dict[str, Any]:
    """Return what a form of this address is to begin with: what was put aside, if anything."""
    row = kept.find_path(request.path, current_user.id) if endpoint and request.method == "GET" else None
    return {"formdata": MultiDict((name, value) for name, value in row.content)} if row is not None else {}


def forget(endpoint: str) -> None:
    """Forget what was put aside, once it has been sent."""
    if endpoint:
        with transaction():
            kept.discard_path(request.path, current_user.id)
