"""One line of what is measured, and what to say where the data for it are not there."""

from dataclasses import dataclass
from pathlib import Path

NOT_THERE = "not there"


@dataclass(frozen=True, slots=True)
class Figure:
    """`met` is None for what stands beside as a reference, and for what could not be measured."""

    part: str
    name: str
    value: str
    goal: str = ""
    met: bool | None = None

    @property
    def is_measured(self) -> bool:
        return self.value != NOT_THERE


def missing(data: Path, part: str, *needs: str) -> list[Figure]:
    """Return a figure for each file or folder, below that of real data, that is not there."""
    return [
        Figure(part, f"needs {need}", NOT_THERE, f"put it at {data / need}")
        for need in needs
        if not (data / need).exists()
    ]
