"""`troth judge`."""

import json
from collections.abc import Sequence
from datetime import datetime

import click

from troth.core import clock
from troth.core.fields import nearest
from troth.promises import actions, queries, tables
from troth.promises.instants import Instant
from troth.signals import queries as signals


@click.command("judge")
@click.option("--promise", "slugs", multiple=True, help="Only this promise; may be repeated.")
@click.option("--at", type=Instant(), help="The instant to judge at; now by default.")
@click.option("--as-of", "as_of", type=Instant(), help="With what had been recorded by then.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def judge(
    slugs: tuple[str, ...], at: datetime | None, as_of: datetime | None,
    as_json: bool,  # noqa: FBT001 - click's
) -> int:  # fmt: skip
    r"""Say which promises are kept.

    It takes in what waits, counts, judges and shows a table.

    \b
    troth judge
    troth judge --promise street-lights --at 2016-01-13T00:00:00-05:00 --json
    """
    _known(slugs)
    now = clock.now()
    actions.bring_up_to_date(now=now)
    _warn_about(as_of)
    opinions = queries.judged(list(slugs) or None, at=at, as_of=as_of)
    if as_json:
        _tell(tables.told(opinions))
    elif opinions:
        tables.show(opinions)
    else:
        click.echo("There are no promises yet. Declare some: troth apply -f FOLDER")
    return 0


def _known(slugs: Sequence[str]) -> None:
    names = [promise.slug for promise in queries.promises()]
    for slug in slugs:
        if slug not in names:
            hint = nearest(slug, names)
            raise click.UsageError(f"there is no promise “{slug}”{hint}")


def _warn_about(as_of: datetime | None) -> None:
    extent = signals.store().extent()
    if as_of is None or (extent is not None and as_of > extent.recorded.start):
        return
    first = (
        f"The first signal was recorded {extent.recorded.start:%Y-%m-%d %H:%M}Z. " if extent else ""
    )
    click.echo(
        f"Nothing had been recorded by {as_of:%Y-%m-%d %H:%M}Z. {first}"
        "To judge an earlier instant with what is known now, use --at.",
        err=True,
    )


def _tell(answer: object) -> None:
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False, default=str))


commands = [judge]
