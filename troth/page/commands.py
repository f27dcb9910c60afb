"""`troth publish`."""

import json
from pathlib import Path

import click

from troth.core import clock
from troth.page import actions


@click.command()
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the same bytes for another host into this folder; its root is DIR/current.",
    metavar="DIR",
)
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
def publish(to: Path | None, *, as_json: bool) -> None:
    r"""Write the public page to files, here or for another host.

    \b
    troth publish
    troth publish --to /srv/trust-page
    """
    now = clock.now()
    if to is None:
        published = actions.publish_all(now=now)
    else:
        published = actions.publish_copy(to=to.resolve(), now=now)
    root = published.folder / "current"
    if as_json:
        fields = {
            "folder": str(root),
            "revision": published.revision,
            "files": published.files,
            "written": published.written,
        }
        click.echo(json.dumps(fields))
    else:
        click.echo(f"{published.files} files in {root}, {published.written} of them new.")


commands = [publish]
