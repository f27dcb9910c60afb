"""Telephone numbers as the world writes them (E.164). Pure."""

import re
from typing import Final

_BETWEEN: Final = re.compile(r"[ \N{NO-BREAK SPACE}./()-]")
_WORLD: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_ZERO: Final = re.compile(r"\(\s*0\s*\)")


def e164(text: str) -> str:
    """Return “+49 (30) 123-4567” as +49301234567. Raises ValueError that says what is missing."""
    if _ZERO.search(text):
        raise ValueError("leave out the (0): nobody dials it from abroad")
    found = _BETWEEN.sub("", text.strip())
    if not found.startswith("+"):
        raise ValueError("begin with + and the country, for example +49 30 1234567")
    if not _WORLD.fullmatch(found):
        raise ValueError("after the + there are 7 to 15 digits, for example +49 30 1234567")
    return found
