"""Ids that sort by time and say what they name: `prm_01k9…`."""

import os

from troth.core import clock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u


def new_id(prefix: str) -> str:
    """Return `prefix`, an underscore and 26 characters: 48 bits of milliseconds, 80 of chance."""
    milliseconds = int(clock.now().timestamp() * 1000)
    number = (milliseconds << 80) | int.from_bytes(os.urandom(10))
    digits = [_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5)]
    return f"{prefix}_{''.join(digits)}"
