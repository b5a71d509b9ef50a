"""The same pages and writes as the product's, as a good engineer would write the least of them.

No ORM, no forms library, no translation, no permission but the session and the token of forms: SQL through the driver,
Jinja, the product's own markup, dates and deadlines in words, the same reads and writes, the read event with its keyed
hash, the same commit. Once committed it changes only by an ADR (0032 tells of the last): figures are measured by it.
"""

from bench.bare import answering, pages, request, searching
from bench.bare.core import app

__all__ = ["answering", "app", "pages", "request", "searching"]
