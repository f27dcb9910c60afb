"""Windows that come again: RRULE of RFC 5545 in local time, so that 02:00 stays 02:00. Pure."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

_FREQUENCIES = "DAILY|WEEKLY|MONTHLY|YEARLY"
_PART = re.compile(r"[A-Z]+=[A-Z0-9,+-]+")
_LONGEST = 200
_MOST = 100  # occurrences looked at in one question
_HOURLY = ("BYHOUR", "BYMINUTE", "BYSECOND")
_FOREVER = timedelta(days=366 * 3)


class RuleError(ValueError):
    """The rule cannot be read; the message says why in plain words."""


def check(text: str) -> str:
    """Return the rule as it is kept. Raises RuleError."""
    rule = text.strip().upper().removeprefix("RRULE:")
    if len(rule) > _LONGEST or not all(map(_PART.fullmatch, rule.split(";"))):
        raise RuleError(f"“{text[:60]}” is no rule; write for example FREQ=WEEKLY;BYDAY=SU")
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    if not re.fullmatch(_FREQUENCIES, parts.get("FREQ", "")):
        raise RuleError("FREQ is one of DAILY, WEEKLY, MONTHLY, YEARLY")
    if any(name in parts for name in _HOURLY):
        raise RuleError("the hour comes from the first window; leave BYHOUR and its like out")
    if not re.fullmatch(r"[1-9]\d{0,3}", parts.get("INTERVAL", "1")):
        raise RuleError("INTERVAL is a whole number from 1 to 9999")
    _read(rule, datetime(2026, 1, 1))  # noqa: DTZ001 - local time, its zone is asked later
    return rule


def occurrences(
    rule: str, *, first: datetime, zone: ZoneInfo, after: datetime, until: datetime
) -> list[datetime]:
    """Return the starts (UTC) with `after <= start <= until`, 100 at most.

    `first` is the local start of the first window, without a zone. A start in the hour that is
    skipped comes after the gap; in the hour that comes twice, the first time.
    """
    rules = _read(rule, first)
    begin = (after.astimezone(zone) - timedelta(days=1)).replace(tzinfo=None)
    end = (min(until, after + _FOREVER).astimezone(zone) + timedelta(days=1)).replace(tzinfo=None)
    ended = rules.replace(until=min(end, rules._until or end))  # noqa: SLF001 - not offered otherwise
    starts = (instant(local, zone) for local in _between(ended, begin))
    return [start for start in starts if after <= start <= until]


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """Return a local time as an instant in UTC."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _between(rules: rrule, begin: datetime) -> Iterator[datetime]:
    return islice(rules.xafter(begin, inc=True), _MOST)


def _read(rule: str, first: datetime) -> rrule:
    try:
        found = rrulestr(rule, dtstart=first)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise RuleError(f"“{rule[:60]}” cannot be read: {error}") from None
    if not isinstance(found, rrule):
        raise RuleError("one rule at a time")
    return found
