"""`troth import`: signals from files, or the history of another status page."""

import click

from troth.incidents import commands as incidents
from troth.signals.commands import import_ as of_signals

_UNPROCESSED = {
    "ignore_unknown_options": True, "allow_extra_args": True, "allow_interspersed_args": False,
}  # fmt: skip


class _Import(click.Command):
    """Its first word decides: the name of an importer, else files of signals."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Histories of status pages"):
            found = incidents.known().items()
            formatter.write_dl([(name, one.label) for name, one in found])
        of_signals.format_options(ctx, formatter)


@click.command("import", cls=_Import, context_settings=_UNPROCESSED, options_metavar="[OPTIONS]")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[NAME] PATH...")
@click.pass_context
def import_(ctx: click.Context, arguments: tuple[str, ...]) -> int:
    r"""Read signals from files, or another status page's history.

    The first word decides: the name of an importer reads a history (docs/import-status.md), else
    files are read as signals: CSV, TSV, NDJSON, Parquet, XLSX; plain, .gz, .zst or .zip
    (docs/import.md). What is imported a second time counts nothing twice. Exit code 1 when
    something was refused.

    \b
    troth import --map mapping.yaml cases.csv.gz
    troth import --dry-run signals.ndjson
    troth import github-status incidents.jsonl.gz
    troth import cstate path/to/site --dry-run
    """
    found = incidents.known().get(arguments[0]) if arguments else None
    chosen, rest = of_signals, list(arguments)
    if found is not None:
        chosen, rest = incidents.command_of(arguments[0], found), rest[1:]
    name = f"{ctx.command_path} {arguments[0]}" if found else ctx.command_path
    code = chosen.main(rest, prog_name=name, standalone_mode=False)
    return code if isinstance(code, int) else 0


commands = (import_,)
