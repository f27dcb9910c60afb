"""What to mend first: by the cases that it costs, against the work that it takes. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Friction:
    """A place where cases come out worse than promised.

    `loss` is by how much its share misses the target (0..1), `volume` its cases, `missed` their
    product: cases beyond what the promise allows. `effort` is in days of work, `guessed` tells
    whether somebody said so (else 1). `rank` is missed cases by day of work.
    """

    name: str
    key: str
    bad: int
    volume: int
    loss: float
    missed: float
    effort: float
    guessed: bool

    @property
    def value(self) -> str:
        """Return the segment's value as the key has it."""
        return self.key.partition("=")[2]

    @property
    def rank(self) -> float:
        return self.missed / self.effort


def ranked(
    counts: Iterable[tuple[str, str, int, int]],
    *,
    target: Fraction,
    efforts: Mapping[str, float],
) -> list[Friction]:
    """Return frictions from (name, key, kept, all), what saves most by day of work first.

    What is better than its promise has no friction and is left out.
    """
    found = [_one(*count, target=target, efforts=efforts) for count in counts if count[3]]
    hurts = [one for one in found if one.missed > 0]
    return sorted(hurts, key=lambda one: (-one.rank, one.name))


def _one(  # noqa: PLR0913 - a count and what it is held against
    name: str, key: str, kept: int, volume: int, *, target: Fraction, efforts: Mapping[str, float]
) -> Friction:
    loss = float(target - Fraction(kept, volume))
    return Friction(
        name=name, key=key, bad=volume - kept, volume=volume, loss=loss,
        missed=float(target * volume - kept), effort=efforts.get(key, 1.0), guessed=key in efforts,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A touchpoint among all: `loss` is its cases beyond what is promised, by what one costs.

    `effort` is in days of work, `guessed` tells whether somebody said so (else 1).
    """

    key: str
    loss: float
    effort: float
    guessed: bool

    @property
    def rank(self) -> float:
        """Return what a day of work would save."""
        return self.loss / self.effort


def first_to_mend(losses: Mapping[str, float], *, efforts: Mapping[str, float]) -> list[Place]:
    """Return what loses anything, what saves most by day of work first; of equals by key."""
    found = [Place(key, loss, efforts.get(key, 1.0), key in efforts)
             for key, loss in losses.items() if loss > 0]  # fmt: skip
    return sorted(found, key=lambda one: (-one.rank, one.key))
