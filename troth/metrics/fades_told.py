"""What fades, and where nothing is known, for people and for programs."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click
from tabulate import tabulate

from troth.metrics import queries, wording
from troth.metrics.drift.pictures import Blind, FadeView


def tell(*, everything: bool, as_json: bool, now: datetime, blind: list[Blind]) -> None:
    """Print what is open and the blind spots; `everything`: those that have closed as well."""
    fades = queries.fades(open_only=not everything, at=now)
    if as_json:
        found = {"fades": [_document(one) for one in fades], "blind": [asdict(b) for b in blind]}
        click.echo(json.dumps(found, indent=2, ensure_ascii=False, default=str))
    else:
        _show(fades, blind)


def _show(fades: list[FadeView], blind: list[Blind]) -> None:
    rows = [_row(one) for one in fades]
    if rows:
        click.echo(tabulate(rows, headers=["what", "where", "since", "seen", "worse by", "state"]))
    else:
        streams = len(queries.streams())
        click.echo(f"Nothing fades: {streams} streams are as they were when they were enrolled.")
    for one in blind:
        click.echo(f"Blind: {one.title}: {one.why}.")


def _row(one: FadeView) -> tuple[str, ...]:
    where = (
        wording.title(one)
        if one.stream
        else ", ".join(part["name"] for part in one.contributors[:3])
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
