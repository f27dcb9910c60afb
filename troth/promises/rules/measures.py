"""From terms to the measures that the metrics keep tallied: one for each part of the judgement."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from troth.core import windows
from troth.metrics.rules import Measure
from troth.promises.rules.terms import Counting, Terms

PAUSED = ".paused"  # what follows a kind in the kind of its pauses


@dataclass(frozen=True, slots=True)
class Taken:
    """What one exclusion takes out: cases for which `where` holds, judged in (start, end]."""

    where: str = ""
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """When a version is in force: cases that open at `start` or later and before `end`."""

    start: datetime | None = None
    end: datetime | None = None


Exclusions = Mapping[str, Sequence[Taken]]  # by category


def parts(terms: Terms, bounds: Bounds, exclusions: Exclusions) -> dict[tuple[str, int], Measure]:
    """Return the measure of each (part, grain) that judging these terms needs.

    judged: the cases by the instant at which they are judged, and those kept. excluded:<category>:
    those of them that the category takes out. undated: cases without a due date, by opening.
    opened and proper: dated cases by opening and by due date, whose difference over all time is
    what is pending. gap: resolved - due in seconds. noticed: see there.
    """
    found = dict(_named(terms, bounds, exclusions))
    grains = {name: terms.grains for name in found if _is_counted(name)}
    return {
        (name, grain): measure
        for name, measure in found.items()
        for grain in grains.get(name, (windows.DAY,))
    }


def _is_counted(part: str) -> bool:
    return part in ("judged", "undated") or part.startswith("excluded:")


def _named(terms: Terms, bounds: Bounds, exclusions: Exclusions) -> Iterator[tuple[str, Measure]]:
    counting = terms.counting
    if counting.evaluator == "attestation" or counting.calendar:
        yield "noticed", _noticed(counting)
        if counting.calendar:
            pauses = tuple(kind + PAUSED for kind in counting.kinds)
            yield "noticed-pauses", replace(_noticed(counting), kinds=pauses, where=None)
        return
    judged = _judged(counting, bounds)
    yield "judged", judged
    if counting.has_deadline:
        yield from _dated(counting, judged, bounds)
    for category, condition in excluding(terms, exclusions):
        yield f"excluded:{category}", replace(judged, where=joined(judged.where or "", condition))


def _noticed(counting: Counting) -> Measure:
    """Return a measure that moves whenever a case of these kinds does: it is not counted by."""
    end = "resolved_at" if counting.calendar else "due_at"
    return Measure(
        kinds=counting.kinds,
        where=counting.where or None,
        good=f"{end} is not null",
        value=f"seconds(happened_at, {end})",
    )


def _judged(counting: Counting, bounds: Bounds) -> Measure:
    return Measure(
        kinds=counting.kinds,
        time=counting.at,
        where=joined(counting.where, *in_force(bounds, strictly=counting.slice is not None))
        or None,
        good=counting.good,
        slice=counting.slice,
        slice_good=counting.slice_good or None,
    )


def _dated(counting: Counting, judged: Measure, bounds: Bounds) -> Iterator[tuple[str, Measure]]:
    base = joined(counting.where, *in_force(bounds))
    due = counting.due
    if counting.undated:
        plain = Measure(kinds=counting.kinds, time="happened_at")
        yield "undated", replace(plain, where=joined(base, f"({due}) is null"))
        in_order = joined(base, f"({due}) >= happened_at")
        yield "opened", replace(plain, where=in_order)
        yield "proper", replace(plain, time=due, where=in_order)
    else:
        yield "opened", Measure(kinds=counting.kinds, time="happened_at", where=base or None)
    yield (
        "gap",
        replace(
            judged,
            good=f"resolved_at <= {due}",
            where=joined(judged.where or "", "resolved_at is not null"),
            value=f"seconds({due}, resolved_at)",
            sketch=True,
        ),
    )


def in_force(bounds: Bounds, *, strictly: bool = False) -> list[str]:
    """Return the conditions that keep a case to the time in which a version was in force.

    Slices of time are half-open on the left, so that there (`strictly`) the version is as well.
    """
    after, before = (">", "<=") if strictly else (">=", "<")
    found = []
    if bounds.start is not None:
        found.append(f"happened_at {after} {instant(bounds.start)}")
    if bounds.end is not None:
        found.append(f"happened_at {before} {instant(bounds.end)}")
    return found


def excluding(terms: Terms, exclusions: Exclusions) -> Iterator[tuple[str, str]]:
    """Yield (category, condition) in their order; a case belongs to the first that takes it."""
    earlier: list[str] = []
    for category in terms.categories:
        taken = exclusions.get(category.name, ())
        if not taken:
            continue
        condition = " or ".join(f"coalesce({_taken(one, terms.counting)}, false)" for one in taken)
        yield category.name, joined(condition, *(f"not ({other})" for other in earlier))
        earlier.append(condition)


def _taken(taken: Taken, counting: Counting) -> str:
    conditions = [taken.where or "true"]
    if taken.start is not None:
        conditions.append(f"({counting.at}) > {instant(taken.start)}")
    if taken.end is not None:
        conditions.append(f"({counting.at}) <= {instant(taken.end)}")
    return joined(*conditions)


def joined(*conditions: str) -> str:
    """Return the conditions joined by and, empty ones left out."""
    return " and ".join(f"({condition})" for condition in conditions if condition)


def instant(at: datetime) -> str:
    return f"timestamp '{at.astimezone(UTC).isoformat()}'"
