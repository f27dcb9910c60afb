"""`troth probe`: checks run, here or at a location elsewhere; and mail to heartbeats taken."""

import os
import sys
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import click

_PLAIN = "the server is reached without TLS: its key and all secrets travel in the clear"


@click.command()
@click.option("--location", help="The name that the server knows this place by.")
@click.option("--server", help="Address of the Troth that this place checks for.")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="File with the key of this location.",
)
@click.option("--plain-http", is_flag=True, help="Allow a server without TLS on another machine.")
@click.option("--private", is_flag=True, envvar="TROTH_PROBE_PRIVATE", hidden=True)
@click.option("--child-of", type=int, hidden=True)
def probe(  # noqa: PLR0913 - each is an option
    *,
    location: str | None,
    server: str | None,
    key_file: Path | None,
    plain_http: bool,
    private: bool,
    child_of: int | None,
) -> None:
    r"""Run checks, here or for a server elsewhere.

    Without options it does what `troth work` starts by itself: the checks of this installation.
    With --location it is an agent: it pulls its work from the server and reports to it. It needs
    no database. The server gives its key under Status, Locations.

    \b
    troth probe
    troth probe --location fra --server https://trust.example --key-file /etc/troth/fra.key
    """
    if child_of:
        from troth.core.parentage import end_with_parent

        end_with_parent(child_of)
    if location or server or key_file:
        _be_agent(location, server, key_file, plain_http=plain_http, private=private)
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.config.settings")
    import django

    django.setup()
    from troth.probes import runner  # it needs Django

    runner.run()


def _be_agent(
    location: str | None, server: str | None, key_file: Path | None, *, plain_http: bool,
    private: bool,
) -> None:  # fmt: skip
    if not (location and server and key_file):
        raise click.UsageError("an agent needs --location, --server and --key-file")
    parts = urlsplit(server)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise click.UsageError("--server: write the whole address, such as https://trust.example")
    is_local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme == "http" and not is_local and not plain_http:
        raise click.UsageError(f"--server: {_PLAIN}; --plain-http allows it")
    from troth.probes import agent  # it loads the HTTP library

    key = key_file.read_text(encoding="utf-8").strip()
    agent.run(agent.Post(server=server, location=location, key=key, private=private))


@click.command()
def mail() -> None:
    r"""Take heartbeats' mail, on a port of its own.

    `troth up` starts this by itself where TROTH_MAIL_PORT is set. It knows the addresses of
    heartbeats alone and relays nothing. What it accepts is on disk.

    \b
    TROTH_MAIL_PORT=2525 troth mail
    """
    from django.conf import settings

    if not settings.TROTH.mail_port:
        raise click.UsageError("set TROTH_MAIL_PORT to the port that takes mail")
    try:
        from troth.probes import mailport
    except ImportError as error:
        raise click.ClickException("this needs the extra “mail”: install troth[mail]") from error
    mailport.run()


# sysexits.h, as mail servers read them: wrong data, no such user, try again later.
_DATA_ERROR, _NO_USER, _TRY_AGAIN = 65, 67, 75


@click.command("ping-mail")
@click.argument("recipients", metavar="ADDRESS...", nargs=-1, required=True)
def ping_mail(*, recipients: tuple[str, ...]) -> None:
    r"""Take one message to a heartbeat from a mail server.

    It is read from standard input, as the pipe of a mail server writes it. On exit code 0 it is on
    disk. 67: there is no such address; 75: have it sent again later; 65: it is too large.

    \b
    troth ping-mail 0f1e2d3c4b5a69788796a5b4@trust.example < message
    """
    from django.db import DatabaseError

    from troth.core import clock
    from troth.probes import actions, mailroom

    raw = sys.stdin.buffer.read(mailroom.LARGEST + 1)
    if len(raw) > mailroom.LARGEST:
        _end(_DATA_ERROR, "the message is too large")
    try:
        kept = mailroom.deliver(raw=raw, recipients=recipients, now=clock.now())
    except (DatabaseError, actions.OutdatedError) as problem:
        _end(_TRY_AGAIN, f"the message could not be kept: {problem}")
    if not kept:
        _end(_NO_USER, "there is no such address here")


def _end(code: int, text: str) -> NoReturn:
    click.echo(f"troth: {text}", err=True)
    raise SystemExit(code)


commands = [probe, mail, ping_mail]
