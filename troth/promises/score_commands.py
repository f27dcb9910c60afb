"""`troth score`."""

import csv
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
import msgspec
import yaml

from troth.core import clock
from troth.promises import actions, halves, scored
from troth.promises.instants import Instant
from troth.promises.queries import rulebook, scores
from troth.promises.queries.felt import felt
from troth.promises.scoring import documents, exporting
from troth.promises.scoring.attributing import Attribution, NothingToCompareError

_COLUMNS = ("promise", "day", "kept", "cases", "share_that_might_fail")


class Day(Instant):
    """A day, which means its end where the company is, or an instant with its offset."""

    name = "day"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        found = super().convert(value, param, ctx)
        if isinstance(value, str) and len(value) == len("2026-01-31"):
            return scores.end_of(found.date().toordinal())
        return found


@click.command("score")
@click.option("--at", type=Day(), help="The day, or an instant; now by default.")
@click.option("--as-of", "as_of", type=Instant(), help="With what had been recorded by then.")
@click.option("--from", "start", type=Day(), help="Say why it moved since then.")
@click.option("--to", "end", type=Day(), help="Until when; now by default.")
@click.option("--all", "every", is_flag=True, help="With promises that are not public.")
@click.option("--half-lives", "halving", is_flag=True, help="Try out how fast to forget.")
@click.option(
    "--export", "folder", type=click.Path(file_okay=False, path_type=Path),
    help="Write the data, and a script that computes the score again.",
)  # fmt: skip
@click.option(
    "--rules", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Say what the rules of this file would make different.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def score(**asked: Any) -> int:  # noqa: ANN401 - click's
    r"""Say how far our promises can be relied on, and why that changed.

    The score of the last day that is over, with its 90 % interval, by pillar and promise. Without
    enough evidence there is no number.

    \b
    troth score --at 2026-03-01
    troth score --from 2026-02-01 --to 2026-03-01
    troth score --rules other-weights.yaml
    troth score --export FOLDER && python3 -I FOLDER/recompute.py
    """
    actions.bring_up_to_date(now=clock.now())
    scope = "all" if asked["every"] else "public"
    chosen = (
        (asked["folder"], _export),
        (asked["halving"], _halve),
        (asked["rules"], _try_rules),
        (asked["start"] or asked["end"], _moves),
    )
    return next((do for wish, do in chosen if wish), _score)(asked, scope)


def _score(asked: Mapping[str, Any], scope: str) -> int:
    at, as_of = asked["at"], asked["as_of"]
    found = scores.score(at=at, as_of=as_of, scope=scope)
    rules = rulebook.constants(scores.end_of(found.day))
    answers = felt(rules.felt, at=scores.end_of(found.day), as_of=as_of)
    if asked["as_json"]:
        _tell(msgspec.to_builtins(scored.told(found, answers)))
    else:
        scored.show(found, answers)
    return 0


def _moves(asked: Mapping[str, Any], scope: str) -> int:
    end: datetime = asked["end"] or asked["at"] or clock.now()
    start: datetime = asked["start"] or end - timedelta(days=28)
    if start >= end:
        raise click.UsageError("--from must be before --to")
    try:
        moved = scores.attribution(start=start, end=end, as_of=asked["as_of"], scope=scope)
    except NothingToCompareError as problem:
        raise click.ClickException(str(problem)) from None
    return _told_moves(asked, moved)


def _try_rules(asked: Mapping[str, Any], scope: str) -> int:
    """Say what other weights would make of the same evidence. Nothing is written."""
    rules = documents.read(yaml.safe_load(asked["rules"].read_text("utf-8")))
    try:
        found = scores.under(rules, at=asked["at"], as_of=asked["as_of"], scope=scope)
    except NothingToCompareError as problem:
        raise click.ClickException(str(problem)) from None
    return _told_moves(asked, found)


def _told_moves(asked: Mapping[str, Any], moved: Attribution) -> int:
    if asked["as_json"]:
        _tell(scored.told_moves(moved))
    else:
        scored.show_moves(moved)
    return 0


def _export(asked: Mapping[str, Any], scope: str) -> int:
    document = scores.export(at=asked["at"], as_of=asked["as_of"], scope=scope)
    folder: Path = asked["folder"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "score.json").write_text(exporting.text(document), "utf-8")
    with (folder / "days.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_COLUMNS)
        for each in document["promises"]:
            rows.writerows([each["slug"], *day] for day in each["days"])
    (folder / "recompute.py").write_bytes(exporting.script())
    (folder / "README.txt").write_text(exporting.readme(document), "utf-8")
    click.echo(
        "Wrote score.json, days.csv, recompute.py and README.txt. "
        f"Try: python3 -I {folder}/recompute.py"
    )
    return 0


def _halve(asked: Mapping[str, Any], scope: str) -> int:
    found = halves.trials(scope)
    if asked["as_json"]:
        _tell(halves.told(found))
    else:
        halves.show(found)
    return 0


def _tell(answer: object) -> None:
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False, default=str))


commands = [score]
