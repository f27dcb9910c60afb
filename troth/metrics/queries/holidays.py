"""The calendars whose holidays are known: those that somebody handed down."""

from collections.abc import Collection

from troth.core.fields import nearest
from troth.metrics.models import Holiday, Stream

_SHOWN = 12  # of them in a message


def holiday_calendars() -> set[str]:
    """Return the names of the calendars that have holidays."""
    return set(Holiday.objects.order_by().values_list("calendar", flat=True).distinct())


def why_unknown(name: str, *, known: Collection[str] | None = None) -> str:
    """Return why a calendar of that name gives no holidays; "" where it does, or none is named.

    `known` are the names that count; by default those of which holidays are kept.
    """
    if not name:
        return ""
    found = holiday_calendars() if known is None else known
    if name in found:
        return ""
    hint = nearest(name, found)
    if not found:
        hint = "; declare it first (kind: Calendar)"
    elif not hint:
        hint = f"; there are {', '.join(sorted(found)[:_SHOWN])}"
    return f"there is no calendar “{name}” with holidays{hint}"


def streams_of_calendar(name: str) -> list[tuple[str, str]]:
    """Return key and name of each stream that reads the holidays of a calendar."""
    rows = Stream.objects.filter(holidays=name, ended_at=None).order_by("name", "key")
    return list(rows.values_list("key", "name"))
