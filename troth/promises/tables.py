"""Judgements as a table for the terminal, and as JSON."""

from collections.abc import Sequence
from typing import Any

import click
from tabulate import tabulate

from troth.promises.queries import codec
from troth.promises.queries.opinions import Opinion
from troth.promises.rules import wording
from troth.promises.rules.results import Interval, WindowResult
from troth.promises.rules.terms import Terms
from troth.ui import words

_COLOURS = {"kept": "green", "at_risk": "yellow", "broken": "red"}
_COLUMNS = (
    ("promise", "left"), ("window", "left"), ("verdict", "left"), ("share", "right"),
    ("90 % interval", "right"), ("kept / judged", "right"), ("target", "right"),
    ("no promise", "right"), ("pending", "right"),
)  # fmt: skip


def show(opinions: Sequence[Opinion]) -> None:
    """Print one row a window, and below it what the table cannot say."""
    rows = [
        _cells(opinion.terms, result, is_first=number == 0)
        for opinion in opinions
        for number, result in enumerate(opinion.results)
    ]
    names, sides = zip(*_COLUMNS, strict=True)
    click.echo(tabulate(rows, names, "plain", colalign=sides, disable_numparse=True))
    if opinions:
        at = opinions[0].at.isoformat(timespec="seconds")
        known = opinions[0].as_of.isoformat(timespec="seconds")
        click.echo(f"Judged at {at}, on what was known {known}.")


def _cells(terms: Terms, result: WindowResult, *, is_first: bool) -> list[str]:
    counts = (result.good, result.total)
    timed = terms.counting.is_timed
    verdict = click.style(result.verdict.replace("_", " "), fg=_COLOURS.get(result.verdict))
    return [
        terms.slug if is_first else "",
        result.window,
        f"{verdict} {_flags(result)}".strip(),
        _share(result.share),
        _interval(result.interval),
        " / ".join(words.amount(n, timed=timed) if timed else f"{n:,}" for n in counts),
        wording.percent(result.target),
        f"{result.no_promise:,}",
        f"{result.pending:,}",
    ]


def _flags(result: WindowResult) -> str:
    named = (("provisional", result.provisional), ("restated", result.restated))
    return " ".join(name for name, holds in named if holds)


def _share(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.3f} %"


def _interval(interval: Interval | None) -> str:
    return "-" if interval is None else f"{100 * interval.low:.1f} - {100 * interval.high:.1f} %"


def told(opinions: Sequence[Opinion]) -> list[dict[str, Any]]:
    """Return the same as plain values, with everything that a judgement holds."""
    return [
        {
            "promise": opinion.terms.slug,
            "name": opinion.terms.name,
            "evaluator": opinion.terms.evaluator,
            "at": opinion.at.isoformat(),
            "as_of": opinion.as_of.isoformat(),
            "version": opinion.version.number,
            "pending": opinion.pending,
            "windows": [_told(result) for result in opinion.results],
        }
        for opinion in opinions
    ]


def _told(result: WindowResult) -> dict[str, Any]:
    return {**codec.written(result), "share": result.share, "raw_share": result.raw_share}
