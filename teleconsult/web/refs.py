"""Public references: what stands in addresses and mails instead of row numbers."""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that a reference can be read over a telephone."""


def new_ref(prefix: str, length: int = 6) -> str:
    """Return a random reference such as 'TC-7K3Q9A'; a unique key holds it, the caller need not look."""
    bits = secrets.randbits(5 * length)
    return prefix + "-" + "".join([ALPHABET[bits >> 5 * n & 31] for n in range(length)])


def case_in(path: str) -> str:
    """Return the reference of the case that an address is about; "" of any other."""
    found = re.match(rf"/cases/(TC-[{ALPHABET}]+)/", path)
    return found[1] if found else ""
