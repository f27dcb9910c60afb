"""The share of promises kept: how far our word can be relied on, counted in promises. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from troth.promises.rules.figures import wilson
from troth.promises.rules.results import Interval, Standing, Verdict

FEWEST = 5  # judged promises; fewer are told as a count, never as a share
KEPT = (Verdict.KEPT, Verdict.AT_RISK)
JUDGED = (*KEPT, Verdict.BROKEN)


@dataclass(frozen=True, slots=True)
class Reputation:
    """How many promises are kept of those that can be judged, by their first window.

    At risk is still kept. No data, not enough evidence and suspended are counted `apart`: neither
    as kept nor as broken. `interval` is None where fewer than five are judged.
    """

    kept: int
    judged: int
    at_risk: int
    interval: Interval | None
    apart: tuple[Standing, ...]

    @property
    def share(self) -> float | None:
        """Kept by judged, or None where too few are judged to call it a share."""
        return self.kept / self.judged if self.judged >= FEWEST else None

    @property
    def promises(self) -> int:
        return self.judged + len(self.apart)


def reputation(standings: Sequence[Standing]) -> Reputation:
    """Return the share of these promises that is kept. Whoever asks chooses the public ones."""
    verdicts = [one.verdict for one in standings]
    judged = sum(verdict in JUDGED for verdict in verdicts)
    kept = sum(verdict in KEPT for verdict in verdicts)
    return Reputation(
        kept=kept,
        judged=judged,
        at_risk=verdicts.count(Verdict.AT_RISK),
        interval=wilson(kept, judged) if judged >= FEWEST else None,
        apart=tuple(one for one in standings if one.verdict not in JUDGED),
    )
