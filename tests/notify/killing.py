"""Kill couriers at random while they deliver, then compare what arrived with what the outbox says.

    python tests/notify/killing.py --rounds 1000 --deliveries 10000 --workers 3

Runs on the installation that the environment names. Workers are forked, so that a round takes
tenths of a second; each spreads and delivers, and is killed by SIGKILL. Prints JSON.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
A_LINE = 75  # bytes of the sink's log
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.config.settings")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--deliveries", type=int, default=500)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    import django

    django.setup()
    from tests.notify.outbox import mail_sink, mailing

    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        mail_sink(Path(folder), "--sync", "--slow", "8") as sink,
        mailing(sink.port),
    ):
        found = tormented(options, random.Random(options.seed), sink)
        found |= compared(sink.lines)
    found["seconds"] = round(time.monotonic() - began)
    sys.stdout.write(f"{json.dumps(found)}\n")


def tormented(options, chance, sink):
    """Tell stories one after the other while workers are killed; then let one finish."""
    from django.db import connections

    tellings = max(options.deliveries // 1_000, 4)
    each = options.deliveries // tellings
    readers(each)
    told, kills, living = 0, 0, []
    for number in range(options.rounds):
        if number * tellings >= told * options.rounds and told < tellings:
            told += say(told)
        connections.close_all()
        while len(living) < options.workers:
            living.append(forked(once=False))
        some_progress(sink, chance.uniform(0, 2 * options.deliveries / options.rounds))
        time.sleep(chance.uniform(0, 0.02))
        kills += killed(living.pop(chance.randrange(len(living))))
    for process in living:
        kills += killed(process)
    connections.close_all()
    os.waitpid(forked(once=True), 0)
    return {"rounds": options.rounds, "kills": kills, "deliveries": told * each}


def some_progress(sink, messages):
    """Wait until so many more arrived, or until it is clear that they do not come."""
    limit, before = time.monotonic() + 1.0, size(sink)
    while size(sink) < before + messages * A_LINE and time.monotonic() < limit:
        time.sleep(0.002)


def size(sink):
    return sink.log.stat().st_size


def readers(count):
    from django.db import transaction

    from tests.notify.outbox import reader

    with transaction.atomic():
        for number in range(count):
            reader(f"reader{number}@example.org")


def say(number):
    from tests.notify.outbox import story
    from troth.core import clock
    from troth.notify.actions.telling import tell

    # Urgent ones are never joined: each is a message of its own.
    tell(story=story(about=f"incident:inc_{number}", is_urgent=True), by="Ada", now=clock.now())
    return 1


def forked(*, once):
    """Start a worker; returns its process id."""
    import aiosmtplib  # noqa: F401 - loaded before the fork, as all channels are

    from troth.notify import catalogue
    from troth.notify.carriers import smtp  # noqa: F401 - the same
    from troth.notify.courier import running

    catalogue.all_channels()

    process = os.fork()
    if process:
        return process
    try:
        from tests.notify.outbox import spread

        spread()
        running.run(once=once)
        if once:
            spread()
            running.run(once=True)
    finally:
        os._exit(0)


def killed(process):
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return 1


def compared(lines):
    """Return how what the sink wrote down agrees with what the outbox says."""
    from troth.notify.letters import letter_id
    from troth.notify.models import Delivery

    arrived = Counter(name.partition("@")[0] for name, _ in lines)
    rows = [(letter_id(pk), state) for pk, state in Delivery.objects.values_list("pk", "state")]
    states = Counter(state for _, state in rows)
    known = {name for name, _ in rows}
    return {
        "states": dict(states),
        "arrived": len(lines),
        "lost": sum(state == "accepted" and not arrived[name] for name, state in rows),
        "twice": sum(many > 1 for many in arrived.values()),
        "unknown_that_arrived": sum(state == "unknown" and arrived[name] for name, state in rows),
        "strangers": sum(name not in known for name in arrived),
    }


if __name__ == "__main__":
    main()
