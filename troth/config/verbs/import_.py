"""`troth import`: signals, the history of another status page, or its subscribers."""

import click

from troth.incidents import commands as incidents
from troth.notify import commands as notify
from troth.signals.commands import import_ as of_signals

_READERS = "subscribers"
_UNPROCESSED = {
    "ignore_unknown_options": True, "allow_extra_args": True, "allow_interspersed_args": False,
}  # fmt: skip


class _Import(click.Command):
    """Its first word decides: the name of an importer, else files of signals."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Histories of status pages"):
            found = incidents.known().items()
            formatter.write_dl([(name, one.label) for name, one in found])
        with formatter.section("Readers of status pages"):
            formatter.write_dl([(_READERS, "Subscribers, with their proof of consent")])
        of_signals.format_options(ctx, formatter)


@click.command("import", cls=_Import, context_settings=_UNPROCESSED, options_metavar="[OPTIONS]")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[NAME] PATH...")
@click.pass_context
def import_(ctx: click.Context, arguments: tuple[str, ...]) -> int:
    r"""Read signals from files, or another status page's history.

    The first word decides: the name of an importer reads a history (docs/import-status.md),
    "subscribers" reads who gets its messages (docs/subscriptions.md), else files are read as
    signals: CSV, TSV, NDJSON, Parquet, XLSX; plain, .gz, .zst or .zip
    (docs/import.md). What is imported a second time counts nothing twice. Exit code 1 when
    something was refused.

    \b
    troth import --map mapping.yaml cases.csv.gz
    troth import --dry-run signals.ndjson
    troth import github-status incidents.jsonl.gz
    troth import cstate path/to/site --dry-run
    troth import subscribers subscribers.csv
    """
    chosen, rest, name = of_signals, list(arguments), ctx.command_path
    if named := _named(arguments[0]) if arguments else None:
        chosen, rest, name = named, rest[1:], f"{name} {arguments[0]}"
    code = chosen.main(rest, prog_name=name, standalone_mode=False)
    return code if isinstance(code, int) else 0


def _named(word: str) -> click.Command | None:
    """Return the import of that name."""
    if word == _READERS:
        return notify.import_command()
    found = incidents.known().get(word)
    return incidents.command_of(word, found) if found else None


commands = (import_,)
