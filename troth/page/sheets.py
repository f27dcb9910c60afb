"""One file to publish: its path, what it follows from, and how its bytes are made."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum


class Patience(IntEnum):
    """How long a file may stay as it was while others are written.

    NONE: it is written at once. AGED: it waits where it says the same and only a day, a style or
    the software changed. ALWAYS: it waits in any case, those that say something new go first.
    """

    NONE = 0
    AGED = 1
    ALWAYS = 2


@dataclass(frozen=True)
class Sheet:
    """`inputs` is a fingerprint of all that the bytes follow from.

    A file whose inputs stay is not made again; so one that tells when the page was last checked
    has that time among them, and all others are as old as their last change. Of a file that can
    wait, `inputs` are two fingerprints with a dot between them: what is around it, what it says.
    """

    path: str
    inputs: str
    make: Callable[[], bytes]
    immutable: bool = False
    patience: Patience = Patience.NONE


def fingerprint(*values: object) -> str:
    """Return 16 hexadecimal digits that differ when the values' texts differ."""
    text = "\x1f".join([repr(value) for value in values])
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def inputs(around: str, *said: object) -> str:
    """Return the inputs of a file that can wait."""
    return f"{around}.{fingerprint(*said)}"


def says_the_same(before: str, now: str) -> bool:
    """Say whether two inputs differ only in what is around the file."""
    return before.partition(".")[2] == now.partition(".")[2]
