"""From what is believed of each promise to one number, with what it rests on."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from troth.promises.scoring import bands
from troth.promises.scoring.bands import Real
from troth.promises.scoring.belief import Belief, beliefs
from troth.promises.scoring.constants import OTHER, Constants
from troth.promises.scoring.evidence import Evidence
from troth.promises.scoring.integrity import Deed, factor

_GRADES = ((10.0, "strong"), (25.0, "fair"))  # width of the interval in points


@dataclass(frozen=True, slots=True)
class Band:
    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class PillarScore:
    """One pillar: `points` and `band` are None where nothing was promised or judged in it.

    `weight` is its part of the whole, `enough` says whether most of it rests on enough evidence.
    """

    key: str
    name: str
    weight: float
    points: float | None
    band: Band | None
    promises: int
    enough: bool


@dataclass(frozen=True, slots=True)
class Score:
    """The score of a day. `value` is None where there is not enough evidence for a number.

    `points` is what the number would be: for those who compute on, never shown as a score.
    `composed` is before integrity, which multiplies it by `factor`. `shares` are the parts of the
    whole of each strand, in the order of `beliefs`; they add up to 1.
    """

    day: int
    constants: Constants
    value: float | None
    points: float | None
    composed: float | None
    factor: float
    band: Band | None
    cover: float
    effective: float
    grade: str  # strong | fair | thin | not_enough | nothing
    pillars: tuple[PillarScore, ...]
    beliefs: tuple[Belief, ...]
    shares: tuple[float, ...]
    deeds: tuple[Deed, ...] = ()
    untested: tuple[str, ...] = ()  # promises without a single case so far
    excluded: int = 0  # cases that signed exclusions took out

    @property
    def reason(self) -> str:
        """Why there is no number: "" where there is one."""
        return self.grade if self.value is None else ""


def score(
    evidence: Iterable[Evidence], constants: Constants, *, day: int, deeds: Sequence[Deed] = ()
) -> Score:
    """Return the score of a day (an ordinal), from what was over by its end."""
    every = list(evidence)
    held = [one for each in every for one in beliefs(each, constants, day=day)]
    counted = [one for one in held if one.weight > 0]
    found = composed(counted, constants, day=day, deeds=deeds, untested=_untested(every, day))
    return replace(found, excluded=sum(each.excluded for each in every))


def _untested(every: Sequence[Evidence], day: int) -> tuple[str, ...]:
    return tuple(
        one.slug for one in every if one.retired is None and (one.first is None or one.first > day)
    )


def composed(
    held: Sequence[Belief],
    constants: Constants,
    *,
    day: int,
    deeds: Sequence[Deed] = (),
    untested: tuple[str, ...] = (),
) -> Score:
    """Weigh promises within their pillars, and pillars among each other: arithmetic means."""
    shares = weighed(held, constants)
    whole = factor(deeds, constants.integrity, day=day)
    counted = tuple(d for d in deeds if d.day <= day and (d.until is None or day < d.until))
    cover = sum(share for one, share in zip(held, shares, strict=True) if one.enough)
    drawn = [bands.draws(one, constants) for one in held]
    found = Score(
        day=day, constants=constants, value=None, points=None, composed=None, factor=whole,
        band=None, cover=cover, effective=sum(one.effective for one in held), grade="nothing",
        pillars=tuple(_pillars(held, shares, drawn, constants)), beliefs=tuple(held),
        shares=tuple(shares), deeds=counted, untested=untested,
    )  # fmt: skip
    return _with_number(found, drawn) if held else found


def _with_number(found: Score, drawn: Sequence[Real]) -> Score:
    plain = sum(s * one.points for one, s in zip(found.beliefs, found.shares, strict=True))
    band = Band(*bands.interval(bands.mixed(list(zip(found.shares, drawn, strict=True)))))
    band = Band(band.low * found.factor, band.high * found.factor)
    enough = found.cover >= found.constants.cover - 1e-9
    return replace(
        found,
        points=plain * found.factor,
        composed=plain,
        band=band,
        value=plain * found.factor if enough else None,
        grade=_grade(band) if enough else "not_enough",
    )


def _grade(band: Band) -> str:
    return next((word for width, word in _GRADES if band.width <= width), "thin")


def weighed(held: Sequence[Belief], constants: Constants) -> list[float]:
    """Return each strand's part of the whole: pillars by their weights, promises within them.

    Pillars of which nothing is known yet are left out.
    """
    within: dict[str, float] = defaultdict(float)
    for one in held:
        within[one.pillar] += one.weight
    total = sum(constants.pillar(key).weight for key in within)
    return [constants.pillar(o.pillar).weight / total * o.weight / within[o.pillar] for o in held]


def _pillars(
    held: Sequence[Belief], shares: Sequence[float], drawn: Sequence[Real], constants: Constants
) -> Iterable[PillarScore]:
    keys = [pillar.key for pillar in constants.pillars]
    if any(one.pillar == OTHER for one in held):
        keys.append(OTHER)
    for key in keys:
        mine = [index for index, one in enumerate(held) if one.pillar == key]
        yield _pillar(key, mine, held, shares, drawn, constants)


def _pillar(  # noqa: PLR0913, PLR0917 - the columns of one table
    key: str,
    mine: Sequence[int],
    held: Sequence[Belief],
    shares: Sequence[float],
    drawn: Sequence[Real],
    constants: Constants,
) -> PillarScore:
    name, weight = constants.pillar(key).name, sum(shares[index] for index in mine)
    if not weight:
        return PillarScore(key, name, 0.0, None, None, 0, enough=False)
    parts = [shares[index] / weight for index in mine]
    points = sum(part * held[index].points for part, index in zip(parts, mine, strict=True))
    band = Band(*bands.interval(bands.mixed([(p, drawn[i]) for p, i in zip(parts, mine)])))  # noqa: B905
    cover = sum(part for part, index in zip(parts, mine, strict=True) if held[index].enough)
    promises = len({held[index].slug for index in mine})
    return PillarScore(
        key, name, weight, points, band, promises, enough=cover >= constants.cover - 1e-9
    )
