"""Read: what was published, for pages, feeds and APIs; and what only the desk may see.

`audience` None is everybody; a name adds what is shown to that audience only; `STAFF` is all.
`at` in the past answers as it stood then; None or the present answers as it stands.
"""

from troth.incidents.queries.choosing import STAFF, Choice
from troth.incidents.queries.listing import (
    entries,
    incident,
    listed,
    months,
    open_ones,
    published,
    revision,
    search,
    upcoming,
    whole,
)

__all__ = [
    "STAFF",
    "Choice",
    "entries",
    "incident",
    "listed",
    "months",
    "open_ones",
    "published",
    "revision",
    "search",
    "upcoming",
    "whole",
]
