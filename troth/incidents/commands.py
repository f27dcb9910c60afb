"""`troth import NAME PATH`: the history of another status page."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from troth.core import registry
from troth.incidents import importers
from troth.incidents.importing import report
from troth.incidents.importing.running import Progress, run
from troth.incidents.importing.told import Found, Importer, Unreadable, renamed

commands = ()  # `import` is a verb of several packages: the wiring joins them


def known() -> dict[str, Importer]:
    """Return the importers by the word that the command line takes: dashes, no underscores."""
    found = registry.load(importers, Importer)
    return {name.replace("_", "-"): one for name, one in found.items()}


def command_of(name: str, importer: Importer) -> click.Command:
    """Return the command that brings one kind of history here."""

    def bring(path: Path, **options: Any) -> int:  # noqa: ANN401 - click's
        return _bring(importer, path, options)

    return click.Command(
        name, callback=bring,
        help=f"{importer.label}.\n\nPATH is {importer.takes}.\n\n\b\n{importer.example}",
        params=[
            click.Argument(["path"], type=click.Path(exists=True, path_type=Path)),
            click.Option(["--dry-run"], is_flag=True,
                         help="Say what would happen; write nothing."),
            click.Option(["--source"], default="",
                         help="Its name here, where two of the same kind are imported."),
            click.Option(["--json", "as_json"], is_flag=True, help="Answer in JSON."),
        ],
    )  # fmt: skip


def _bring(importer: Importer, path: Path, options: dict[str, Any]) -> int:
    found = _read(importer, path)
    if options["source"]:
        found = renamed(found, options["source"])
    with _progress(path, quiet=options["as_json"] or options["dry_run"]) as progress:
        done = run(found=found, dry_run=options["dry_run"], progress=progress)
    if options["as_json"]:
        click.echo(json.dumps(report.told(done), indent=2, ensure_ascii=False))
    else:
        click.echo(report.written(done))
    return int(bool(done.refused))


def _read(importer: Importer, path: Path) -> Found:
    """Read all before anything is written. Raises Unreadable, which says so."""
    try:
        return importer.read(path)
    except Unreadable as error:
        raise Unreadable(f"{error} Nothing was imported.") from error


@contextmanager
def _progress(path: Path, *, quiet: bool) -> Iterator[Progress]:
    """Show a bar on a terminal, by incidents."""
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    with click.progressbar(length=1, label=path.name, file=sys.stderr) as bar:

        def tell(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield tell
