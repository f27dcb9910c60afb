"""What besides counts decides a verdict: silence, pending cases, evidence. Read from the store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from troth.core.windows import Span, Window
from troth.promises.rules import figures, measures
from troth.promises.rules.attesting import Validity
from troth.promises.rules.figures import Forecast, Lasting, Open
from troth.promises.rules.frames import frame
from troth.promises.rules.terms import Counting, Terms
from troth.signals.expressions import Expression, parse
from troth.signals.store import Filter, Row, Store

EVER = datetime(1900, 1, 1, tzinfo=UTC)
MOST_CASES = 5000  # of each sort that a forecast looks at


@dataclass(frozen=True, slots=True)
class Look:
    """One look into the store at an instant, as known at `as_of` (None: now)."""

    store: Store
    at: datetime
    as_of: datetime | None = None

    def first(self, counting: Counting) -> datetime | None:
        """Return when the first case happened."""
        return self._end(counting, "happened_at")

    def last(self, counting: Counting) -> datetime | None:
        """Return when the latest case happened, none later than `at`."""
        return self._end(counting, "-happened_at")

    def _end(self, counting: Counting, order: str) -> datetime | None:
        page = self.store.cases(self._filter(counting), order=order, limit=1)
        return page.cases[0].happened_at if page.cases else None

    def silent_at(self, terms: Terms) -> datetime | None:
        """Return until when the promise is not silent: a heartbeat after its latest case.

        None where no heartbeat is asked for; where no case ever happened, the beginning of time.
        """
        if terms.needs.heartbeat is None:
            return None
        last = self.last(terms.counting)
        return last + timedelta(seconds=terms.needs.heartbeat) if last else EVER

    def evidence(self, counting: Counting) -> list[Validity]:
        """Return from when to when each attestation is valid."""
        rows = self._rows(self._filter(counting, "due_at is not null"))
        return [(row.happened_at, row.due_at) for row in rows if row.due_at is not None]

    def forecast(self, terms: Terms) -> Forecast | None:
        """Return what the pending cases are expected to come to.

        Durations are those of the cases that opened within the promise's longest window. None
        where the due date is worked out from more than one column.
        """
        rule = _due(terms.counting.due)
        if rule is None:
            return None
        due = f"({terms.counting.due})"
        start = min(_start(window, self.at, terms.tz) for window in terms.windows)
        dated = self._filter(terms.counting, f"{due} is not null", start=start)
        pending = self._filter(terms.counting, f"{due} > {measures.instant(self.at)}")
        lasting = [self._lasting(row) for row in self._rows(dated)]
        opens = [self._open(row, *rule) for row in self._rows(pending)]
        return figures.forecast(lasting, opens)

    def _lasting(self, row: Row) -> Lasting:
        done = row.resolved_at is not None and row.resolved_at <= self.at
        end = row.resolved_at if done and row.resolved_at else self.at
        return Lasting((end - row.happened_at).total_seconds(), done, row.weight)

    def _open(self, row: Row, column: str, added: timedelta) -> Open:
        done = row.resolved_at is not None and row.resolved_at <= self.at
        age = (self.at - row.happened_at).total_seconds()
        due: datetime = getattr(row, column) + added
        return Open(age, (due - row.happened_at).total_seconds(), done, row.weight)

    def _filter(self, counting: Counting, condition: str = "", *, start: datetime = EVER) -> Filter:
        return Filter(
            kinds=counting.kinds,
            where=_condition(measures.joined(counting.where, condition)),
            time=parse("happened_at", role="time"),
            span=Span(start, self.at),
            as_of=self.as_of,
        )

    def every(self, counting: Counting, condition: str = "") -> list[Row]:
        """Return every case that opened by now, page by page."""
        return self._all(self._filter(counting, condition))

    def every_of(self, kinds: tuple[str, ...]) -> list[Row]:
        return self._all(self._filter(Counting("event", kinds)))

    def _all(self, chosen: Filter) -> list[Row]:
        page = self.store.cases(chosen, limit=MOST_CASES)
        rows = list(page.cases)
        while page.next is not None:
            page = self.store.cases(chosen, after=page.next, limit=MOST_CASES)
            rows += page.cases
        return rows

    def _rows(self, chosen: Filter) -> Sequence[Row]:
        return self.store.cases(chosen, limit=MOST_CASES).cases


def _start(window: Window, at: datetime, zone: ZoneInfo) -> datetime:
    return frame(window, at, zone).span.start


def _condition(text: str) -> Expression | None:
    return parse(text, role="condition") if text else None


@cache
def _due(due: str) -> tuple[str, timedelta] | None:
    """Return the column that a due date is read from, and what is added; None where it is more."""
    node = parse(due, role="time").node
    if node.op == "column":
        return str(node.value), timedelta(0)
    if node.op in "+-" and (node.args[0].op, node.args[1].op) == ("column", "duration"):
        added = timedelta(microseconds=int(str(node.args[1].value)))
        return str(node.args[0].value), added if node.op == "+" else -added
    return None
