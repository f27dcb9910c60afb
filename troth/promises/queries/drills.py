"""From a number to the cases behind it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from troth.core import clock
from troth.core.windows import Span, Window
from troth.metrics import queries as metrics
from troth.promises.models import Promise
from troth.promises.queries import dockets
from troth.promises.queries.circumstances import EVER
from troth.promises.queries.regimes import Regime, begun
from troth.promises.rules import measures
from troth.promises.rules.frames import frame
from troth.promises.rules.measures import Exclusions
from troth.promises.rules.results import Count
from troth.promises.rules.terms import Terms
from troth.signals.expressions import Expression, parse


@dataclass(frozen=True, slots=True)
class Drill:
    """The cases behind a number, in the words of `signals.store.Store.cases`."""

    kinds: tuple[str, ...]
    where: Expression | None
    time: Expression
    span: Span
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Scene:
    """What a question of one window stands on."""

    terms: Terms
    regimes: Sequence[Regime]
    exclusions: Exclusions
    at: datetime
    span: Span


def drill(
    slug: str,
    *,
    part: str = "judged",
    window: str | None = None,
    at: datetime | None = None,
    as_of: datetime | None = None,
) -> Drill:
    """Return which cases stand behind a number of a window (default: the headline).

    `part` is judged, kept, broken, pending, no_promise or excluded:<category>. Raises
    Promise.DoesNotExist, ValueError.
    """
    scene = scene_of(slug, window, at, as_of)
    last = scene.regimes[-1].terms.counting
    alike = [
        r for r in scene.regimes
        if (r.terms.counting.kinds, r.terms.counting.at) == (last.kinds, last.at)
    ]  # fmt: skip
    conditions = [_condition(scene, regime, part) for regime in alike]
    where = " or ".join(f"({text})" for text in conditions) if all(conditions) else ""
    placed = "happened_at" if part in ("pending", "no_promise") else last.at
    span = Span(EVER, scene.at) if part == "pending" else scene.span
    return Drill(
        kinds=last.kinds,
        where=parse(where, role="condition") if where else None,
        time=parse(placed, role="time"),
        span=span,
        zone=scene.terms.tz,
    )


def scene_of(slug: str, window: str | None, at: datetime | None, as_of: datetime | None) -> Scene:
    """Return what a window of a promise stands on at an instant (default window: the headline).

    Raises Promise.DoesNotExist, and ValueError where there is no such window.
    """
    now = clock.now()
    at, known = at or as_of or now, as_of or now
    docket = dockets.load([Promise.objects.get(slug=slug)])[0]
    terms = docket.terms(at, known)
    place = frame(_window(terms, window), at, terms.tz)
    regimes = begun(docket.regimes(at, known), at)
    return Scene(terms, regimes, docket.taken(known), at, place.span)


def _window(terms: Terms, name: str | None) -> Window:
    for window in terms.windows:
        if name is None or str(window) == name:
            return window
    raise ValueError(f"the promise has no window {name}")


def _condition(scene: Scene, regime: Regime, part: str) -> str:
    counting = regime.terms.counting
    if counting.calendar and part in ("kept", "broken"):
        raise ValueError("deadlines in business hours are not listed by kept and broken")
    strictly = counting.slice is not None
    base = measures.joined(counting.where, *measures.in_force(regime.bounds, strictly=strictly))
    good = f"coalesce({counting.good or 'true'}, false)"
    named = {
        "judged": "",
        "kept": good,
        "broken": f"not ({good})",
        "pending": f"({counting.due or 'due_at'}) > {measures.instant(scene.at)}",
        "no_promise": f"({counting.due or 'due_at'}) is null",
        **{
            f"excluded:{category}": condition
            for category, condition in measures.excluding(regime.terms, scene.exclusions)
        },
    }
    if part not in named:
        raise ValueError(f"there is no part {part}; there are {', '.join(named)}")
    return measures.joined(base, named[part])


def by_segment(
    slug: str,
    *,
    attribute: str,
    window: str | None = None,
    at: datetime | None = None,
    as_of: datetime | None = None,
) -> dict[str | None, Count]:
    """Return the raw count of each value of a segment attribute in a window (default: headline).

    Counted from the signals. Raises Promise.DoesNotExist, ValueError, metrics' MeasureError.
    """
    return _counted(scene_of(slug, window, at, as_of), attribute, as_of)


def by_segment_between(
    slug: str, *, attribute: str, span: Span, as_of: datetime | None = None
) -> dict[str | None, Count]:
    """Return the raw count of each value of a segment attribute between two instants.

    Counted from the signals. Raises Promise.DoesNotExist, metrics' MeasureError.
    """
    scene = scene_of(slug, None, span.end, as_of)
    return _counted(replace(scene, span=span), attribute, as_of)


def days_by_segment(
    slug: str, *, attribute: str, at: datetime | None = None, as_of: datetime | None = None
) -> dict[str | None, dict[datetime, Count]]:
    """Return value → (start of a local day → raw count) of an attribute in the headline window.

    Counted from the signals, the largest value first. Raises Promise.DoesNotExist, metrics'
    MeasureError.
    """
    return _by_day(scene_of(slug, None, at, as_of), attribute, as_of)


def _counted(scene: Scene, attribute: str, as_of: datetime | None) -> dict[str | None, Count]:
    days = _by_day(scene, attribute, as_of)
    return {value: sum(each.values(), Count()) for value, each in days.items()}


def _by_day(
    scene: Scene, attribute: str, as_of: datetime | None
) -> dict[str | None, dict[datetime, Count]]:
    found: dict[str | None, dict[datetime, Count]] = defaultdict(lambda: defaultdict(Count))
    for regime in scene.regimes:
        measure = measures.parts(regime.terms, regime.bounds, {}).get(("judged", 86_400))
        if measure is None:
            continue
        tallies = metrics.ask(
            measure=replace(measure, by=(attribute,)), span=scene.span, zone=scene.terms.tz,
            grain=86_400, as_of=as_of, at=scene.at,
        )  # fmt: skip
        for tally in tallies:
            found[tally.segment[0]][tally.bucket] += Count(tally.good, tally.total)
    volume = {value: sum(one.total for one in each.values()) for value, each in found.items()}
    return dict(sorted(found.items(), key=lambda item: -volume[item[0]]))
