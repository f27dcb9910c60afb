"""The updates of an incident in the HTML of a Statuspage's feed."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_WHEN = re.compile(r"([A-Z][a-z]{2})\s+(\d{1,2}),\s+(\d{1,2}):(\d{2})\s+([A-Z]{2,5})")
_SAID = re.compile(r"^([A-Z][A-Za-z ]{2,20}?)\s+-\s*(.*)$", re.DOTALL)
# What a Statuspage abbreviates: hours from UTC. It says no year, which the feed's dates give.
_ZONES = {"UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
          "PST": -8, "PDT": -7, "CET": 1, "CEST": 2, "BST": 1, "JST": 9, "AEST": 10,
          "AEDT": 11}  # fmt: skip

Line = tuple[datetime, str, str]  # instant, word of its state, text


class _Paragraphs(HTMLParser):
    """Collects the text of each paragraph; a line break is a new line."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag == "p":
            self.found.append("")
        elif tag == "br":
            self.found[-1] += "\n"

    def handle_data(self, data: str) -> None:
        self.found[-1] += data


def messages(html: str, *, last: datetime) -> list[Line]:
    """Return the updates of an entry's content; `last` is when the entry was updated.

    Raises ValueError where an instant names a zone that nobody knows.
    """
    parser = _Paragraphs()
    parser.feed(unescape(html) if "&lt;p" in html else html)
    found = []
    for text in parser.found:
        when = _WHEN.search(text)
        if when is None:
            continue
        rest = text[when.end() :].strip()
        said = _SAID.match(rest)
        word, body = (said[1], said[2]) if said else ("", rest)
        found.append((_instant(when, last), word, body.strip()))
    return found


def _instant(when: re.Match[str], last: datetime) -> datetime:
    """Return the instant in the last year that does not lie after the entry's own."""
    month, day, hour, minute, zone = when.groups()
    if zone not in _ZONES or month not in _MONTHS:
        raise ValueError(f"“{when[0]}” names a month or zone that is not known")
    shift = timedelta(hours=_ZONES[zone])
    for year in (last.year + 1, last.year, last.year - 1):
        at = datetime(year, _MONTHS.index(month) + 1, int(day), int(hour), int(minute), tzinfo=UTC)
        if at - shift <= last + timedelta(days=1):
            return at - shift
    return at - shift
