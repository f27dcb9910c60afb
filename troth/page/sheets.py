"""One file to publish: its path, what it follows from, and how its bytes are made."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sheet:
    """`inputs` is a fingerprint of all that the bytes follow from.

    A file whose inputs stay is not made again; so one that tells when the page was last checked
    has that time among them, and all others are as old as their last change.
    """

    path: str
    inputs: str
    make: Callable[[], bytes]
    immutable: bool = False


def fingerprint(*values: object) -> str:
    """Return 16 hexadecimal digits that differ when the values' texts differ."""
    text = "\x1f".join(repr(value) for value in values)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
