"""What a look found. Pure."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """`ok`: as it should be. `note`: worth knowing. `problem`: must be mended."""

    area: str
    level: Literal["ok", "note", "problem"]
    text: str
