"""A judge by brute force: plain Python over the list of what was sent, in the order it came.

Written from the design's text alone. It shares no code with the engine: it knows no buckets, no
tallies, no expressions and no SQL. A promise is told to it as Python values and functions.
"""

# ruff: noqa: C901, PLR0911, PLR0912, PLR0915 - it follows the text, one paragraph a method

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

TICK = timedelta(microseconds=1)


@dataclass(eq=False)
class Sent:
    """One signal as it was sent; `order` is its place among all, `recorded` when it came in."""

    source: str
    kind: str
    key: str
    happened: datetime
    recorded: datetime
    order: int
    id: str | None = None
    version: int = 0
    due: datetime | None = None
    resolved: datetime | None = None
    outcome: str | None = None
    value: float | None = None
    weight: int = 1
    plan: str | None = None
    subject: str | None = None
    supersedes: str | None = None

    @property
    def content(self) -> tuple:
        return (
            self.kind, self.happened, self.version, self.due, self.resolved, self.outcome,
            self.value, self.weight, self.plan, self.subject, self.supersedes,
        )  # fmt: skip

    @property
    def rank(self) -> tuple:
        return (self.version, self.recorded, self.order)


def counting_rows(sent: Sequence[Sent], as_of: datetime) -> list[Sent]:
    """Return the one row of each case that counts, as known at `as_of`."""
    rows = _without_repeats(sorted(sent, key=lambda row: row.order))
    known = [row for row in rows if row.recorded <= as_of]
    found = []
    for row in known:
        rivals = [r for r in known if (r.source, r.key) == (row.source, row.key)]
        if any(rival.rank > row.rank for rival in rivals):
            continue
        if not _superseded(row, known):
            found.append(row)
    return found


def _without_repeats(rows: Sequence[Sent]) -> list[Sent]:
    kept: list[Sent] = []
    for row in rows:
        mine = [k for k in kept if (k.source, k.key) == (row.source, row.key)]
        if row.id is not None:
            repeated = any(k.id == row.id for k in mine)
        else:
            same = [k for k in mine if k.version == row.version]
            repeated = bool(same) and same[-1].id is None and same[-1].content == row.content
        if not repeated:
            kept.append(row)
    return kept


def _superseded(row: Sent, known: Sequence[Sent]) -> bool:
    """Whether another case names this one, and this one has not named that one back later."""
    for other in known:
        if (other.source, other.supersedes) != (row.source, row.key) or other.key == row.key:
            continue
        answers = [
            back for back in known
            if (back.source, back.key, back.supersedes) == (row.source, row.key, other.key)
            and (back.recorded, back.order) > (other.recorded, other.order)
            and (back.recorded, back.order) <= (row.recorded, row.order)
        ]  # fmt: skip
        if not answers:
            return True
    return False


@dataclass
class Excluded:
    category: str
    takes: Callable[[Sent], bool]
    start: datetime | None
    end: datetime | None
    recorded: datetime
    withdrawn: datetime | None = None


@dataclass
class Promised:
    """A promise as values: `good` and `where` take a row, `due` gives the row's due instant.

    `targets` are (in force from, target), the first from None. `windows` are ("day", 28),
    ("hour", 6), ("minute", 90) or ("calendar", "M"). `categories` are (name, cap).
    """

    evaluator: str
    kinds: tuple[str, ...]
    zone: ZoneInfo
    windows: Sequence[tuple[str, int | str]]
    targets: Sequence[tuple[datetime | None, Fraction, datetime]]
    where: Callable[[Sent], bool] = lambda _row: True
    good: Callable[[Sent], bool] = lambda _row: True
    due: Callable[[Sent], datetime | None] | None = None
    may_lack_due: bool = False
    min_cases: int = 30
    coverage: Fraction = Fraction(9, 10)
    heartbeat: timedelta | None = None
    no_data: str = "unknown"
    slice: timedelta | None = None
    slice_good: Callable[[int, int], bool] = lambda good, total: good == total
    categories: Sequence[tuple[str, Fraction | None]] = ()
    excluded: Sequence[Excluded] = ()
    suspended: Sequence[tuple[datetime, datetime | None, datetime]] = ()


