"""`troth work`: a worker alone."""

import signal
import threading

import click


@click.command()
@click.option("--once", is_flag=True, help="Do everything that is due, then stop.")
def work(*, once: bool) -> None:
    r"""Start a worker alone.

    It seals signals, counts, judges and publishes, delivers messages, and starts the checks of
    what is watched. Any number may run at once.
    SIGTERM lets it finish what it does.

    \b
    troth work
    troth work --once
    """
    from troth.config import attendance
    from troth.config.schedule import SCHEDULE
    from troth.core import clock, leases
    from troth.core import work as loop
    from troth.notify.courier import running

    if once:
        name = leases.worker_name()
        leases.announce(SCHEDULE, now=clock.now())
        leases.release_dead(name)  # what a killed worker held is due now, not after its lease
        while loop.turn(SCHEDULE, name):
            pass
        running.run(once=True)
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    attendant = threading.Thread(target=attendance.attend, args=(stop,), name="attend probes")
    courier = threading.Thread(target=running.attend, args=(stop,), name="deliver")
    attendant.start()
    courier.start()
    loop.run(SCHEDULE, stop=stop)
    attendant.join()
    courier.join()


commands = [work]
