"""What an attribute of a segment is called: the same at every door."""

from typing import Final

ATTRIBUTE: Final = "[a-z][a-z0-9_]{0,39}"  # a pattern, for the whole name