@dataclass
class Said:
    """What the oracle says of one window."""

    verdict: str
    why: str
    good: int
    total: int
    raw_good: int
    raw_total: int
    unknown: int = 0
    no_promise: int = 0
    pending: int = 0
    allowed: Fraction = Fraction(0)
    coverage: float = 1.0
    dispersion: float = 1.0
    low: float | None = None
    high: float | None = None
    out: list[tuple[str, int, int, bool]] = field(default_factory=list)


def judge(promise: Promised, sent: Sequence[Sent], at: datetime, as_of: datetime) -> list[Said]:
    """Judge each window of the promise at the instant `at`, as known at `as_of`."""
    rows = [
        row for row in counting_rows(sent, as_of)
        if row.kind in promise.kinds and promise.where(row)
    ]  # fmt: skip
    return [_Judge(promise, rows, at, as_of, window).say() for window in promise.windows]


class _Judge:
    def __init__(self, promise, rows, at, as_of, window) -> None:
        self.promise, self.rows, self.at, self.as_of = promise, rows, at, as_of
        self.kind, self.size = window
        known = [t for t in promise.targets if t[2] <= as_of] or promise.targets[:1]
        begun = [t for t in known if t[0] is None or t[0] <= at] or known[:1]
        self.targets = begun
        self.target = begun[-1][1]

    # --- where an instant lies -------------------------------------------------------------
    def bucket(self, instant: datetime):
        before = instant - TICK
        if self.kind in ("day", "calendar"):
            return before.astimezone(self.promise.zone).date()
        seconds = 3600 if self.kind == "hour" else 60
        return int(before.timestamp() // 1) // seconds

    def first_bucket(self):
        last = self.bucket(self.at)
        if self.kind == "day":
            return last - timedelta(days=self.size - 1)
        if self.kind == "calendar":
            return _first_day(last, self.size)
        return last - (self.size - 1)

    def inside(self, instant: datetime) -> bool:
        return instant <= self.at and self.bucket(instant) >= self.first_bucket()

    def buckets_from(self, first) -> int:
        last = self.bucket(self.at)
        return (last - first).days + 1 if isinstance(first, date) else last - first + 1

    # --- which cases -------------------------------------------------------------------------
    def version_of(self, row: Sent) -> Fraction | None:
        """Return the target in force when the case opened; None: it opened before the promise."""
        found = None
        for start, target, _ in self.targets:
            begun = start is None or row.happened >= start
            if self.promise.slice is not None and start is not None:
                begun = row.happened > start
            if begun:
                found = target
        return found

    def judged_at(self, row: Sent) -> datetime | None:
        return self.promise.due(row) if self.promise.due else row.happened

    def judged(self) -> list[tuple[Sent, datetime, Fraction]]:
        found = []
        for row in self.rows:
            when, target = self.judged_at(row), self.version_of(row)
            if when is not None and target is not None and when <= self.at:
                found.append((row, when, target))
        return found

    def category_of(self, row: Sent, when: datetime) -> str | None:
        for name, _cap in self.promise.categories:
            for one in self.promise.excluded:
                if one.category != name or one.recorded > self.as_of:
                    continue
                if one.withdrawn is not None and one.withdrawn <= self.as_of:
                    continue
                in_time = (one.start is None or when > one.start) and (
                    one.end is None or when <= one.end
                )
                if in_time and one.takes(row):
                    return name
        return None

    # --- counting ----------------------------------------------------------------------------
    def units(self) -> list[tuple[object, datetime, bool, int, Fraction, str | None]]:
        """Return (bucket, when, is good, weight, target, category) of all cases or slices."""
        cases = self.judged()
        if self.promise.slice is None:
            return [
                (self.bucket(when), when, self.promise.good(row), row.weight, target,
                 self.category_of(row, when))
                for row, when, target in cases
            ]  # fmt: skip
        slices: dict = {}
        for row, when, target in cases:
            key = (self.slice_start(when), target)
            good, total, _ = slices.get(key, (0, 0, None))
            slices[key] = (
                good + (row.weight if self.promise.good(row) else 0),
                total + row.weight,
                self.category_of(row, when),
            )
        return [
            (self.bucket(start + TICK), start + TICK, self.promise.slice_good(good, total), 1,
             target, category)
            for (start, target), (good, total, category) in slices.items()
        ]  # fmt: skip

    def slice_start(self, instant: datetime) -> datetime:
        """Slices are counted from local midnight (days) or the whole hour or minute."""
        start = self.bucket_begin(instant)
        whole = (instant - TICK - start) // self.promise.slice
        return start + whole * self.promise.slice

    def bucket_begin(self, instant: datetime) -> datetime:
        bucket = self.bucket(instant)
        if isinstance(bucket, date):
            return _midnight(bucket, self.promise.zone)
        seconds = 3600 if self.kind == "hour" else 60
        return datetime.fromtimestamp(bucket * seconds, tz=UTC)

    def missing(self, units, category: str | None) -> list[datetime]:
        """Return the starts of the slices of the window that are over and have no data."""
        opened = [row.happened for row in self.rows if row.happened <= self.at]
        if not opened:
            return []
        since = min(opened) - TICK
        if self.promise.targets[0][0] is not None:
            since = max(since, self.promise.targets[0][0])
        seen: dict = {}
        for bucket, when, _good, _weight, _target, of in units:
            if category is None or of == category:
                seen.setdefault(bucket, set()).add(when - TICK)
        found = []
        moment = self.begin_of(self.first_bucket())
        while moment < self.at:
            end_of_bucket = self.next_begin(moment)
            starts = []
            start = moment
            while start < end_of_bucket:
                end = min(start + self.promise.slice, end_of_bucket)
                if end <= self.at and end > since and not self._before(start, moment, since):
                    starts.append(start)
                start += self.promise.slice
            if category is not None:
                starts = [s for s in starts if self.span_takes(s, category)]
            have = seen.get(self.bucket(moment + TICK), set())
            lacking = max(0, len(starts) - len(have))
            found += [s for s in starts if s not in have][:lacking]
            moment = end_of_bucket
        return found

    def _before(self, start, bucket, since) -> bool:
        """Whether a slice lies before the one in which `since` falls."""
        if since <= bucket:
            return False
        return start < bucket + ((since - bucket) // self.promise.slice) * self.promise.slice

    def span_takes(self, start: datetime, category: str) -> bool:
        return any(
            one.category == category and one.start <= start < one.end
            and one.recorded <= self.as_of
            and (one.withdrawn is None or one.withdrawn > self.as_of)
            for one in self.promise.excluded
        )  # fmt: skip

    def begin_of(self, bucket) -> datetime:
        if isinstance(bucket, date):
            return _midnight(bucket, self.promise.zone)
        return datetime.fromtimestamp(bucket * (3600 if self.kind == "hour" else 60), tz=UTC)

    def next_begin(self, start: datetime) -> datetime:
        if self.kind in ("day", "calendar"):
            day = start.astimezone(self.promise.zone).date()
            return _midnight(day + timedelta(days=1), self.promise.zone)
        return start + timedelta(seconds=3600 if self.kind == "hour" else 60)

    # --- the verdict -------------------------------------------------------------------------
    def say(self) -> Said:
        if self.promise.evaluator == "attestation":
            return self.attested()
        every = self.units()
        units = [unit for unit in every if self.inside(unit[1])]
        raw_good = sum(w for _, _, good, w, _, _ in units if good)
        raw_total = sum(w for _, _, _, w, _, _ in units)
        missing = self.missing(every, None) if self.promise.slice else []
        unknown = len(missing) if self.promise.no_data == "unknown" else 0
        extra = 0 if self.promise.no_data == "unknown" else len(missing)
        raw_total += extra
        raw_good += extra if self.promise.no_data == "kept" else 0
        kept_units, out, gone = list(units), [], 0
        gone_good = 0
        for name, cap in self.promise.categories:
            mine = [u for u in units if u[5] == name]
            lost = self.missing(every, name) if self.promise.slice else []
            filled = 0 if self.promise.no_data == "unknown" else len(lost)
            total = sum(u[3] for u in mine) + filled
            good = sum(u[3] for u in mine if u[2])
            good += filled if self.promise.no_data == "kept" else 0
            applied = cap is None or Fraction(total) <= cap * raw_total
            out.append((name, good, total, applied))
            if applied:
                kept_units = [u for u in kept_units if u[5] != name]
                unknown -= len(lost) if self.promise.no_data == "unknown" else 0
                gone += filled
                gone_good += filled if self.promise.no_data == "kept" else 0
        good = sum(u[3] for u in kept_units if u[2])
        total = sum(u[3] for u in kept_units)
        by_target: dict = {}
        for unit in kept_units:
            seen_good, seen = by_target.get(unit[4], (0, 0))
            by_target[unit[4]] = (seen_good + (unit[3] if unit[2] else 0), seen + unit[3])
        if self.promise.slice:
            filled_good = (extra if self.promise.no_data == "kept" else 0) - gone_good
            seen_good, seen = by_target.get(self.target, (0, 0))
            by_target[self.target] = (seen_good + filled_good, seen + extra - gone)
            good, total = good + filled_good, total + extra - gone
        allowed = sum(((1 - t) * n for t, (_, n) in by_target.items()), Fraction(0))
        zero = any(t == 1 and n > g for t, (g, n) in by_target.items())
        counted = {name for name, _, _, applied in out if applied}
        left = [u for u in every if u[5] not in counted]
        phi = _dispersion(_by_bucket([u for u in left if self.inside(u[1])]))
        low, high = _wilson(good, total, phi)
        firsts = [u[0] for u in every if u[3]]
        said = Said(
            "", "", good, total, raw_good, raw_total, unknown, self.undated(), self.pending(),
            allowed, 1.0, phi, low, high, out,
        )  # fmt: skip
        rolling = self.covered(min(firsts) if firsts else None)
        seen_share = Fraction(total, total + unknown) if total else Fraction(1)
        said.coverage = float(min(rolling, seen_share))
        said.verdict, said.why = self.verdict(said, zero, rolling, seen_share, left)
        return said

    def covered(self, first) -> Fraction:
        if self.kind == "calendar":
            return Fraction(1)
        if first is None:
            return Fraction(0)
        start = self.first_bucket()
        if first <= start:
            return Fraction(1)
        return Fraction(self.buckets_from(first), self.buckets_from(start))

    def verdict(self, said, zero, rolling, seen_share, left) -> tuple[str, str]:
        if any(
            start <= self.at and (end is None or self.at < end) and recorded <= self.as_of
            for start, end, recorded in self.promise.suspended
        ):
            return "suspended", "suspended"
        if zero:
            return "broken", "zero_tolerance"
        by_policy = {"unknown": "no_data", "kept": "kept", "broken": "broken"}[self.promise.no_data]
        if said.total == 0:
            return by_policy, "untested"
        if self.silent() and self.promise.no_data != "kept":
            return by_policy, "silent"
        if said.total < (1 if self.target == 1 else self.promise.min_cases):
            return "not_enough", "few_cases"
        if rolling < self.promise.coverage:
            return "not_enough", "short_history"
        if seen_share < self.promise.coverage:
            return "not_enough", "missing_slices"
        if said.total - said.good > said.allowed:
            return "broken", "over_budget"
        return self.risk(said, left)

    def silent(self) -> bool:
        if self.promise.heartbeat is None:
            return False
        happened = [row.happened for row in self.rows if row.happened <= self.at]
        return not happened or self.at - max(happened) > self.promise.heartbeat

    def risk(self, said: Said, left) -> tuple[str, str]:
        count = self.buckets_from(self.first_bucket())
        quarter = math.ceil(count / 4)
        last = self.bucket(self.at)
        since = last - timedelta(days=quarter - 1) if isinstance(last, date) else last - quarter + 1
        recent = [u for u in left if u[0] >= since and u[1] <= self.at]
        good = sum(u[3] for u in recent if u[2])
        bad = sum(u[3] for u in recent) - good
        if bad >= 2 and _below(good, bad, self.target, said.dispersion) >= 0.95:
            return "at_risk", "posterior"
        if self.burns(left):
            return "at_risk", "burn"
        expected = self.forecast()
        if expected is not None:
            failing, pending = expected
            bad_then = math.floor(said.total - said.good + failing + Fraction(1, 2))
            if bad_then > said.allowed + (1 - self.target) * pending:
                return "at_risk", "forecast"
        return "kept", "within"

    def burns(self, left) -> bool:
        finest = min(
            {"day": 86400, "calendar": 86400, "hour": 3600, "minute": 60}[kind]
            for kind, _ in self.promise.windows
        )
        if finest == 86400 or self.target == 1:
            return False
        whole = self.window_seconds()
        for share, length in ((2, 3600), (5, 6 * 3600), (10, 86400), (10, 3 * 86400)):
            short = length // 12
            if short % finest or length >= whole:
                continue
            limit = Fraction(share, 100) * whole / length * (1 - self.target)
            if all(
                self._burns(left, seconds, finest, limit, fewest)
                for seconds, fewest in ((length, 2), (short, 1))
            ):
                return True
        return False

    def _burns(self, left, seconds, finest, limit, fewest) -> bool:
        now = int((self.at - TICK).timestamp() // 1) // finest
        good = bad = 0
        for _, when, is_good, weight, _, _ in left:
            place = int((when - TICK).timestamp() // 1) // finest
            if now - seconds // finest < place <= now and when <= self.at:
                good += weight if is_good else 0
                bad += 0 if is_good else weight
        return bad >= fewest and bad >= limit * (good + bad)

    def window_seconds(self) -> int:
        unit = {"day": 86400, "hour": 3600, "minute": 60}
        if self.kind != "calendar":
            return self.size * unit[self.kind]
        first = self.first_bucket()
        last = _next_first(first, self.size)
        zone = self.promise.zone
        return int((_midnight(last, zone) - _midnight(first, zone)).total_seconds())

    def undated(self) -> int:
        if not self.promise.may_lack_due:
            return 0
        return sum(
            row.weight for row in self.rows
            if self.promise.due(row) is None and self.version_of(row) is not None
            and self.inside(row.happened)
        )  # fmt: skip

    def waiting(self) -> list[Sent]:
        if self.promise.due is None:
            return []
        found = []
        for row in self.rows:
            due = self.promise.due(row)
            if due is not None and row.happened <= self.at < due:
                found.append(row)
        return found

    def pending(self) -> int:
        return sum(row.weight for row in self.waiting() if self.version_of(row) is not None)

    def forecast(self) -> tuple[Fraction, int] | None:
        """Expect of each pending case what a Kaplan-Meier curve of past durations says."""
        if self.promise.due is None or not self.pending():
            return None
        starts = [
            _Judge(self.promise, self.rows, self.at, self.as_of, window).first_begin()
            for window in self.promise.windows
        ]
        sample = [
            row for row in self.rows
            if min(starts) < row.happened <= self.at and self.promise.due(row) is not None
        ]  # fmt: skip
        lasting = []
        for row in sample:
            done = row.resolved is not None and row.resolved <= self.at
            end = row.resolved if done else self.at
            lasting.append((max(timedelta(0), end - row.happened), done, row.weight))
        if sum(weight for _, done, weight in lasting if done) < 5:
            return None

        def still_open(moment: timedelta) -> Fraction:
            share = Fraction(1)
            for time in sorted({t for t, done, _ in lasting if done and t <= moment}):
                at_risk = sum(w for t, _, w in lasting if t >= time)
                share *= 1 - Fraction(sum(w for t, d, w in lasting if d and t == time), at_risk)
            return share

        failing, pending = Fraction(0), 0
        for row in self.waiting():
            pending += row.weight
            if row.resolved is not None and row.resolved <= self.at:
                continue
            now = still_open(self.at - row.happened)
            then = still_open(self.promise.due(row) - row.happened)
            failing += row.weight * (then / now if now else Fraction(1))
        return failing, pending

    def first_begin(self) -> datetime:
        return self.begin_of(self.first_bucket())

    def attested(self) -> Said:
        valid = [(row.happened, row.due) for row in self.rows if row.due is not None]
        valid = [pair for pair in valid if pair[0] <= self.at]
        good = total = 0
        moment = self.first_begin()
        while moment < self.at:
            end = min(self.at, self.next_begin(moment))
            start = self.promise.targets[0][0]
            if start is None or end > start:
                total += 1
                good += any(a < end <= b for a, b in valid)
            moment = self.next_begin(moment)
        if any(a < self.at <= b for a, b in valid):
            verdict = ("kept", "attested")
        elif any(a < self.at for a, _ in valid):
            verdict = ("broken", "not_attested")
        else:
            verdict = (
                {"unknown": "no_data", "kept": "kept", "broken": "broken"}[self.promise.no_data],
                "untested",
            )
        for start, end, recorded in self.promise.suspended:
            if start <= self.at and (end is None or self.at < end) and recorded <= self.as_of:
                verdict = ("suspended", "suspended")
        return Said(*verdict, good, total, good, total)


def _first_day(day: date, unit: str) -> date:
    if unit == "D":
        return day
    if unit == "W":
        while day.isoweekday() != 1:
            day -= timedelta(days=1)
        return day
    while day.day != 1:
        day -= timedelta(days=1)
    months = {"M": range(1, 13), "Q": (1, 4, 7, 10), "Y": (1,)}[unit]
    while day.month not in months:
        day = (day - timedelta(days=1)).replace(day=1)
    return day


def _next_first(first: date, unit: str) -> date:
    day = first + timedelta(days=1)
    while _first_day(day, unit) == first:
        day += timedelta(days=1)
    return day


@cache
def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant whose local date is `day`, to the second."""
    low = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=30)
    high = low + timedelta(hours=60)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if middle.astimezone(zone).date() >= day:
            high = middle
        else:
            low = middle
    return high


def _by_bucket(units) -> list[tuple[int, int]]:
    days: dict = {}
    for bucket, _, good, weight, _, _ in units:
        seen_good, seen = days.get(bucket, (0, 0))
        days[bucket] = (seen_good + (weight if good else 0), seen + weight)
    return [days[bucket] for bucket in sorted(days)]


def _dispersion(days: list[tuple[int, int]]) -> float:
    good, total = sum(g for g, _ in days), sum(n for _, n in days)
    if len(days) < 8 or good in (0, total):
        return 1.0
    p = good / total
    z = [(g / n - p) / math.sqrt(p * (1 - p) / n) for g, n in days]
    moves = [abs(b - a) for a, b in pairwise(z)]
    return max(1.0, (sum(moves) / len(moves) / 1.128) ** 2)


def _wilson(good: int, total: int, phi: float) -> tuple[float | None, float | None]:
    if not total:
        return None, None
    z, n, p = 1.6448536269514722, total / phi, good / total
    root = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low = (p + z * z / (2 * n) - root) / (1 + z * z / n)
    high = (p + z * z / (2 * n) + root) / (1 + z * z / n)
    return (0.0 if good == 0 else low), (1.0 if good == total else high)


def _below(good: int, bad: int, target: Fraction, phi: float) -> float:
    """P(p < T) for Beta(1 + good, 1 + bad), as an exact binomial sum over whole evidence."""
    good, bad = math.floor(good / phi + 1e-9), math.floor(bad / phi + 1e-9)
    n, q = good + bad + 1, 1 - target
    return float(sum(math.comb(n, k) * q**k * target ** (n - k) for k in range(bad + 1)))
