"""Days of a component as bars, with their text in the language now active."""

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from troth.components import drawing
from troth.components.rules.results import Day
from troth.page.status.words import status
from troth.ui import words


def bars(days: Sequence[Day], name: str = "") -> SafeString:
    """Return the days, oldest first, as one picture with its text."""
    return drawing.bars(days, said(days, name)) if days else SafeString("")


def said(days: Sequence[Day], name: str = "") -> str:
    """Return the same in words: "Web, 90 days: 2 down, 88 works"."""
    parts = drawing.counted(days, status, words.number)
    text = _("%(days)s days: %(parts)s") % {"days": words.number(len(days)), "parts": parts}
    return f"{name}, {text}" if name else text


def legend() -> list[tuple[SafeString, str]]:
    """Return each status as one bar, with its word."""
    return drawing.legend(status)
