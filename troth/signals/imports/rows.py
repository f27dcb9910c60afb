"""One row of a table, whatever the file it came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from troth.signals.imports.plan import FileTerms


class Line(NamedTuple):
    """`number` counts from 1 as an editor does. `fault`: (field, reason), or None."""

    number: int
    cells: Sequence[object]
    fault: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """What a reader needs: the path for messages, the bytes, the kind, and what was declared."""

    path: Path
    inside: BinaryIO
    kind: str
    terms: FileTerms
