"""A report before it is written down."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Draft:
    """What a report is called, of whom it is ("" for all), and its figures as plain values."""

    title: str
    figures: dict[str, Any]
    about: str = ""
