"""Read: what was published, for pages, feeds and APIs; and what only the desk may see.

`audience` None is everybody; a name adds what is shown to that audience only; `STAFF` is all.
`at` in the past answers as it stood then; None or the present answers as it stands.
"""

from troth.incidents.queries.choosing import STAFF, Choice
from troth.incidents.queries.desk import drafts, inside, overdue, proposals
from troth.incidents.queries.fades import fade_answers, fades_of
from troth.incidents.queries.house import grid, template, template_documents, templates
from troth.incidents.queries.listing import (
    entries,
    incident,
    is_anything_wrong,
    listed,
    months,
    open_ones,
    published,
    revision,
    search,
    upcoming,
    whole,
)
from troth.incidents.queries.ready import address_of, letter, macro
from troth.incidents.queries.register import BREACH_COLUMNS, breach_register, everything

__all__ = [
    "BREACH_COLUMNS",
    "STAFF",
    "Choice",
    "address_of",
    "breach_register",
    "drafts",
    "entries",
    "everything",
    "fade_answers",
    "fades_of",
    "grid",
    "incident",
    "inside",
    "is_anything_wrong",
    "letter",
    "listed",
    "macro",
    "months",
    "open_ones",
    "overdue",
    "proposals",
    "published",
    "revision",
    "search",
    "template",
    "template_documents",
    "templates",
    "upcoming",
    "whole",
]
