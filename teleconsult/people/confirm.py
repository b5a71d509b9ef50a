"""The page that asks before something is done, for who has no scripts; with them a dialog asks."""

from collections.abc import Sequence

from flask import render_template, request


def ask(
    question: str,
    does: Sequence[str],
    *,
    yes: str,
    back: dict[str, str],
    fields: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the page; it posts to the same path with `sure=1` and the given fields.

    Args:
        question: the heading.
        does: what will happen, a sentence each.
        yes: the word on the button, the verb of the question.
        back: url and label of the way out; with a name instead of a url it posts the fields too, under that name.
        fields: what was posted and must be posted again.
    """
    return render_template(
        "people/confirm.html", question=question, does=does, yes=yes, back=back, fields=fields, action=request.path
    )
