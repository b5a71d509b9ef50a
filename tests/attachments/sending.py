"""How the page's script sends a file."""

from urllib.parse import quote


def named(name: str) -> dict[str, str]:
    """Return the header with a file's name."""
    return {"X-File-Name": quote(name, safe="")}
