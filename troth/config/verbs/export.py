"""`troth export`: everything that files can say, written as files."""

from collections.abc import Iterator
from pathlib import Path

import click
import yaml

from troth.config.drawers import drawers
from troth.config.verbs.apply import things
from troth.core.filing import Named
from troth.promises import exporting


@click.command("export")
@click.option("-o", "folder", type=click.Path(file_okay=False, path_type=Path), help="Folder.")
@click.option("--openslo", "as_openslo", is_flag=True, help="Write promises alone, as OpenSLO v1.")
def export(folder: Path | None, as_openslo: bool) -> None:  # noqa: FBT001 - click's
    r"""Write what is declared to files, as apply takes them.

    One file each into the folder, or all to the output.

    \b
    troth export -o promises/
    troth export --openslo
    """
    documents = list(exporting.documents(as_openslo=True) if as_openslo else _all())
    if folder is None:
        click.echo(
            yaml.safe_dump_all([d for _, d in documents], sort_keys=False, allow_unicode=True)
        )
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in documents:
        text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    click.echo(f"{things(len(documents), 'file')} in {folder}")


def _all() -> Iterator[Named]:
    for drawer in drawers():
        yield from drawer.export()


commands = [export]
