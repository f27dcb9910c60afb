"""`troth migrate`: the database at this version."""

import click


@click.command()
@click.option("--quiet", is_flag=True, help="Say nothing.")
def migrate(*, quiet: bool) -> None:
    r"""Bring the database up to this version.

    `troth up` does it by itself.

    \b
    troth migrate --quiet
    """
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0 if quiet else 1)


commands = [migrate]
