"""`troth work`: a worker alone."""

import signal
import threading

import click


@click.command()
@click.option("--once", is_flag=True, help="Do everything that is due, then stop.")
@click.option("--alone", default="", hidden=True)
@click.option("--child-of", type=int, hidden=True)
def work(*, once: bool, alone: str = "", child_of: int | None = None) -> None:
    r"""Start a worker alone.

    It seals signals, counts, judges and publishes, delivers messages, and starts the checks of
    what is watched. Any number may run at once.
    SIGTERM lets it finish what it does.

    \b
    troth work
    troth work --once
    """
    if once:
        _once()
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if alone:
        _alone(alone, child_of, stop)
    else:
        _work(stop)


def _once() -> None:
    from troth.config.schedule import SCHEDULE
    from troth.core import clock, leases
    from troth.core import work as loop
    from troth.notify.courier import running

    name = leases.worker_name()
    leases.announce(SCHEDULE, now=clock.now())
    leases.release_dead(name)  # what a killed worker held is due now, not after its lease
    while loop.turn(SCHEDULE, name):
        pass
    running.run(once=True)


def _alone(name: str, child_of: int | None, stop: threading.Event) -> None:
    from troth.config import apart
    from troth.config.schedule import SCHEDULE

    (entry,) = (entry for entry in SCHEDULE if entry.name == name)
    apart.work_alone(entry, child_of=child_of, stop=stop)


def _work(stop: threading.Event) -> None:
    """Run the lanes, and beside them the jobs apart, the runner of checks and the courier."""
    from troth.config import apart, attendance
    from troth.config.schedule import SCHEDULE
    from troth.core import work as loop
    from troth.notify.courier import running

    alone = apart.forked([entry for entry in SCHEDULE if entry.apart], stop)
    beside = [
        threading.Thread(target=apart.attend, args=(alone, stop), name="attend what is apart"),
        threading.Thread(target=attendance.attend, args=(stop,), name="attend probes"),
        threading.Thread(target=running.attend, args=(stop,), name="deliver"),
    ]
    for thread in beside:
        thread.start()
    loop.run(SCHEDULE, stop=stop)
    for thread in beside:
        thread.join()


commands = [work]
