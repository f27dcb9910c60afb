"""The chance that the next case is broken, with its interval. Pure.

Of a promise or touchpoint by itself, where no parent lends its share: Jeffreys' half a case each
way, and evidence that halves every 30 days (docs/decisions/021-evidence.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from troth.promises.rules import figures
from troth.promises.rules.evidence import Told, replay
from troth.promises.scoring.bands import quantiles

ENOUGH = 10.0  # cases' worth of evidence below which there is no number
_EDGES = np.array([0.05, 0.95])


@dataclass(frozen=True, slots=True)
class Chance:
    """P(the next case is broken) with its 90 % interval.

    `worth` is how many independent cases of today the evidence is worth. Below ten there is no
    number.
    """

    value: float | None
    low: float | None
    high: float | None
    worth: float


def chance(told: Sequence[Told], *, at: datetime) -> Chance | None:
    """Return the chance from what days told by `at`, oldest first; None without a case.

    Days that differ by more than chance make each case say less (figures.dispersion).
    """
    known = [one for one in told if one.total and one.at <= at]
    if not known:
        return None
    good, total = (np.array([getattr(one, name) for one in known]) for name in ("good", "total"))
    phi = figures.dispersion(good, total)
    own = replay(known, at=at)
    worth = own.weight / phi
    if worth < ENOUGH:
        return Chance(None, None, None, worth)
    broken, kept = 0.5 + own.broken / phi, 0.5 + own.kept / phi
    low, high = (float(edge) for edge in quantiles(broken, kept, _EDGES))
    return Chance(broken / (broken + kept), low, high, worth)
