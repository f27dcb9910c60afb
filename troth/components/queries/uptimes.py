"""How much of a time was without incidents: of one component, or of all of them together."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from troth.components.models import Component
from troth.components.queries import loading
from troth.components.queries.spans import added, find, seconds_of
from troth.components.rules import combining, uptime
from troth.components.rules.combining import Stretch
from troth.components.rules.results import Status
from troth.components.rules.uptime import Interval
from troth.core.windows import Span

LEAST = {"minor": Status.DEGRADED, "major": Status.PARTIAL, "critical": Status.MAJOR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Uptime:
    """Of `seconds` in [starts, ends) so many were as bad as each impact or worse.

    `by_formula` counts by the declared weights, for one component; None for all together, and
    where nothing is known.
    """

    component: str | None  # its name; None: all together, and incidents that name none
    starts: int
    ends: int
    down: tuple[tuple[str, int], ...]  # impact → seconds, each second once
    by_formula: Fraction | None
    silent: int  # seconds without data

    @property
    def seconds(self) -> int:
        return self.ends - self.starts

    def share(self, impact: str) -> Fraction | None:
        """Return the share of the time without anything as bad as this impact.

        Time without data counts neither way; None where there is no other.
        """
        known = self.seconds - self.silent
        return 1 - Fraction(dict(self.down)[impact], known) if known > 0 else None


def uptime_of(uid: str, span: Span) -> Uptime:
    """Return the uptime of a component in the part of a span that its history covers.

    Raises Component.DoesNotExist.
    """
    row = find(uid)
    if row is None:
        raise Component.DoesNotExist(uid)
    wanted = _covered(seconds_of(span), [row])
    told = loading.load([row], wanted).timeline(row, wanted)
    found = added(told, loading.regimes())
    return Uptime(
        component=row.name, starts=wanted[0], ends=wanted[1], down=_down(told, wanted),
        by_formula=found.share, silent=found.silent,
    )  # fmt: skip


def uptime_together(span: Span) -> Uptime:
    """Return the time in which anything was wrong anywhere, each second once.

    It begins with the history of the first component.
    """
    rows = list(Component.objects.all())
    wanted = _covered(seconds_of(span), rows)
    loaded = loading.load(rows, wanted)
    told = [one for row in rows for one in loaded.timeline(row, wanted)]
    whole = loading.load_whole(wanted)
    told += combining.timeline(whole, (), starts=wanted[0], ends=wanted[1])
    return Uptime(
        component=None, starts=wanted[0], ends=wanted[1], down=_down(told, wanted),
        by_formula=None, silent=0,
    )  # fmt: skip


def _covered(span: Interval, rows: Sequence[Component]) -> Interval:
    first = min((loading.began(row) for row in rows), default=span[1])
    return min(max(span[0], first), span[1]), span[1]


def _down(told: list[Stretch], span: Interval) -> tuple[tuple[str, int], ...]:
    return tuple(
        (impact, uptime.length(uptime.clipped(uptime.at_least(told, status), span)))
        for impact, status in LEAST.items()
    )
