"""The cases behind a number: the same question the figure asked, answered case by case."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from troth.core import windows
from troth.core.moments import Moments
from troth.core.windows import Span
from troth.promises import queries
from troth.promises.queries import Drill
from troth.signals import expressions
from troth.signals import queries as signals
from troth.signals.store import CasePage, Filter, Row

KEPT, BROKEN = "kept", "broken"
PARTS = ("judged", KEPT, BROKEN, "pending", "no_promise")
EXCLUDED = "excluded:"
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """Which cases: of which promise, part of its figure and window.

    `search` is a part of the key; `by` and `value` an attribute and what it must be, "" = absent.
    `day` narrows the window to one local day.
    """

    slug: str
    part: str = "judged"
    window: str | None = None
    search: str = ""
    by: str = ""
    value: str = ""
    day: date | None = None


def page(asked: Asked, moments: Moments, *, after: str | None = None, limit: int = 50) -> CasePage:
    """Return the cases behind a number, newest first.

    Raises Promise.DoesNotExist, and ValueError on a part, window or cursor that is not known.
    """
    rows = _in_business_hours(asked, moments)
    if rows is not None:
        start = _place(after)
        more = start + limit < len(rows)
        return CasePage(
            rows[start : start + limit], str(start + limit) if more else None, len(rows)
        )
    return signals.store().cases(_filter(asked, moments), after=after, limit=limit)


def every(asked: Asked, moments: Moments) -> Iterator[Row]:
    """Yield all cases behind a number, newest first, a thousand in memory at a time."""
    rows = _in_business_hours(asked, moments)
    if rows is not None:
        yield from rows
        return
    chosen, after = _filter(asked, moments), None
    store = signals.store()
    while True:
        found = store.cases(chosen, after=after, limit=_AT_ONCE)
        yield from found.cases
        if found.next is None:
            return
        after = found.next


def _in_business_hours(asked: Asked, moments: Moments) -> list[Row] | None:
    """Return the cases of a promise in business hours, whose due dates no filter can tell."""
    span = None
    if asked.day:
        drill = queries.drill(asked.slug, window=asked.window, at=moments.at, as_of=moments.as_of)
        span = _within(drill, asked.day)
    found = queries.office_cases(
        asked.slug, part=asked.part, window=asked.window, at=moments.at, as_of=moments.as_of,
        span=span,
    )  # fmt: skip
    return None if found is None else [row for row in found if _is_wished(row, asked)]


def _is_wished(row: Row, asked: Asked) -> bool:
    same = not asked.by or row.segment.get(asked.by) == (asked.value or None)
    return same and asked.search.lower() in row.key.lower()


def _place(after: str | None) -> int:
    if after is None:
        return 0
    if not after.isdecimal():
        raise ValueError("this cursor is not known")
    return int(after)


def let_go_before(asked: Asked, moments: Moments) -> datetime | None:
    """Return before when cases of this time are kept no longer; None where all are still there.

    They stay counted. Raises as `page` does.
    """
    if asked.part not in ("judged", "kept", "broken"):
        return None
    whole = asked.part in (KEPT, BROKEN)  # of the same cases as all that were judged
    chosen = _filter(replace(asked, part="judged") if whole else asked, moments)
    removed = signals.removed_until()
    kinds = chosen.kinds or tuple(removed)
    begin = chosen.span.start if chosen.span else None
    gone = [removed[kind] for kind in kinds if kind in removed and begin and removed[kind] > begin]
    return max(gone, default=None)


def part_of(slug: str, *, source: str, key: str, parts: Sequence[str]) -> str:
    """Return the first of these parts that a case is in now, whatever the window; "" for none."""
    for part in parts:
        drill = queries.drill(slug, part=part)
        text = f"source = {_quoted(source)} and key = {_quoted(key)}"
        chosen = replace(_narrowed(drill, text, as_of=None), span=None, time=None)
        if signals.store().cases(chosen, limit=1).cases:
            return part
    return ""


def _filter(asked: Asked, moments: Moments) -> Filter:
    drill = queries.drill(
        asked.slug, part=asked.part, window=asked.window, at=moments.at, as_of=moments.as_of
    )
    if asked.day:
        drill = replace(drill, span=_within(drill, asked.day))
    return _narrowed(drill, " and ".join(_wishes(asked)), as_of=moments.as_of)


def _within(drill: Drill, day: date) -> Span:
    start = windows.midnight(day, drill.zone)
    return Span(start, min(windows.midnight(day + timedelta(days=1), drill.zone), drill.span.end))


def _wishes(asked: Asked) -> Iterator[str]:
    if asked.search:
        yield f"lower(key) like {_quoted('%' + _literal(asked.search.lower()) + '%')}"
    if asked.by:
        same = f"= {_quoted(asked.value)}" if asked.value else "is null"
        yield f"segment.{asked.by} {same}"


def _narrowed(drill: Drill, text: str, *, as_of: datetime | None) -> Filter:
    texts = [f"({part})" for part in (drill.where.text if drill.where else "", text) if part]
    where = expressions.parse(" and ".join(texts), role="condition") if texts else None
    return Filter(
        kinds=drill.kinds,
        where=where,
        time=drill.time,
        span=drill.span,
        zone=drill.zone,
        as_of=as_of,
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _literal(text: str) -> str:
    """Return the text with what `like` reads as a wildcard taken as any one character."""
    return text.replace("%", "_")
