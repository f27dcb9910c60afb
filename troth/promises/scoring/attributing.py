"""Why the score moved between two days: exactly, from the whole down to the cases of one day.

Each level adds up to the one above: points of pillars to the change of the score, of promises to
their pillar, of causes to their promise. Products and quotients are split by the mean of both
orders of change, so that nothing is left over (docs/method.md).
"""

import math
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from troth.promises.scoring.belief import Belief
from troth.promises.scoring.composing import Score, score
from troth.promises.scoring.constants import Constants
from troth.promises.scoring.evidence import Evidence, faded
from troth.promises.scoring.gap import ratio
from troth.promises.scoring.integrity import Deed, weight
from troth.promises.scoring.moving import Moved, Pair, moved


@dataclass(frozen=True, slots=True)
class PromisePart:
    """What one promise moved. The points of its `causes` add up to its own."""

    slug: str
    name: str
    pillar: str
    points: float
    attribute: str
    causes: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class DeedPart:
    """What one integrity event moved, as it came, faded or was withdrawn."""

    deed: Deed
    points: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """Why the score went from `start` to `end`.

    `change` is in points, of what the number would be where there is none. It is the sum of the
    points of all `promises` and `deeds`.
    """

    start: Score
    end: Score
    promises: tuple[PromisePart, ...]
    deeds: tuple[DeedPart, ...]

    @property
    def days(self) -> tuple[int, int]:
        """The days (ordinals) at whose ends the score was what it was."""
        return self.start.day, self.end.day

    @property
    def change(self) -> float:
        return (self.end.points or 0.0) - (self.start.points or 0.0)

    @property
    def pillars(self) -> Mapping[str, float]:
        """The points of each pillar; those of integrity events stand apart."""
        found: dict[str, float] = defaultdict(float)
        for part in self.promises:
            found[part.pillar] += part.points
        return dict(found)

    @property
    def total(self) -> float:
        """All parts added up: the change, to the last digits."""
        return math.fsum(
            [*(p.points for p in self.promises), *(deed.points for deed in self.deeds)]
        )


Key = tuple[str, bool]  # promise, whether it is its strand of 100 %
Inside = Callable[[Belief, Belief], list[Moved]]


class NothingToCompareError(ValueError):
    """On one of the days nothing had been judged yet."""


def attribution(  # noqa: PLR0913 - two days, two sets of rules
    evidence: Sequence[Evidence],
    constants: Constants,
    *,
    start: int,
    end: int,
    deeds: Sequence[Deed] = (),
    constants_before: Constants | None = None,
) -> Attribution:
    """Return why the score moved from one day (an ordinal) to another.

    `constants` are those of the end, `constants_before` those of the start, where they differ: what
    the new rules change stands by promise under the cause `rules`. Raises NothingToCompareError.
    """
    before = constants_before or constants
    if before == constants:
        return _attribution(evidence, constants, start=start, end=end, deeds=deeds)
    old = _attribution(evidence, before, start=start, end=end, deeds=deeds)
    new = _attribution(evidence, constants, start=start, end=end, deeds=deeds)
    switches = [comparison(old.start, new.start), comparison(old.end, new.end)]
    found = [*_halved([old, new]), *_halved(switches)]
    return _added(found, start=old.start, end=new.end)


def comparison(one: Score, other: Score) -> Attribution:
    """Return what two sets of rules make different of the same evidence, by promise."""
    parts = _weighed(one, other, lambda a, b: [Moved("rules", b.points - a.points)])
    parts = [replace(part, causes=_only("rules", part)) for part in parts]
    return Attribution(one, other, tuple(parts), tuple(_deeds(one, other)))


def _only(cause: str, part: PromisePart) -> tuple[Moved, ...]:
    return (Moved(cause, part.points),) if part.points else ()


def _attribution(
    evidence: Sequence[Evidence],
    constants: Constants,
    *,
    start: int,
    end: int,
    deeds: Sequence[Deed],
) -> Attribution:
    one, other = (score(evidence, constants, day=day, deeds=deeds) for day in (start, end))
    by_slug = {each.slug: each for each in evidence}

    def inside(was: Belief, now: Belief) -> list[Moved]:
        return moved(_pair(by_slug[now.slug], was, now, constants, (start, end)))

    parts = _weighed(one, other, inside)
    named = [replace(part, attribute=by_slug[part.slug].attribute) for part in parts]
    return Attribution(one, other, tuple(named), tuple(_deeds(one, other)))


