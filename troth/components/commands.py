"""`troth uptime`."""

import json
from datetime import date, datetime, timedelta
from fractions import Fraction

import click
from tabulate import tabulate

from troth.components import queries
from troth.components.queries import loading
from troth.components.queries.spans import instant
from troth.components.queries.uptimes import LEAST, Uptime
from troth.core import clock, windows
from troth.core.fields import nearest
from troth.core.windows import Span
from troth.ui import words

_DAY = click.DateTime(["%Y-%m-%d"])
_WORDS = {"minor": "minor or worse", "major": "major or worse", "critical": "critical"}


@click.command("uptime")
@click.option("--component", "name", help="Its name; all together when none is named.")
@click.option("--year", type=click.IntRange(1970, 2199), help="A whole year.")
@click.option("--from", "first", type=_DAY, help="First day; 90 days before --to by default.")
@click.option("--to", "last", type=_DAY, help="Last day, included; today by default.")
@click.option("--impact", type=click.Choice(list(LEAST)), help="Only this line.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def uptime(  # noqa: PLR0913, PLR0917 - click's
    name: str | None, year: int | None, first: datetime | None, last: datetime | None,
    impact: str | None, as_json: bool,  # noqa: FBT001 - click's
) -> None:  # fmt: skip
    r"""Say how much of a time was without incidents.

    Each second counts once, however many incidents it had. Without a component: the time in which
    nothing was wrong anywhere. Days are those of TIME_ZONE.

    \b
    troth uptime --year 2026
    troth uptime --component checkout --from 2026-01-01 --to 2026-03-31 --json
    """
    span = _span(year, first, last)
    found = queries.uptime_of(_uid(name), span) if name else queries.uptime_together(span)
    lines = [impact] if impact else list(LEAST)
    if as_json:
        click.echo(json.dumps(_told(found, lines), indent=2, ensure_ascii=False))
    else:
        _show(found, lines)


def _span(year: int | None, first: datetime | None, last: datetime | None) -> Span:
    if year is not None:
        if first or last:
            raise click.UsageError("give --year, or --from and --to, not both")
        return _days(date(year, 1, 1), date(year, 12, 31))
    until = last.date() if last else clock.now().astimezone(loading.zone()).date()
    begin = first.date() if first else until - timedelta(days=89)
    if begin > until:
        raise click.UsageError("--from lies after --to")
    return _days(begin, until)


def _days(first: date, last: date) -> Span:
    """Return these local days, without what is still to come."""
    zone = loading.zone()
    start = windows.midnight(first, zone)
    end = windows.midnight(last + timedelta(days=1), zone)
    return Span(start, max(start, min(end, clock.now())))


def _uid(name: str) -> str:
    uid = queries.uid_of(name)
    if uid is None:
        hint = nearest(name, [known.lower() for known in queries.names().values()])
        raise click.UsageError(f"there is no component “{name}”{hint}")
    return uid


def _show(found: Uptime, lines: list[str]) -> None:
    until = instant(found.ends - 1).astimezone(loading.zone())
    since = instant(found.starts).astimezone(loading.zone())
    what = found.component or "All components together"
    if not found.seconds:
        click.echo(f"{what}: there is no history in this time.")
        return
    click.echo(f"{what}, {since:%Y-%m-%d} to {until:%Y-%m-%d}")
    down = dict(found.down)
    rows = [
        (f"without incidents that are {_WORDS[impact]}", _percent(found.share(impact)),
         words.duration(down[impact]))
        for impact in lines
    ]  # fmt: skip
    if found.by_formula is not None and len(lines) > 1:
        rows.append(("by the declared formula", _percent(found.by_formula), ""))
    click.echo(tabulate(rows, tablefmt="plain", colalign=("left", "right", "right")))
    if found.silent:
        click.echo(f"Without data: {words.duration(found.silent)}, counted neither way.")


def _percent(share: Fraction | None) -> str:
    return words.NOTHING if share is None else f"{float(share * 100):.3f} %"


def _told(found: Uptime, lines: list[str]) -> dict[str, object]:
    down = dict(found.down)
    return {
        "component": found.component,
        "from": instant(found.starts).isoformat(),
        "until": instant(found.ends).isoformat(),
        "seconds": found.seconds,
        "seconds_without_data": found.silent,
        "impacts": [
            {"impact": one, "seconds_down": down[one], "share": _number(found.share(one))}
            for one in lines
        ],
        "by_formula": _number(found.by_formula),
    }


def _number(share: Fraction | None) -> float | None:
    return None if share is None else float(share)


commands = [uptime]
