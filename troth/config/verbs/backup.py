"""`troth backup`: state and signals in one file."""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from troth import __version__
from troth.config import archive, dumps, environment
from troth.core import clock


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--with-keys", is_flag=True, help="Put the keys in too: keep the file very safe.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, for programs.")
def backup(*, file: Path, with_keys: bool, as_json: bool) -> None:
    r"""Write state and signals to one file.

    It may run at any time: web and worker go on. Without its keys a backup can be restored only
    where the same keys are: keep DATA/keys somewhere else, or add --with-keys.

    \b
    troth backup troth-2026-03-01.tar.zst
    troth backup --with-keys /safe/troth.tar.zst
    """
    settings = environment.read(untouched=True)
    if not file.resolve().parent.is_dir():
        raise archive.BackupError(f"there is no folder {file.resolve().parent}")
    contents = archive.Contents(
        made_at=clock.now().isoformat(),
        version=__version__,
        engine=dumps.engine(settings.database_url),
    )
    with (
        tempfile.TemporaryDirectory(prefix="troth-backup-") as scratch,
        dumps.dumped(settings.database_url, Path(scratch)) as (dump, segments),
        archive.written(file, contents) as writer,
    ):
        writer.add(dump.name, dump)
        with _bar(len(segments)) as step:
            for path in _existing(settings.data_dir / "signals", segments):
                writer.add(f"signals/{path}", settings.data_dir / "signals" / path)
                step()
        if with_keys:
            _add_keys(writer, settings.data_dir / "keys")
    if as_json:
        click.echo(json.dumps(_told(file, contents)))
    else:
        _tell(file, contents, settings)


def _told(file: Path, contents: archive.Contents) -> dict[str, object]:
    return {
        "file": str(file.resolve()),
        "bytes": file.stat().st_size,
        "files": len(contents.files),
        "keys": _has_keys(contents),
        "made_at": contents.made_at,
    }


def _has_keys(contents: archive.Contents) -> bool:
    return any(name.startswith("keys/") for name in contents.files)


def _existing(folder: Path, segments: Sequence[str]) -> Iterator[str]:
    for path in segments:
        if not (folder / path).is_file():
            raise archive.BackupError(f"{folder / path} is listed but missing: see troth check")
        yield path


def _add_keys(writer: archive.Writer, folder: Path) -> None:
    for file in sorted(environment.KEYS.values()):
        if (folder / file).is_file():
            writer.add(f"keys/{file}", folder / file)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[], None]]:
    """Show a bar on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    with click.progressbar(length=total, label="segments", file=sys.stderr) as bar:
        yield lambda: bar.update(1)


def _tell(file: Path, contents: archive.Contents, settings: environment.Environment) -> None:
    size = file.stat().st_size / 1e6
    click.echo(f"{file}: {len(contents.files)} files, {size:.1f} MB")
    if not _has_keys(contents):
        click.echo(
            f"It holds no keys. Keep {settings.data_dir / 'keys'} in another place.", err=True
        )
    if settings.signal_store.startswith("clickhouse"):
        click.echo("Signals are in ClickHouse and not in this file: back that up too.", err=True)


commands = [backup]
