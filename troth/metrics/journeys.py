"""The order of a journey's steps: by the number before their name, if they have one. Pure."""

import re
from typing import Final

_NUMBER = re.compile(r"[0-9]{1,9}")
_LAST = 10**9  # a step without a number comes after all that have one
NONE: Final = _LAST + 1  # what stands at no step comes last


def place_of(step: str) -> int:
    """Return where a step stands on the journey: 2 for “2 pay”. Those at the same go by name."""
    found = _NUMBER.match(step)
    if found:
        return int(found[0])
    return _LAST if step else NONE
