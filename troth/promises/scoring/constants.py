"""Every weight and constant of the score: what was decided, never what was measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field

OTHER = "other"  # the pillar of promises whose label names none


@dataclass(frozen=True, slots=True)
class Pillar:
    """A part of trust. `labels` are what promises may call it in their label `pillar`."""

    key: str
    name: str
    weight: float = 1.0
    labels: tuple[str, ...] = ()


PILLARS = (
    Pillar("quality", "Quality", labels=("reliability", "delivery", "product")),
    Pillar("communication", "Transparent communication", labels=("transparency", "honesty")),
    Pillar("customers", "Real customers", labels=("reviews", "community", "loyalty")),
    Pillar("data-protection", "Data protection", labels=("privacy", "security", "data")),
    Pillar("team", "Empowered team", labels=("support", "service", "people")),
    Pillar("feedback", "Feedback", labels=("listening", "feedback-flywheel")),
)


@dataclass(frozen=True, slots=True)
class Integrity:
    """What deceiving costs: the share of the score that one fresh event takes, by its kind.

    `half_life` in days. `grace` is how many days a silent change may stand before it counts.
    """

    half_life: float = 365.0
    concealment: float = 0.20
    restatement: float = 0.10
    exclusion: float = 0.10
    grace: int = 7


@dataclass(frozen=True, slots=True)
class Felt:
    """The survey beside the score: the metric, the attribute that names the statement, the scale.

    `days` is the window, `enough` the fewest answers to each statement.
    """

    metric: str = ""
    by: str = "statement"
    low: float = 1.0
    high: float = 7.0
    days: int = 90
    enough: int = 30


@dataclass(frozen=True, slots=True)
class Constants:
    """One version of the rules of the score.

    half_life, half_lives: days after which evidence counts half, in general and by promise.
    loss_aversion: κ, how much steeper the score falls above the target's failures than below.
    zero_step, zero_floor: a promise of 100 % with s violations is missed by 1 + zero_step·s; one
    that has faded below zero_floor is forgiven little by little.
    prior_gap, prior_weight: without evidence we believe that prior_gap times the failures allowed
    happen, as firmly as after cases of which prior_weight might have failed. zero_prior: the same
    for a promise of 100 %, in cases.
    enough: effective cases, below which a promise says nothing. cover: the share of all weight
    that must rest on enough evidence before there is a number.
    """

    version: int = 0
    half_life: float = 30.0
    half_lives: Mapping[str, float] = field(default_factory=dict)
    loss_aversion: float = 2.0
    zero_step: float = 1.0
    zero_floor: float = 0.125
    prior_gap: float = 2.0
    prior_weight: float = 1.0
    zero_prior: float = 1.0
    enough: float = 30.0
    cover: float = 0.5
    pillars: tuple[Pillar, ...] = PILLARS
    other: float = 1.0
    weights: Mapping[str, float] = field(default_factory=dict)
    integrity: Integrity = field(default_factory=Integrity)
    felt: Felt = field(default_factory=Felt)

    def half_life_of(self, slug: str) -> float:
        return self.half_lives.get(slug, self.half_life)

    def weight_of(self, slug: str) -> float:
        """Return the weight of a promise within its pillar."""
        return self.weights.get(slug, 1.0)

    def pillar_of(self, label: str) -> str:
        """Return the key of the pillar that a promise's label names; `other` where none."""
        word = label.strip().lower()
        for pillar in self.pillars:
            if word in (pillar.key, pillar.name.lower(), *pillar.labels):
                return pillar.key
        return OTHER

    def pillar(self, key: str) -> Pillar:
        for pillar in self.pillars:
            if pillar.key == key:
                return pillar
        return Pillar(OTHER, "Not in a pillar", self.other)


SHIPPED = Constants()
MEMORY = 10  # half-lives; what is older weighs less than a thousandth and is forgotten
DRAWS = 2000
LEVEL = 0.90
