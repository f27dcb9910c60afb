"""`troth forget`: a person everywhere, in signals and among readers."""

import click

from troth.core import clock
from troth.feedback import personal_data as feedback
from troth.notify import personal_data
from troth.signals import actions as signals


@click.command("forget")
@click.argument("subject")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(subject: str, yes: bool) -> None:  # noqa: FBT001 - click's
    r"""Forget a person: signals, addresses, subscriptions, reports.

    SUBJECT is what their signals named them by, or an address that we write to. Counts stay, and
    an address that is left alone stays left alone, by its hash.

    \b
    troth forget ada@example.org
    """
    if not yes:
        click.confirm("This can never be found again. Forget this person?", abort=True)
    now = clock.now()
    signals.forget(subject=subject, now=now)
    reports = feedback.forget(address=subject, now=now)
    found = personal_data.forget(address=subject, now=now)
    click.echo(
        "Forgotten: hidden from every answer now, gone from the files with the next tidying."
    )
    if found:
        click.echo(f"Forgotten as a reader, too, in {found} channel{'s' if found > 1 else ''}.")
    if reports:
        click.echo(f"Forgotten: what was written to us, {reports} report{'s'[: reports > 1]}.")


commands = (forget,)
