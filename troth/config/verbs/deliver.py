"""`troth deliver`: a courier alone."""

import click


@click.command()
@click.option("--once", is_flag=True, help="Deliver everything that is due, then stop.")
def deliver(*, once: bool) -> None:
    r"""Deliver messages, in a process of their own.

    `troth work` delivers as well. Run more of these where many are to be told: they share the work.
    SIGTERM lets it finish what it has begun.

    \b
    troth deliver
    troth deliver --once
    """
    from troth.notify.courier import running

    running.run(once=once)


commands = [deliver]
