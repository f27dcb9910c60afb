"""Whether today so far can be judged of a promise, its hours, and where it has holidays. Pure."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from troth.core.windows import DAY, written
from troth.metrics.ranges import hour_grain
from troth.promises.rules.terms import Counting, Needs

_SEASONS = datetime(2026, 1, 1, tzinfo=UTC)  # a zone is asked from here on, through the year


def grain_of(zone: str) -> int:
    """Return the length of the buckets that the hours of a zone are made of: seconds."""
    return hour_grain(ZoneInfo(zone), _SEASONS)


def why_not(counting: Counting, needs: Needs, zone: str) -> str:
    """Return why a promise cannot be judged by the hour, in plain words; "" where it can."""
    wait, length = needs.watermark or 0, counting.slice or 60
    found = {
        "has no meaning here: evidence is valid or not, there are no cases within a day":
            counting.evaluator == "attestation",
        "has no meaning here: deadlines in business hours are reckoned case by case":
            bool(counting.calendar),
        f"makes no sense with a watermark of {written(wait)}: no hour of today is over today":
            wait >= DAY,
        f"cannot be: the hours of {zone} hold no whole slices of {written(length)}":
            bool(grain_of(zone) % length),
    }  # fmt: skip
    return next((why for why, holds in found.items() if holds), "")


def why_no_holidays(counting: Counting) -> str:
    """Return why holidays mean nothing to a promise, in plain words; "" where they do."""
    if counting.evaluator == "attestation":
        return "has no meaning here: evidence is valid or not, on holidays as well"
    if counting.calendar:
        return f"has no meaning here: the calendar “{counting.calendar}” has its own holidays"
    return ""
