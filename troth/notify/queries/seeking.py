"""Where messages stand in the log, the newest first: an index leads to them, whatever is asked.

A search looks at no more than LOOK places of each index and says where to go on. States stand in
the SQL as words: SQLite takes a partial index for nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from troth.core.rows import among
from troth.notify.models import State, Stretch, Telling
from troth.notify.queries.spans import EVERYTHING, Span, joined
from troth.people import queries as people

LOOK: Final = 20_000
_GLANCE: Final = 500
_FEW: Final = 500  # readers of a rare channel: their own messages are looked at
ENDED: Final = tuple(str(state.value) for state in (
    State.ACCEPTED, State.OVERTAKEN, State.JOINED, State.WITHHELD, State.REFUSED, State.GIVEN_UP,
    State.UNKNOWN,
))  # fmt: skip
_HELD: Final = (str(State.CLAIMED.value), str(State.LEAVING.value))
OPEN: Final = (str(State.QUEUED.value), *_HELD)
_IN_ENDED: Final = f"state IN ({', '.join(repr(one) for one in ENDED)})"
_TABLE: Final = "SELECT id FROM notify_delivery WHERE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which messages. `thread` is a thread's id, `number` a revision of it; None is every one."""

    thread: int | None = None
    number: int | None = None
    channel: str = ""
    states: tuple[str, ...] = ()
    reader: int | None = None
    subscription: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Ids, the newest first. `place`: the rest stands below it; None: there is no rest."""

    ids: Sequence[int]
    place: int | None


@dataclass(frozen=True, slots=True)
class Sql:
    text: str
    values: tuple[Any, ...] = ()

    def __add__(self, other: "Sql") -> "Sql":
        return Sql(f"{self.text} AND {other.text}", (*self.values, *other.values))


_EVERY: Final = Sql("1 = 1")


def seek(wanted: Wanted, *, below: int | None, limit: int) -> Found:
    """Return some of the messages that are wanted, from below a place on."""
    tellings = _tellings(wanted)
    spans = _spans(wanted, tellings)
    fits = _fits(wanted, tellings)
    ids: list[int] = []
    for span in spans if below is None else [one.below(below) for one in spans]:
        if span.last < span.first:
            continue
        found = _within(span, wanted, fits, limit + 1 - len(ids))
        ids += found.ids
        if len(ids) > limit:
            return Found(ids[:limit], ids[limit - 1])
        if found.place is not None:
            return Found(ids, found.place)
    return Found(ids, None)


def _tellings(wanted: Wanted) -> list[int] | None:
    """Return the revision's telling; None where every revision is wanted."""
    if wanted.number is None:
        return None
    rows = Telling.objects.filter(number=min(wanted.number, 2**31 - 1))
    rows = rows if wanted.thread is None else rows.filter(thread=wanted.thread)
    return list(rows.values_list("pk", flat=True)) if wanted.thread is not None else None


def _spans(wanted: Wanted, tellings: list[int] | None) -> list[Span]:
    """Return where in the log a story stands, the newest first."""
    if wanted.thread is None or wanted.reader is not None:
        return [EVERYTHING]
    rows = Stretch.objects.filter(telling__thread=wanted.thread)
    rows = rows if tellings is None else rows.filter(telling__in=tellings)
    return joined([Span(first, last) for first, last in rows.values_list("first", "last")])


def _fits(wanted: Wanted, tellings: list[int] | None) -> Sql:
    given: tuple[tuple[str, object], ...] = (
        ("thread_id", wanted.thread), ("reader_id", wanted.reader),
        ("subscription_id", wanted.subscription), ("channel", wanted.channel or None),
    )  # fmt: skip
    found = _EVERY
    for column, value in given:
        if value is not None:
            found += Sql(f"{column} = %s", (value,))
    if tellings is not None:
        text, values = among(tellings or [0])
        found += Sql(f"telling_id {text}", tuple(values))
    if wanted.thread is None and wanted.number is not None:
        found += Sql("telling_id IN (SELECT t.id FROM notify_telling t WHERE t.number = %s)",
                     (min(wanted.number, 2**31 - 1),))  # fmt: skip
    return found


