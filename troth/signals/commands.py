"""`troth import` of signals, which the wiring joins with other imports."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from troth.signals.imports import mapping, report, running
from troth.signals.imports.plan import Plan
from troth.signals.imports.problems import ImportProblem
from troth.signals.imports.running import Progress, Terms
from troth.signals.imports.summary import Summary

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=_FILE)
@click.option("--map", "map_file", type=_FILE, help="Mapping file: which columns become what.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--refused", type=_FILE, help="Where refused lines go; NAME.refused.csv.")
@click.option("--source", default="", help="The source of every signal, over the mapping's own.")
@click.option("--no-seal", is_flag=True, help="Leave the signals in the inbox, for the worker.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def import_(paths: tuple[Path, ...], **options: Any) -> int:  # noqa: ANN401 - click's
    r"""Read signals from files.

    CSV, TSV, NDJSON, Parquet, XLSX; plain, .gz, .zst or .zip.

    Without --map, columns are named as the fields of a signal (docs/import.md). Importing a file
    a second time counts nothing twice. Exit code 1 when lines were refused: they are in a file
    that can be mended and imported again.

    \b
    troth import --map mapping.yaml cases.csv.gz
    troth import --dry-run signals.ndjson
    """
    plan = _plan(options["map_file"], options["source"])
    terms = Terms(dry_run=options["dry_run"], refused_to=options["refused"])
    if terms.refused_to and len(paths) > 1:
        raise ImportProblem("--refused names one file; import one file at a time with it.")
    found = [_one(path, plan, terms, options) for path in paths]
    if options["as_json"]:
        click.echo(json.dumps([summary.told() for summary in found], indent=2))
    return int(any(summary.refused for summary in found))


commands = ()  # `import` and `forget` are verbs of several packages: the wiring joins them


def _plan(map_file: Path | None, source: str) -> Plan | None:
    if map_file is None:
        if source:
            raise ImportProblem("--source goes with --map.")
        return None
    if not map_file.is_file():
        raise ImportProblem(f"There is no file {map_file}.")
    try:
        text = map_file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportProblem(f"{map_file} is not UTF-8.") from error
    needs = ("kind", "happened_at") if source else ("source", "kind", "happened_at")
    plan = mapping.read(text, needs=needs)
    return plan.from_source(source) if source else plan


def _one(path: Path, plan: Plan | None, terms: Terms, options: dict[str, Any]) -> Summary:
    seals = not (terms.dry_run or options["no_seal"])
    if seals:
        running.seal_all()  # so that what is counted below is this file's
    with _progress(path, quiet=options["as_json"]) as progress:
        summary = running.run(path=path, plan=plan, terms=replace(terms, progress=progress))
    if seals:
        new, known = running.seal_all()
        if new + known == summary.accepted:  # otherwise a worker has sealed some of it
            summary.new, summary.known = new, known
    if not options["as_json"]:
        click.echo(report.written(summary, dry_run=terms.dry_run))
    return summary


@contextmanager
def _progress(path: Path, *, quiet: bool) -> Iterator[Progress]:
    """Show a bar on a terminal, by bytes read of the file as it lies on disk."""
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _size: None
        return
    with click.progressbar(length=1, label=path.name, file=sys.stderr) as bar:

        def tell(done: int, size: int) -> None:
            bar.length = size
            bar.update(done - bar.pos)

        yield tell
