"""What was, when, and why: spans, downtime and the refs that caused it, exactly."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from django.db.models import Q

from troth.components.models import Component, Condition
from troth.components.queries import loading
from troth.components.rules import combining, uptime
from troth.components.rules.combining import FAR, Stretch
from troth.components.rules.results import Cause, Status
from troth.components.rules.uptime import Interval, Regime
from troth.core.windows import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanShown:
    """A time in which the same held of a component, [starts_at, ends_at)."""

    starts_at: datetime
    ends_at: datetime
    status: Status
    cause: Cause | None
    ref: str  # who decided it
    refs: tuple[str, ...]  # all who said that something was wrong
    note: str
    announced: bool

    @property
    def seconds(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class Downtime:
    """How long a component was down in a span, to the second.

    `down` is by the declared weights. `raw` counts maintenance as if none had been announced.
    `by_ref` gives the weighted seconds during which each source said that something was wrong;
    of sources that overlap each has its own, so they may add up to more than `down`.
    """

    known: int  # seconds of which anything is known
    silent: int  # seconds without data
    down: Fraction
    raw: Fraction
    by_ref: tuple[tuple[str, Fraction], ...]

    @property
    def share(self) -> Fraction | None:
        return share(self.known, self.down)

    @property
    def down_time(self) -> timedelta:
        return timedelta(microseconds=int(self.down * 1_000_000))

    @property
    def silent_time(self) -> timedelta:
        return timedelta(seconds=self.silent)

    @property
    def raw_share(self) -> Fraction | None:
        return share(self.known, self.raw)


def share(known: int, down: Fraction) -> Fraction | None:
    """Return the uptime; None where nothing is known."""
    return 1 - down / known if known else None


def find(uid_or_slug: str) -> Component | None:
    named = Q(uid=uid_or_slug) | Q(slug=uid_or_slug)
    return Component.objects.filter(named).select_related("group").first()


def spans(uid_or_slug: str, span: Span, *, as_of: datetime | None = None) -> tuple[SpanShown, ...]:
    """Return what held of a component in [span.start, span.end), oldest first.

    Raises Component.DoesNotExist.
    """
    return tuple(_span(one) for one in _stretches(uid_or_slug, span, as_of))


def downtime(uid_or_slug: str, span: Span, *, as_of: datetime | None = None) -> Downtime:
    """Return how long a component was down in [span.start, span.end), and by whom.

    Raises Component.DoesNotExist.
    """
    told = _stretches(uid_or_slug, span, as_of)
    return added(told, loading.regimes(as_of=as_of))


def downtime_of_whole(span: Span, *, as_of: datetime | None = None) -> Downtime:
    """Return how long the whole was down by incidents that name no component, and by which."""
    starts, ends = seconds_of(span)
    claims = loading.load_whole((starts, ends), as_of=as_of)
    told = combining.timeline(claims, (), starts=starts, ends=ends)
    return added(told, loading.regimes(as_of=as_of))


def added(told: list[Stretch], regimes: tuple[Regime, ...]) -> Downtime:
    weighing = uptime.Weighing(regimes)
    total = weighing.added(told)
    by_ref: dict[str, Fraction] = {}
    for one in told:
        if one.status not in (Status.OPERATIONAL, Status.NO_DATA):
            down = weighing.added([one]).down
            for ref in one.told.refs or (one.told.ref,):
                by_ref[ref] = by_ref.get(ref, Fraction(0)) + down
    return Downtime(
        known=total.known,
        silent=sum(one.seconds for one in told if one.status is Status.NO_DATA),
        down=total.down,
        raw=uptime.Weighing(uptime.unexcused(regimes)).added(told).down,
        by_ref=tuple(sorted(by_ref.items(), key=lambda item: (-item[1], item[0]))),
    )


def seconds_of(span: Span) -> Interval:
    return int(span.start.timestamp() // 1), int(span.end.timestamp() // 1)


def _stretches(uid_or_slug: str, span: Span, as_of: datetime | None) -> list[Stretch]:
    row = find(uid_or_slug)
    if row is None:
        raise Component.DoesNotExist(uid_or_slug)
    wanted = seconds_of(span)
    return loading.load([row], wanted, as_of=as_of).timeline(row, wanted)


def _span(one: Stretch) -> SpanShown:
    return SpanShown(
        starts_at=instant(one.starts), ends_at=instant(one.ends), status=one.status,
        cause=one.told.cause, ref=one.told.ref, refs=one.told.refs, note=one.told.note,
        announced=one.told.announced,
    )  # fmt: skip


def instant(second: int) -> datetime:
    return datetime.fromtimestamp(second, tz=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One thing that somebody said of a component, as it was recorded."""

    ref: str
    cause: Cause
    status: Status
    starts_at: datetime
    ends_at: datetime | None  # None: it lasts
    note: str
    by: str
    recorded_at: datetime
    withdrawn_at: datetime | None


def said(
    uid_or_slug: str, *, withdrawn: bool = False, limit: int = 200, offset: int = 0
) -> list[Said]:
    """Return what was said of a component, newest first; with `withdrawn` what no longer counts."""
    rows = Condition.objects.filter(
        Q(component__uid=uid_or_slug) | Q(component__slug=uid_or_slug)
    ).order_by("-starts", "-id")
    if not withdrawn:
        rows = rows.filter(withdrawn_at=None)
    return [_said(row) for row in rows[offset : offset + limit]]


def word(uid_or_slug: str, *, at: datetime) -> Said | None:
    """Return the person's word that stands for a component at an instant."""
    second = int(at.timestamp())
    rows = Condition.objects.filter(
        Q(component__uid=uid_or_slug) | Q(component__slug=uid_or_slug),
        cause=Cause.PERSON, withdrawn_at=None, starts__lte=second, ends__gt=second,
    )  # fmt: skip
    row = rows.order_by("-id").first()
    return _said(row) if row else None


def _said(row: Condition) -> Said:
    return Said(
        ref=row.ref, cause=Cause(row.cause), status=Status(row.status),
        starts_at=instant(row.starts), ends_at=None if row.ends >= FAR else instant(row.ends),
        note=row.note, by=row.by, recorded_at=row.recorded_at, withdrawn_at=row.withdrawn_at,
    )  # fmt: skip
