"""Numbers and times as people write them, in the language of the page being rendered."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction

from django.utils import dateformat
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

THIN = "\u202f"
NOTHING = "\u2013"
MINUS = "\u2212"
Number = float | Decimal | Fraction
_MOST_DIGITS = 4


def share(value: Number | None, digits: int = 1) -> str:
    """Return 0.939 as "93.9 %". Never rounds up to 100 or down to 0: 0.99996 is "99.996 %"."""
    if value is None:
        return NOTHING
    percent = Fraction(value) * 100
    while digits < _MOST_DIGITS and _overstates(percent, digits):
        digits += 1
    if _overstates(percent, digits):
        percent = min(max(percent, Fraction(1, 10**digits)), 100 - Fraction(1, 10**digits))
    return f"{number(percent, digits)}{THIN}%"


def target(value: Number) -> str:
    """Return a target with the digits it was written with: 0.9 is "90 %", 0.9995 "99.95 %"."""
    percent = 100 * (value if isinstance(value, Fraction) else Fraction(str(value)))
    digits = next((n for n in range(6) if (percent * 10**n).denominator == 1), 6)
    return f"{number(percent, digits)}{THIN}%"


def interval(low: Number | None, high: Number | None, digits: int = 1) -> str:
    """Return 0.905 and 0.963 as "90.5 to 96.3 %" with a dash."""
    if low is None or high is None:
        return NOTHING
    ends = (number(Fraction(end) * 100, digits) for end in (low, high))
    return f"{NOTHING.join(ends)}{THIN}%"


def number(value: Number | None, digits: int = 0) -> str:
    """Return 12610 as "12,610" in English and "12.610" in German."""
    if value is None:
        return NOTHING
    exact = Fraction(value)
    text = f"{Decimal(exact.numerator) / Decimal(exact.denominator):,.{digits}f}"
    text = text.replace("-", MINUS)
    if _german():
        text = text.translate(str.maketrans(",.", ".,"))
    return text


def amount(value: float, *, timed: bool) -> str:
    """Return a count as a number; one of milliseconds (`timed`) as a length of time."""
    return duration(value / 1000) if timed else number(value)


def measured(value: Number | None, unit: str) -> str:
    """Return a figure in its unit: a share in per cent, seconds as a duration, else its word."""
    if value is None:
        return NOTHING
    if unit == "share":
        return share(value)
    if unit == "s":
        return duration(float(value))
    word = {"points": "", "ratio": ": 1"}.get(unit, unit)
    return f"{number(value, 0 if float(value).is_integer() else 2)} {word}".strip()


def duration(value: timedelta | float | None) -> str:
    """Return a length of time (timedelta or seconds) by its two largest units: "3 days 4 h"."""
    if value is None:
        return NOTHING
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    left, parts = round(abs(seconds)), []
    for size, word in ((86400, "day"), (3600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, size)
        if count:
            parts.append(_unit(count, word))
    text = " ".join(parts[:2]) or f"0{THIN}s"
    return f"{MINUS}{text}" if seconds < 0 else text


def day(value: date, *, short: bool = False) -> str:
    """Return a date as "30 June 2026", or "30 Jun" where space is short."""
    if _german():
        return dateformat.format(value, "j. N" if short else "j. F Y")
    return dateformat.format(value, "j M" if short else "j F Y")


def instant(value: datetime, zone: tzinfo = UTC) -> str:
    """Return an aware instant with its zone: "21 Nov 2026, 20:57 UTC"."""
    local = value.astimezone(zone)
    pattern = "j. N Y, H:i" if _german() else "j M Y, H:i"
    return f"{dateformat.format(local, pattern)} {local.tzname()}"


def ago(value: datetime, now: datetime) -> str:
    """Return how far `value` is from `now`: "2 minutes ago", "in 3 days", "just now"."""
    seconds = (now - value).total_seconds()
    words = _rough(abs(seconds))
    if not words:
        return _("just now")
    return (_("%(time)s ago") if seconds > 0 else _("in %(time)s")) % {"time": words}


def _rough(seconds: float) -> str:
    minutes, hours, days = (round(seconds / size) for size in (60, 3600, 86400))
    if minutes < 1:
        return ""
    if minutes < 60:  # noqa: PLR2004 - an hour
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if hours < 36:  # noqa: PLR2004 - a day and a half still reads well in hours
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return pgettext("relative", "%(n)d days") % {"n": days}


def _unit(count: int, word: str) -> str:
    if word == "day":
        return ngettext("%(n)d day", "%(n)d days", count) % {"n": count}
    return f"{count}{THIN}{word}"


def _overstates(percent: Fraction, digits: int) -> bool:
    rounded = round(percent, digits)
    return (rounded == 100 and percent < 100) or (rounded == 0 and percent > 0)  # noqa: PLR2004


def _german() -> bool:
    return (get_language() or "en").startswith("de")
