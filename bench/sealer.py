"""How fast accepted signals become sealed ones, on one core, while the store grows.

    taskset -c 1 python bench/sealer.py [millions] [--revised 0.02]

The reference in the same run: decoding the same lines with msgspec, and nothing else. Both are
seconds of processor time, so that whatever else runs on the machine does not count.
"""

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("TROTH_DATA", tempfile.mkdtemp(prefix="troth-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.config.settings")

START = datetime(2026, 1, 1, tzinfo=UTC)
A_BATCH, A_SEAL = 1000, 400_000


def signals(rng, first, count, last_keys, revised):
    """Make deliveries as a shop sends them: an order each, some told again with a later version."""
    from troth.signals.envelope import Signal

    made = []
    for n in range(first, first + count):
        key, version = f"{rng.getrandbits(52):013x}", 0
        if last_keys and rng.random() < revised:
            key, version = rng.choice(last_keys), 1
        elif rng.random() < revised:
            last_keys.append(key)
        made.append(
            Signal(
                source="shop", kind=rng.choice(("checkout.finished", "delivery", "ticket")),
                happened_at=START + timedelta(seconds=n * 0.1, milliseconds=rng.randrange(999)),
                key=key, version=version, value=float(rng.randrange(40, 9000)),
                outcome=rng.choice(("ok", "ok", "ok", "ok", "failed")),
                segment={"country": rng.choice(("de", "fr", "us")),
                         "plan": rng.choice(("free", "pro"))},
            )
        )  # fmt: skip
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("millions", nargs="?", type=float, default=3)
    parser.add_argument("--revised", type=float, default=0.02)
    options = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    sealing, decoding, done = filled(int(options.millions * 1_000_000), options.revised)
    print(f"sealed    {done / sealing:>9,.0f} signals/s over {done:,}")
    print(f"decoding  {done / decoding:>9,.0f} signals/s with msgspec alone (reference)")
    compacted(START + timedelta(seconds=done * 0.1) + timedelta(days=40))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MB, the signals made for sending among it")


def filled(total, revised):
    """Accept and seal signals until there are `total`; return seconds sealing and decoding."""
    rng, keys, done, decoding, sealing = random.Random(1), [], 0, 0.0, 0.0
    while done < total:
        now = START + timedelta(seconds=done * 0.1)
        decoding += accepted(rng, done, keys, revised, now)
        took, rows = sealed(now, whole=done % 2_000_000 == 0)
        sealing += took
        done += A_SEAL
        print(f"{done:>10,} signals: {rows / took:>9,.0f}/s sealed", flush=True)
    return sealing, decoding, done


def accepted(rng, first, keys, revised, now):
    """Accept what one sealing takes; return the seconds in which msgspec decodes it."""
    from troth.signals import actions, envelope

    starts = range(first, first + A_SEAL, A_BATCH)
    batches = [envelope.encode_lines(signals(rng, at, A_BATCH, keys, revised)) for at in starts]
    began = time.process_time()
    for each in batches:
        envelope.decode_lines(each)
    took = time.process_time() - began
    lines = [envelope.Lines(each, A_BATCH) for each in batches]
    actions.accept(batches=lines, door="bench", now=now)
    return took


def sealed(now, *, whole):
    """Seal what waits and put the files in shape; return the seconds and the rows."""
    from troth.signals import actions

    began = time.process_time()
    sealing = actions.seal(now=now)
    actions.tidy(now=now)
    if whole:
        actions.compact(now=now)
    return time.process_time() - began, sealing.rows


def compacted(now):
    from troth.signals import actions, queries

    began = time.process_time()
    actions.compact(now=now)
    took, store = time.process_time() - began, queries.store().statistics()
    size = store.bytes / store.rows
    print(f"compacted in {took:.1f} s: {size:.1f} bytes a signal in {store.files} files")


if __name__ == "__main__":
    main()