def _within(span: Span, wanted: Wanted, fits: Sql, many: int) -> Found:
    if wanted.reader is not None:
        return _looked(span, Sql("reader_id = %s", (wanted.reader,)), _stated(wanted, fits), many)
    if wanted.channel and (some := _of_few(span, wanted.channel)) is not None:
        return Found(_among(some, _stated(wanted, fits), many), None)
    if not (wanted.states or wanted.channel):
        return _looked(span, _EVERY, fits, many)
    states = wanted.states or (*ENDED, *OPEN)
    parts = [_ended(span, state, fits, many) for state in states if state in ENDED]
    if held := tuple(state for state in states if state in _HELD):
        parts.append(_held(span, held, fits, many))
    if State.QUEUED in states:
        parts.append(_queued(span, wanted.channel, fits, many))
    return merged(parts, many)


def merged(parts: Sequence[Found], many: int) -> Found:
    """Return the newest of several searches, as far as all of them have looked."""
    place = max((one.place for one in parts if one.place is not None), default=None)
    ids = sorted((pk for one in parts for pk in one.ids if pk >= (place or 0)), reverse=True)
    return Found(ids, None) if len(ids) >= many else Found(ids, place)


def _stated(wanted: Wanted, fits: Sql) -> Sql:
    if not wanted.states:
        return fits
    return fits + Sql(f"state IN ({', '.join(['%s'] * len(wanted.states))})", wanted.states)


def _ended(span: Span, state: str, fits: Sql, many: int) -> Found:
    return _looked(span, Sql(f"state = '{state}' AND {_IN_ENDED}"), fits, many)


def _looked(span: Span, lead: Sql, fits: Sql, many: int) -> Found:
    """Look at LOOK places of an index at most; those before its end are looked at next time.

    A glance comes first: mostly what is wanted lies near.
    """
    lead += _on(span)
    if not fits.values and fits.text == _EVERY.text:
        return Found(_newest(lead, many), None)
    found = Found([], None)
    for look in (_GLANCE, LOOK):
        near = f"{_TABLE} {lead.text} ORDER BY id DESC LIMIT 2 OFFSET {look - 1}"
        edges = _ids(near, lead.values)
        is_all = len(edges) < 2  # noqa: PLR2004 - the last one looked at, and one behind it
        near_ones = lead if is_all else lead + Sql("id >= %s", (edges[0],))
        ids = _newest(near_ones + fits, many)
        found = Found(ids, None if is_all or len(ids) >= many else edges[0])
        if found.place is None:
            break
    return found


def _newest(both: Sql, many: int) -> list[int]:
    return _ids(f"{_TABLE} {both.text} ORDER BY id DESC LIMIT {many}", both.values)


def _held(span: Span, states: tuple[str, ...], fits: Sql, many: int) -> Found:
    """Look at what couriers hold: there is never much of it. The order asks for its index."""
    held = _ids(f"{_TABLE} state IN ('claimed', 'leaving') ORDER BY reader_id", ())
    inside = [pk for pk in held if span.first <= pk <= span.last]
    words = ", ".join(f"'{one}'" for one in states)
    return Found(_among(inside, fits + Sql(f"state IN ({words})"), many), None)


def _queued(span: Span, channel: str, fits: Sql, many: int) -> Found:
    """Look at all that is queued where that is not much, else at the newest of the log."""
    lead = Sql("state = 'queued'")
    lead = lead + Sql("channel = %s", (channel,)) if channel else lead
    some = _ids(f"{_TABLE} {lead.text} LIMIT {LOOK // 2 + 1}", lead.values)
    if len(some) <= LOOK // 2:
        inside = [pk for pk in some if span.first <= pk <= span.last]
        return Found(_among(inside, fits, many), None)
    return _looked(span, _EVERY, fits + Sql("state = 'queued'"), many)


def _of_few(span: Span, channel: str) -> list[int] | None:
    """Return the messages of a channel that few read; None where it is not rare."""
    few = people.few(channel, most=_FEW)
    if few is None:
        return None
    text, values = among(few or [0])
    mine = Sql(f"reader_id {text}", tuple(values)) + _on(span)
    found = _ids(f"{_TABLE} {mine.text} LIMIT {LOOK // 2 + 1}", mine.values)
    return found if len(found) <= LOOK // 2 else None


def _on(span: Span) -> Sql:
    return Sql("id BETWEEN %s AND %s", (span.first, span.last))


def _among(ids: Sequence[int], fits: Sql, many: int) -> list[int]:
    if not ids:
        return []
    text, values = among(ids)
    both = Sql(f"id {text}", tuple(values)) + fits
    return _newest(both, many)


def _ids(sql: str, values: Sequence[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return [row[0] for row in cursor.fetchall()]