def _pair(
    evidence: Evidence, was: Belief, now: Belief, constants: Constants, days: tuple[int, int]
) -> Pair:
    first, last = (evidence.standing_day(day) for day in days)
    left = faded(evidence.rows, day=last, half_life=constants.half_life_of(evidence.slug))
    fresh = (left.rows.day > first) & ((left.rows.tolerance <= 0) == now.zero)
    return Pair(was, now, left.where(fresh), evidence.segments, constants)


def _weighed(one: Score, other: Score, inside: Inside) -> list[PromisePart]:
    """Return what each promise moved: by itself, and by counting for more or less of the whole."""
    if one.composed is None or other.composed is None:
        raise NothingToCompareError("on one of the two days nothing had been judged yet")
    whole = (one.factor + other.factor) / 2
    middle = (one.composed + other.composed) / 2
    before, after = _strands(one), _strands(other)
    found: dict[str, list[Moved]] = defaultdict(list)
    beliefs: dict[str, Belief] = {}
    for key in dict.fromkeys([*before, *after]):
        was, share_was = before.get(key) or (after[key][0], 0.0)
        now, share = after.get(key) or (was, 0.0)
        beliefs[key[0]] = now
        mean = (share_was + share) / 2 * whole
        found[key[0]] += [part.times(mean) for part in inside(was, now)]
        pull = (share - share_was) * ((was.points + now.points) / 2 - middle) * whole
        found[key[0]].append(Moved(_why(key, before, after), pull))
    return [_part(beliefs[slug], causes) for slug, causes in found.items()]


def _strands(found: Score) -> dict[Key, tuple[Belief, float]]:
    pairs = zip(found.beliefs, found.shares, strict=True)
    return {one.key: (one, share) for one, share in pairs}


def _why(key: Key, before: Container[Key], after: Container[Key]) -> str:
    """Return why its part of the whole changed: it came, it went, or others did."""
    if key not in before:
        return "joined"
    return "weight" if key in after else "left"


def _part(belief: Belief, causes: Iterable[Moved]) -> PromisePart:
    kept = tuple(part for part in causes if part.points)
    total = math.fsum(part.points for part in kept)
    return PromisePart(belief.slug, belief.name, belief.pillar, total, "", kept)


def _deeds(one: Score, other: Score) -> Iterable[DeedPart]:
    """Yield what each integrity event moved: the exponent is a sum, its power is split by slope."""
    middle = ((one.composed or 0.0) + (other.composed or 0.0)) / 2
    every = {deed.id: deed for deed in (*one.deeds, *other.deeds)}
    was = {key: weight(d, one.constants.integrity, day=one.day) for key, d in every.items()}
    now = {key: weight(d, other.constants.integrity, day=other.day) for key, d in every.items()}
    slope = -one.factor * ratio(sum(was.values()) - sum(now.values()))
    for key, deed in every.items():
        yield DeedPart(deed, middle * slope * (now[key] - was[key]))


def _halved(parts: Iterable[Attribution]) -> list[Attribution]:
    return [
        replace(
            each,
            promises=tuple(
                replace(p, points=p.points / 2, causes=tuple(c.times(0.5) for c in p.causes))
                for p in each.promises
            ),
            deeds=tuple(DeedPart(d.deed, d.points / 2) for d in each.deeds),
        )
        for each in parts
    ]


def _added(parts: Sequence[Attribution], *, start: Score, end: Score) -> Attribution:
    """Return several attributions as one: causes of the same name, segment and day are added."""
    promises: dict[str, PromisePart] = {}
    causes: dict[str, dict[tuple[object, ...], Moved]] = defaultdict(dict)
    deeds: dict[int, DeedPart] = {}
    for each in parts:
        for part in each.promises:
            promises.setdefault(part.slug, part)
            for cause in part.causes:
                key = (cause.cause, cause.segment, cause.day)
                known = causes[part.slug].get(key)
                more = known.points if known else 0.0
                causes[part.slug][key] = replace(cause, points=cause.points + more)
        for deed in each.deeds:
            before = deeds.get(deed.deed.id)
            deeds[deed.deed.id] = replace(
                deed, points=deed.points + (before.points if before else 0.0)
            )
    merged = tuple(_sum(promises[slug], causes[slug].values()) for slug in promises)
    return Attribution(start, end, merged, tuple(deeds.values()))


def _sum(part: PromisePart, causes: Iterable[Moved]) -> PromisePart:
    every = tuple(causes)
    return replace(part, causes=every, points=math.fsum(cause.points for cause in every))
