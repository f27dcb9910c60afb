"""`troth up`: everything in one process tree."""

import os
import subprocess
import sys

import click

from troth.config import environment, ports, supervisor

_TROTH = (sys.executable, "-m", "troth.config")


@click.command()
@click.option("--demo", is_flag=True, help="Fill an empty installation with real open data first.")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen on.")
def up(*, demo: bool, port: int | None) -> None:
    r"""Start everything: database, web, worker.

    \b
    troth up
    troth up --demo --port 8080
    """
    if demo:
        os.environ.setdefault("TROTH_ORGANISATION", "City Services")
    settings = _read_settings(port)
    ports.must_be_free(settings.host, settings.port)
    ports.keep(settings.data_dir, settings.port)
    _prepare(demo=demo)
    click.echo("Stop it with Ctrl-C.")
    children = [
        supervisor.Child("web", [*_TROTH, "web"]),
        supervisor.Child("work", [*_TROTH, "work"]),
    ]
    if settings.mail_port:
        children.append(supervisor.Child("mail", [*_TROTH, "mail"]))
    supervisor.run(children, lambda text: click.echo(f"troth: {text}", err=True))


def _read_settings(port: int | None) -> environment.Environment:
    """Refuse unusable settings before anything is started; the children read them again."""
    if port is not None or not environment.says_port(os.environ):
        os.environ["TROTH_PORT"] = str(port or environment.PORT)
    return environment.read()


def _prepare(*, demo: bool) -> None:
    """Migrate in a process of its own, so that its memory is given back."""
    done = subprocess.run([*_TROTH, "prepare", *(["--demo"] if demo else [])], check=False)  # noqa: S603 - our own verb
    if done.returncode:
        raise SystemExit(done.returncode)


commands = [up]
