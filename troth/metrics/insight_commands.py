"""`troth insight`."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from tabulate import tabulate

from troth.core import clock
from troth.metrics import queries
from troth.metrics.drift.pictures import Blind, FadeView


@click.command()
@click.option("--all", "everything", is_flag=True, help="Those that have closed as well.")
@click.option("--demo", is_flag=True, help="Measure how good the method is, and print it.")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="With --demo: the folder of real data sets.",
)
@click.option("--runs", default=300, show_default=True, help="With --demo: runs a scenario.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def insight(*, everything: bool, demo: bool, data: Path | None, runs: int, as_json: bool) -> None:
    r"""Say where trust fades, and since when.

    \b
    troth insight                  what is open, and the blind spots
    troth insight --all --json     every fact, for programs
    troth insight --demo           how soon made fades are found, false alarms, benchmarks
    """
    if demo:
        _demo(data or _shared(), runs, as_json=as_json)
        return
    now = clock.now()
    fades = queries.fades(open_only=not everything, at=now)
    blind = queries.coverage(at=now)
    if as_json:
        found = {"fades": [_document(one) for one in fades], "blind": [asdict(b) for b in blind]}
        click.echo(json.dumps(found, indent=2, ensure_ascii=False, default=str))
        return
    _tell(fades, blind)


def _tell(fades: list[FadeView], blind: list[Blind]) -> None:
    rows = [_row(one) for one in fades]
    if rows:
        click.echo(tabulate(rows, headers=["what", "where", "since", "seen", "worse by", "state"]))
    else:
        streams = len(queries.streams())
        click.echo(f"Nothing fades: {streams} streams are as they were when they were enrolled.")
    for one in blind:
        click.echo(f"Blind: {one.touchpoint}: {one.why}.")


def _row(one: FadeView) -> tuple[str, ...]:
    where = (
        one.stream.name if one.stream else ", ".join(part["name"] for part in one.contributors[:3])
    )
    unit = (
        " points" if one.stream is None or one.stream.reading == "share" else f" {one.stream.unit}"
    )
    size = f"{one.size:.2f}{unit}".rstrip() if one.kind != "no_data" else "-"
    state = "open" if one.is_open else f"closed {one.closed_on}"
    kind = one.kind if one.rings else f"{one.kind} (drawn)"
    return kind, where, str(one.onset or "-"), str(one.opened_on), size, state


def _document(one: FadeView) -> dict[str, Any]:
    return {**asdict(one), "is_open": one.is_open}


def _shared() -> Path | None:
    named = os.environ.get("TROTH_SHARED")
    folder = Path(named) / "data" if named else None
    return folder if folder is not None and folder.is_dir() else None


def _demo(data: Path | None, runs: int, *, as_json: bool) -> None:
    # Only the demo needs it: the trials bring readers for other people's files.
    from troth.metrics.trials.figures import Figure, figures

    found: list[Figure] = []
    for one in figures(data=data, runs=runs):
        found.append(one)
        if not as_json:
            mark = {True: "yes", False: "NO", None: ""}[one.met]
            click.echo(f"{one.part:22} {one.name:68} {one.value:>12}  {one.goal:28} {mark}")
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
    elif data is None:
        click.echo("Benchmarks on real data need their folder: --data, or TROTH_SHARED.")
    if any(one.met is False for one in found):
        raise click.exceptions.Exit(1)


commands = [insight]
