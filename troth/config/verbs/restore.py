"""`troth restore`: an installation out of a backup."""

import secrets
import shutil
from pathlib import Path

import click

from troth.config import archive, database, dumps, environment
from troth.core import clock
from troth.core.durable import sync


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace what is here; the old folder is kept beside.")
def restore(*, file: Path, force: bool) -> None:
    r"""Put an installation back from a backup.

    Stop web and worker first. Everything is unpacked and checked in a new folder, which then takes
    the place of DATA at once: a failure leaves what was there.

    \b
    troth restore troth-2026-03-01.tar.zst
    troth restore --force troth-2026-03-01.tar.zst
    """
    settings = environment.read(untouched=True)
    data = settings.data_dir
    if not force and not _is_free(settings):
        raise archive.BackupError(f"there is an installation in {data} already: see --force")
    if data.is_mount():
        raise archive.BackupError(f"{data} is a mount: set TROTH_DATA to a folder inside it")
    data.parent.mkdir(parents=True, exist_ok=True)
    fresh = data.with_name(f"{data.name}.restoring-{secrets.token_hex(4)}")
    fresh.mkdir(mode=0o700)
    try:
        contents = archive.unpack(file, fresh)
        _place_database(settings, contents, fresh)
        _place_keys(data, fresh)
        kept = _swap(data, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    click.echo(f"Restored the backup of {contents.made_at[:16]} into {data}.")
    if kept:
        click.echo(f"What was there is in {kept}.")
    if not (data / "keys").is_dir():
        click.echo(f"It held no keys: put yours into {data / 'keys'} before you start.", err=True)


def _is_free(settings: environment.Environment) -> bool:
    """Return whether nothing would be lost: keys alone may be there, they are kept."""
    data = settings.data_dir
    has_files = data.is_dir() and any(path.name not in ("keys", "run") for path in data.iterdir())
    return not has_files and dumps.is_empty(settings.database_url)


def _place_database(
    settings: environment.Environment, contents: archive.Contents, fresh: Path
) -> None:
    here = dumps.engine(settings.database_url)
    if contents.engine != here:
        text = f"the backup is of {contents.engine}, TROTH_DATABASE_URL names {here}"
        raise archive.BackupError(f"{text}: set it to a {contents.engine} database")
    dump = fresh / dumps.NAMES[here]
    if here == "postgresql":
        dumps.restore_postgres(settings.database_url, dump)
        dump.unlink()
        return
    target = Path(database.setting(settings.database_url)["NAME"]).resolve()
    if target.is_relative_to(settings.data_dir):
        inside = fresh / target.relative_to(settings.data_dir)
        inside.parent.mkdir(parents=True, exist_ok=True)
        dump.replace(inside)
    else:
        _replace_outside(target, dump)


def _replace_outside(target: Path, dump: Path) -> None:
    """Put the database where it lives outside the data folder; the old one is kept beside it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.rename(target.with_name(f"{target.name}.before-{_stamp()}"))
    for leftover in ("-wal", "-shm"):
        target.with_name(target.name + leftover).unlink(missing_ok=True)
    shutil.copyfile(dump, target)
    dump.unlink()


def _place_keys(data: Path, fresh: Path) -> None:
    """Keep the keys that are here, unless the backup brought its own."""
    if not (fresh / "keys").exists() and (data / "keys").is_dir():
        shutil.copytree(data / "keys", fresh / "keys")
    if (fresh / "keys").exists():
        (fresh / "keys").chmod(0o700)
        for file in (fresh / "keys").iterdir():
            file.chmod(0o600)


def _swap(data: Path, fresh: Path) -> Path | None:
    """Put the new folder in the place of the old one; return where the old one is kept."""
    kept = None
    if data.exists():
        kept = data.with_name(f"{data.name}.before-{_stamp()}")
        data.rename(kept)
    fresh.rename(data)
    sync(data.parent)
    if kept and not any(path.name not in ("keys", "run") for path in kept.iterdir()):
        shutil.rmtree(kept)  # it held the keys alone, and those were taken along
        return None
    return kept


def _stamp() -> str:
    return f"{clock.now():%Y%m%d-%H%M%S}"


commands = [restore]
