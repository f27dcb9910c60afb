"""`troth insight`: where trust fades, and how good the method is."""

import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from troth.core import clock
from troth.metrics import fades_told
from troth.metrics.trials import printing
from troth.promises import queries as promises

if TYPE_CHECKING:
    from troth.metrics.trials.figure import Figure


@click.command()
@click.option("--all", "everything", is_flag=True, help="Those that have closed as well.")
@click.option("--demo", is_flag=True, help="Measure how good the method is, and print it.")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="With --demo: the folder of real data sets; $TROTH_SHARED/data by default.",
)
@click.option("--runs", default=300, show_default=True, help="With --demo: runs a scenario.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def insight(*, everything: bool, demo: bool, data: Path | None, runs: int, as_json: bool) -> int:
    r"""Say where trust fades, and since when.

    With --demo, measure how good the method is (docs/method.md): made fades, false alarms,
    benchmarks and figures that others published, each with its goal and whether it is met. It
    touches no data of this installation. Exit code 1 where a goal is missed.

    \b
    troth insight                  what is open, and the blind spots
    troth insight --all --json     every fact, for programs
    troth insight --demo           every figure, in a few minutes
    """
    if demo:
        return printing.show(_figures(data or _shared(), runs), as_json=as_json)
    now = clock.now()
    fades_told.tell(
        everything=everything, as_json=as_json, now=now, blind=promises.blind_spots(at=now)
    )
    return 0


def _shared() -> Path:
    return Path(os.environ.get("TROTH_SHARED", "../shared")) / "data"


def _figures(data: Path, runs: int) -> Iterator["Figure"]:
    # Only the demo needs them: the trials bring readers for other people's files.
    from troth.metrics.trials import figures as drift
    from troth.metrics.trials import published
    from troth.promises.trials import figures as score

    return chain(
        published.figures(data=data),
        score.figures(data=data),
        drift.figures(data=data, runs=runs),
    )


commands = [insight]
