"""Figures as lines of text, each as soon as it is measured."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import click

from troth.metrics.trials.figure import Figure

_MARKS = {True: "yes", False: "NO", None: ""}


def show(figures: Iterator[Figure], *, as_json: bool) -> int:
    """Print figures as they are measured; return 1 where a goal is missed, else 0."""
    found = []
    for one in figures:
        found.append(one)
        if not as_json:
            click.echo(_line(one))
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
    else:
        _sum_up(found)
    return int(any(one.met is False for one in found))


def _line(one: Figure) -> str:
    left = f"{one.part:21} {one.name:66} {one.value:>26}"
    return f"{left}  {_MARKS[one.met]:3}  {one.goal}".rstrip()


def _sum_up(found: Sequence[Figure]) -> None:
    judged = [one.met for one in found if one.met is not None]
    click.echo(f"{sum(judged)} of {len(judged)} goals reached.")
    absent = sum(not one.is_measured for one in found)
    if absent:
        click.echo(f"{absent} data sets are not there; --data names their folder.")
