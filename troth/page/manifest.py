"""The list of files of one revision, itself published as `files.json`."""

from datetime import datetime
from typing import NamedTuple

import msgspec

MANIFEST = "files.json"


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What the manifest says of one file. `inputs` tells whether it must be made anew."""

    type: str
    bytes: int
    sha256: str
    codings: tuple[str, ...]
    immutable: bool
    inputs: str

    def holds(self, other: "Entry") -> bool:
        """Say whether the files on the disk are the same."""
        return self.sha256 == other.sha256 and self.codings == other.codings

    def following(self, inputs: str) -> "Entry":
        """Return the same file as following from other inputs."""
        return msgspec.structs.replace(self, inputs=inputs)


class Pulse(NamedTuple):
    """Fingerprints of what a page follows from, but for the time."""

    facts: str
    figures: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What one revision holds."""

    schema: int = 1
    revision: str
    facts: str  # what the page tells that happened; a change is published at once
    figures: str  # what it counts; while signals pour in, that may wait a little
    written_at: datetime
    took: float  # seconds to make what could not wait
    files: dict[str, Entry] = {}
    waiting: int = 0  # files that stand as they were, or are missing, until there is time
    missing: list[str] = []


def encoded(manifest: Manifest) -> bytes:
    return msgspec.json.encode(manifest, order="deterministic")


def decoded(body: bytes) -> Manifest:
    """Return what was written. Raises ValueError where it is no manifest."""
    return msgspec.json.decode(body, type=Manifest)
