"""`troth report`."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import click
from tabulate import tabulate

from troth.core import clock
from troth.desk.models import Report
from troth.desk.reporting import kept, making, periods, telling
from troth.desk.reporting.sections import Cell, Section

_BY = "troth report"
_pdf = click.option(
    "--pdf", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write it as PDF."
)
_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


@click.group("report")
def report() -> None:
    r"""List, show and make reports of weeks, months and quarters.

    Each is made once, on its date by the worker or before that by hand, and never changed after
    (docs/reports.md).

    \b
    troth report list --kind monthly
    troth report show weekly                      the newest of them
    troth report make monthly --at 2026-03-01 --pdf march.pdf
    """


@report.command("list")
@click.option("--kind", type=click.Choice(periods.KINDS), default=None, help="Only these.")
@_json
def list_(kind: str | None, as_json: bool) -> int:  # noqa: FBT001 - click's
    """List the reports there are, the newest first."""
    rows = list(kept.reports(kind=kind or ""))
    if as_json:
        click.echo(json.dumps([_line(row) for row in rows], indent=2, default=str))
    elif rows:
        click.echo(tabulate([_line(row) for row in rows], headers="keys"))
    else:
        click.echo("No report is made yet.")
    return 0


def _line(row: Report) -> dict[str, str]:
    return {"id": row.uid, "kind": row.kind, "first day": str(row.starts_on),
            "last day": str(row.ends_on), "title": row.title}  # fmt: skip


@report.command("show")
@click.argument("name")
@_pdf
@_json
def show(name: str, file: Path | None, as_json: bool) -> int:  # noqa: FBT001 - click's
    """Show a report: NAME is its id, or weekly, monthly or quarterly for the newest of them."""
    newest = kept.reports(kind=name).filter(about="").first() if name in periods.KINDS else None
    row = newest or kept.found(name)
    if row is None:
        raise click.ClickException(f"there is no report “{name}”; troth report list says which")
    return _given(row, file, as_json=as_json)


@report.command("make")
@click.argument("name", type=click.Choice(periods.KINDS))
@click.option(
    "--at", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY",
    help="A day in the week, month or quarter; without it the last one whose report is due.",
)  # fmt: skip
@_pdf
@_json
def make(name: str, day: datetime | None, file: Path | None, as_json: bool) -> int:  # noqa: FBT001 - click's
    """Make a report by hand, as it is known now. One that was made stays as it is, and is shown."""
    wanted: date | None = day.date() if day else None
    try:
        row, is_new = making.make_one(kind=name, day=wanted, by=_BY, now=clock.now())
    except making.ReportError as problem:
        raise click.ClickException(str(problem)) from None
    said = "Made" if is_new else "Made before, and unchanged"
    click.echo(f"{said}: {row.title} ({row.uid}).", err=True)
    return _given(row, file, as_json=as_json)


def _given(row: Report, file: Path | None, *, as_json: bool) -> int:
    if file is not None:
        if not kept.draws():
            raise click.ClickException("PDF needs the extra “pdf”, which is not installed")
        file.write_bytes(kept.pdf(row))
        click.echo(f"Wrote {file}.", err=True)
    elif as_json:
        click.echo(json.dumps(row.content, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_read(row)))
    return 0


def _read(row: Report) -> Iterator[str]:
    yield row.title
    yield kept.told(row)
    for section in telling.sections(row.content):
        yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    if section.heading:
        yield f"\n{section.heading}\n{'-' * len(section.heading)}"
    yield from section.texts
    for table in section.tables:
        yield f"\n{table.heading}".rstrip()
        rows = [[_cell(one) for one in row] for row in table.rows]
        yield tabulate(rows, headers=table.columns, disable_numparse=True)


def _cell(one: Cell) -> str:
    return f"{one.text} ({one.quiet})" if one.quiet else one.text


commands = (report,)
