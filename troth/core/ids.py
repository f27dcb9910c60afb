"""Ids that sort by time and say what they name: `prm_01k9…`; and the id of a page."""

import os
from hashlib import blake2b

from troth.core import clock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LENGTH = 12


def new_id(prefix: str) -> str:
    """Return `prefix`, an underscore and 26 characters: 48 bits of milliseconds, 80 of chance."""
    milliseconds = int(clock.now().timestamp() * 1000)
    number = (milliseconds << 80) | int.from_bytes(os.urandom(10))
    digits = [_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5)]
    return f"{prefix}_{''.join(digits)}"


def page_id(address: str) -> str:
    """Return a page's id: 12 lower-case letters and digits that follow from its address."""
    number = int.from_bytes(blake2b(address.encode(), digest_size=16).digest())
    digits = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, len(_LETTERS))
        digits.append(_LETTERS[digit])
    return "".join(digits)
