"""A person's own calendar for calendar programs, under an address that is a secret.

The program has no account: the address alone opens the feed. So it is long and random, only its hash is kept, it is
shown once, it ends with a press, and what it opens holds names of rooms and specialties and no patient.
"""

from flask import Response as Data
from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from teleconsult.people.access import Permission
from teleconsult.people.gate import public, requires, signed_in
from teleconsult.people.throttle import limited
from teleconsult.shifts import feeds
from teleconsult.shifts.blueprint import bp
from teleconsult.shifts.doing import pressed, told
from teleconsult.web.messages import gettext as _

FRESH = 900
"""Seconds for which a program need not ask again; most ask every hour or less."""


@bp.route("/shifts/feed", methods=["GET", "POST"])
@requires(Permission.OWN_SHIFTS)
def feed() -> str:
    """Tell how one's shifts come into a calendar program, and make the secret address; it is shown this once."""
    user, made = signed_in(), list[str]()
    if request.method == "POST":
        pressed(lambda: made.append(feeds.open_feed(user)))
    path = url_for("shifts.ical", token=made[0]) if made else ""
    address = f"{current_app.config['BASE_URL'].rstrip('/')}{path}" if path else ""
    return render_template("shifts/feed.html", address=address, has_feed=bool(made) or feeds.has_feed(user))


@bp.post("/shifts/feed/revoke")
@requires(Permission.OWN_SHIFTS)
def revoke_feed() -> Response:
    """End the secret address."""
    user = signed_in()
    if pressed(lambda: feeds.revoke_feed(user)):
        told(_("O endereço não vale mais. Os programas que o usavam param de receber os turnos."))
    return redirect(url_for("shifts.feed"))


@bp.get("/calendar/<token>.ics")
@public
@limited("60 per 5 minutes", of="calendar-guess", failures_only=True, methods=("GET",))
@limited("600 per hour", of="calendar", methods=("GET",))
def ical(token: str) -> Response:
    """Give a calendar program the shifts behind a secret address; any other address is not there."""
    user = feeds.feed_of(token)
    if user is None:
        return Data("", 404, mimetype="text/plain")
    answer = Data(feeds.ical_of(user), mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'inline; filename="turnos.ics"'
    answer.headers["Cache-Control"] = f"private, max-age={FRESH}"
    answer.add_etag()
    return answer.make_conditional(request)
