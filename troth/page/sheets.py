"""One file to publish: its path, what it follows from, and how its bytes are made."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sheet:
    """`inputs` is a fingerprint of all that the bytes follow from, but for the time of writing."""

    path: str
    inputs: str
    make: Callable[[], bytes]
    immutable: bool = False


def fingerprint(*values: object) -> str:
    """Return 16 hexadecimal digits that differ when the values' texts differ."""
    text = "\x1f".join(repr(value) for value in values)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
