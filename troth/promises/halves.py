"""`troth score --half-lives`: how fast to forget, tried out on what happened."""

import math
from collections.abc import Sequence

import click
from tabulate import tabulate

from troth.promises.queries.evidence import evidence
from troth.promises.scoring import halving
from troth.promises.scoring.evidence import by_day
from troth.promises.scoring.halving import Trial

FEWEST = 1000  # cases, below which a trial says too little to choose by


def trials(scope: str) -> list[tuple[str, Trial]]:
    """Return each promise with the loss of each half-life, those with enough cases."""
    found = [(each.slug, halving.trial(*by_day(each.rows))) for each in evidence(scope=scope)]
    return [(slug, trial) for slug, trial in found if trial.cases >= FEWEST]


def show(found: Sequence[tuple[str, Trial]]) -> None:
    if not found:
        click.echo(f"No promise has {FEWEST:,} cases yet: keep the default.")
        return
    names = ["promise", "cases", *(_name(h) for h in halving.CANDIDATES), "best"]
    rows = [
        [slug, f"{trial.cases:,}", *(f"{loss:.4f}" for loss in trial.losses.values()),
         _name(trial.best)]
        for slug, trial in found
    ]  # fmt: skip
    click.echo("Loss per case of each day's forecast, by half-life; less is better.\n")
    click.echo(tabulate(rows, names, "plain", disable_numparse=True))
    click.echo("\nTo choose one, write it into ScoreRules (spec.half_lives) and apply that file.")


def told(found: Sequence[tuple[str, Trial]]) -> list[dict[str, object]]:
    return [
        {
            "promise": slug,
            "cases": trial.cases,
            "losses": {_name(h): loss for h, loss in trial.losses.items()},
            "best": _name(trial.best),
        }
        for slug, trial in found
    ]


def _name(half_life: float) -> str:
    return "never" if math.isinf(half_life) else f"{half_life:g}d"
