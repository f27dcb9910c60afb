"""`troth prepare`: what must be done before anything starts."""

import click


@click.command(hidden=True)
@click.option("--demo", is_flag=True)
def prepare(*, demo: bool) -> None:
    """Migrate, fill in the demo, and print the one-time link while there is no owner."""
    from django.conf import settings
    from django.core.management import call_command

    from troth.core import clock
    from troth.staff import actions as staff

    call_command("migrate", interactive=False, verbosity=0)
    if demo:
        from troth.config import demo as installation  # it loads the engines

        installation.fill()
    click.echo(f"The page:         {settings.TROTH.base_url}/")
    click.echo(f"The desk:         {settings.TROTH.base_url}/desk/")
    link = staff.owner_link(now=clock.now())
    if link:
        click.echo(f"The first owner:  {link}   (works once)")


commands = [prepare]
