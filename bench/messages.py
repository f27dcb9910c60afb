"""What telling many costs: matching a million, mailing them, and programs of which some are dead.

    python bench/messages.py [match] [mail] [first] [hooks] [--subscribers 1000000] [--mails 20000]
                             [--rounds 3] [--postgres]

Each part runs in a process of its own on a fresh installation. The reference for mail is a bare
pool of aiosmtplib: as many connections to the same sink, a message that was made once and patched
for each reader with its address, Message-ID, links and unsubscribe headers, and nothing written
down. Both take turns.
"""

import argparse
import asyncio
import contextlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from processor import machine, processor, server

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.config.settings")
PARTS = ("match", "mail", "first", "hooks")
CONNECTIONS = 20


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--subscribers", type=int, default=1_000_000)
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(options)
        return
    for part in options.parts or PARTS:
        databases = [True] if options.postgres else [False, True] if part == "match" else [False]
        for postgres in databases:
            print(f"{part} on {'PostgreSQL' if postgres else 'SQLite'}", flush=True)
            run(part, options, postgres=postgres)


def run(part, options, *, postgres):
    from tests.postgres import cluster

    words = [f"--{name}={getattr(options, name)}" for name in ("subscribers", "mails", "rounds")]
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="troth-bench-"))
        environment = {**os.environ, "TROTH_DATA": folder, "TROTH_PROBE_PRIVATE": "1"}
        if postgres:
            environment["TROTH_DATABASE_URL"] = stack.enter_context(cluster())
        command = [sys.executable, __file__, part, "--inside", *words]
        subprocess.run(command, env=environment, check=True, cwd=ROOT)


def inside(options):
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    [part] = options.parts
    {"match": match, "mail": mail, "first": first, "hooks": hooks}[part](options)


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# Matching and queueing


def match(options):
    """Match a million subscribers of many kinds with a story of one component."""
    many_subscribers(options.subscribers)
    before = peak()
    told = tell(parts=("component:cmp_1",))
    words = f"{options.subscribers:,} matched"
    spread_timed(words)
    told.refresh_from_db()
    print(f"  {told.matched:,} queued")
    tell(2, parts=("component:cmp_1",))
    spread_timed("a newer revision that overtakes all of them")
    assert told.deliveries.exclude(state="overtaken").count() == 0
    print(f"  peak memory {peak():,.0f} MB; {before:,.0f} MB before", flush=True)


def spread_timed(words):
    """Spread, and print how long it took, with the processor time of us and of PostgreSQL."""
    began, us, database = time.monotonic(), time.process_time(), processor(server())
    spread()
    took, us = time.monotonic() - began, time.process_time() - us
    database = processor(server()) - database
    print(f"  {words}: {took:.1f} s; processor {us:.1f} s, server {database:.1f} s", flush=True)


def many_subscribers(count):
    """Write subscribers by SQL: a tenth with parts, some with floors, digests and zones."""
    from django.db import connection, transaction

    numbers = (
        "generate_series(1, %s) AS n(n)"
        if connection.vendor == "postgresql"
        else "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT %s)"
        " SELECT n FROM c) AS n"
    )
    text = "CAST(n.n AS varchar)"
    blob = "'x'::bytea" if connection.vendor == "postgresql" else "x'00'"
    now = "'2026-01-01 00:00:00+00'" if connection.vendor == "postgresql" else "'2026-01-01'"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_contact (uid, channel, digest, sealed, shown, domain, language,"  # noqa: S608 - ours
            f" zone, created_at) SELECT 'con_' || {text}, 'email', {text}, {blob}, 'x', 'x', 'en',"
            f" CASE n.n %% 4 WHEN 0 THEN 'Europe/Berlin' ELSE 'UTC' END, {now} FROM {numbers}",
            [count],
        )
        values = {
            "uid": "'sub_' || CAST(c.id AS varchar)", "contact_id": "c.id", "state": "'active'",
            "page": "''", "audience": "''", "events": "2147483647",
            "floor": "CASE c.id % 10 WHEN 0 THEN 3 ELSE 0 END",
            "has_parts": "c.id % 10 = 1",
            "pace": "CASE c.id % 20 WHEN 2 THEN 'daily' ELSE 'at once' END",
            "sealed": blob, "is_ours": "false", "proof": "'{}'", "asked_at": now, "end_how": "''",
            "failures": "0", "note": "''",
        }  # fmt: skip
        cursor.execute(
            f"INSERT INTO notify_subscription ({', '.join(values)})"  # noqa: S608 - ours
            f" SELECT {', '.join(values.values())} FROM people_contact c ORDER BY c.id"
        )
        cursor.execute(
            "INSERT INTO notify_subscribedpart (subscription_id, key)"
            " SELECT id, CASE id % 20 WHEN 1 THEN 'component:cmp_1' ELSE 'component:cmp_2' END"
            " FROM notify_subscription WHERE has_parts"
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def tell(number=1, *, parts=(), **more):
    from tests.notify.outbox import story
    from troth.core import clock
    from troth.notify.actions.telling import tell as told
    from troth.notify.rules.story import Part

    named = tuple(Part(key=key, name="Checkout") for key in parts)
    return told(story=story(number, parts=named, **more), by="bench", now=clock.now())


def spread():
    from troth.core import clock
    from troth.notify import jobs

    while jobs.is_unspread(now=clock.now()):
        jobs.spread(now=clock.now())


# Mail


def readers(count, *, channel="email", address=lambda n: f"reader{n}@example.org"):
    """Make readers as subscribing does: sealed, with consent."""
    from django.db import transaction

    from troth.core import clock
    from troth.core.ids import new_id
    from troth.notify.models import Subscription
    from troth.notify.rules.events import EVERY_EVENT
    from troth.people.actions import consenting, knowing

    now = clock.now()
    for start in range(0, count, 500):
        wanted = {address(n): ("en", "UTC") for n in range(start, min(start + 500, count))}
        with transaction.atomic():
            found = list(knowing.know_all(channel=channel, wanted=wanted, now=now).values())
            consenting.write_down(contacts=found, purposes=["status"], is_given=True,
                                  how="import", proof={}, now=now)  # fmt: skip
            Subscription.objects.bulk_create(
                Subscription(uid=new_id("sub"), contact=one, state="active", events=EVERY_EVENT,
                             asked_at=now)
                for one in found
            )  # fmt: skip


def mail(options):
    """Our courier and the bare pool, in turns."""
    from tests.notify.outbox import mail_sink

    readers(options.mails)
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as folder, mail_sink(Path(folder)) as sink:
        outlet(sink.port)
        for number in range(options.rounds):
            told = tell(about=f"incident:inc_{number}", is_urgent=True)
            spread()
            bare.append(timed(lambda: bare_run(sink.port, options.mails), options.mails, sink))
            ours.append(timed(our_run, options.mails, sink))
            assert told.deliveries.filter(state="accepted").count() == options.mails
            for name, one in (("bare", bare[-1]), ("ours", ours[-1])):
                text = "  {} {rate:,.0f}/s, µs of processor a mail: {sender:.0f} sender,"
                text += " {sink:.0f} sink, {database:.0f} database; others {others:.0%}"
                print(text.format(name, **one), flush=True)
        assert len(sink.lines) == 2 * options.rounds * options.mails
    summary(ours, bare)


def summary(ours, bare):
    """Print medians, and the ratio of each pair of neighbours."""
    for name in ("rate", "sender", "sink", "database"):
        mine, theirs = (statistics.median(one[name] for one in some) for some in (ours, bare))
        print(f"  {name}: ours {mine:,.0f}, bare {theirs:,.0f}")
    pairs = sorted(a["rate"] / b["rate"] for a, b in zip(ours, bare, strict=True))
    print(f"  ratio of rates: median {statistics.median(pairs):.2f}, {pairs[0]:.2f} to"
          f" {pairs[-1]:.2f}; peak memory {peak():,.0f} MB", flush=True)  # fmt: skip


def timed(run, count, sink):
    """Return mails a second, µs of processor time a mail, and the share that others had."""
    before, all_before, began = spent(sink), machine(), time.monotonic()
    run()
    took = time.monotonic() - began
    used = {name: now - before[name] for name, now in spent(sink).items()}
    busy, there = (now - was for now, was in zip(machine(), all_before, strict=True))
    others = max(busy - sum(used.values()), 0) / there
    each = {name: seconds / count * 1e6 for name, seconds in used.items()}
    return {"rate": count / took, "others": others, **each}


def spent(sink):
    """Return seconds of processor time so far; SQLite's is the sender's own."""
    return {
        "sender": time.process_time(),
        "sink": processor(sink.pid),
        "database": processor(server()),
    }


def outlet(port):
    from troth.core import clock
    from troth.notify.models import Outlet

    settings = {"host": "127.0.0.1", "port": port, "security": "none",
                "sender": "Example status <status@example.org>"}  # fmt: skip
    Outlet.objects.create(slug="sink", channel="email", name="Sink", settings=settings,
                          is_default=True, at_once=CONNECTIONS, created_at=clock.now())  # fmt: skip


def our_run():
    """From claiming to receipts on disk."""
    from troth.notify.courier import running

    running.run(once=True)


def bare_run(port, count):
    """Send through a pool of aiosmtplib that patches a message and keeps nothing."""
    import uvloop

    uvloop.run(bare(port, count))


async def bare(port, count):
    import aiosmtplib

    before, middle, links, after = template()
    numbers = iter(range(count))

    async def connection():
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
        await client.connect()
        for number in numbers:
            to = f"reader{number}@example.org"
            token = f"{number:026d}.{number:043d}"
            url = b"https://status.example.org/subscription/%s/" % token.encode()
            text = b"".join((before, b"To: <", to.encode(), b">\r\nMessage-ID: <%d@x>\r\n" % number,
                             b"List-Unsubscribe: <", url, b"end>\r\n", middle, url, links, url,
                             after))  # fmt: skip
            await client.sendmail("status@example.org", [to], text)
        await client.quit()

    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))


def template():
    """Return the pieces of the very message that ours sends, around what is each reader's own."""
    from tests.notify.outbox import story
    from troth.notify.carriers import mailing
    from troth.notify.channel import Letter, Shape
    from troth.notify.wording import words_of

    told = story()
    words = words_of(told, shape=Shape.MAIL, language="en")
    mark = "https://x.invalid/MARK/"
    letter = Letter(id="msg_x", words=words, story=told, manage_url=mark, end_url=mark)
    whole = mailing.message_of(letter, to="x@example.org", sender="Example <status@example.org>")
    head, _, body = whole.partition(b"List-Unsubscribe-Post")
    head = head[: head.index(b"To: <")]
    first, second, last = (b"List-Unsubscribe-Post" + body).split(mark.encode())
    return head, first, second, last


def first(options):
    """From telling to the first 10,000 accepted, with everything running as `troth work` does."""
    from tests.notify.outbox import mail_sink
    from troth.notify.models import Courier, Delivery

    count = max(options.mails, 10_000)
    readers(count)
    with tempfile.TemporaryDirectory() as folder, mail_sink(Path(folder)) as sink:
        outlet(sink.port)
        command = [sys.executable, "-m", "troth.config", "work"]
        worker = subprocess.Popen(command, cwd=ROOT)
        try:
            while not Courier.objects.exists():
                time.sleep(0.1)
            time.sleep(8)  # its first jobs are done
            for number in range(options.rounds):
                load, before = os.getloadavg()[0], processor(worker.pid) + processor(server())
                took = until_accepted(number, sink)
                used = processor(worker.pid) + processor(server()) - before
                print(f"  first 10,000 of {count:,} accepted after {took:.2f} s; {used:.1f} s of"
                      f" worker and server, load {load:.1f}", flush=True)  # fmt: skip
                while Delivery.objects.exclude(state="accepted").exists():
                    time.sleep(0.2)
        finally:
            worker.terminate()
            worker.wait()


def until_accepted(number, sink):
    """Tell everybody something new; return the seconds until 10,000 of them have it."""
    with sink.log.open("rb") as log:
        log.seek(0, os.SEEK_END)
        began, accepted = time.monotonic(), 0
        tell(about=f"incident:first_{number}", is_urgent=True)
        while accepted < 10_000:
            time.sleep(0.01)
            accepted += log.read().count(b"\n")
        return time.monotonic() - began


# Webhooks


def hooks(options):
    """Tell programs, of a hundred of which one is dead: it takes the request and is silent."""
    count = min(options.mails, 5_000)
    command = [sys.executable, Path(__file__).with_name("programs.py")]
    programs = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        alive, dead = map(int, programs.stdout.readline().split())
        for number in range(2 * options.rounds):
            latencies(count, alive, dead, number)
    finally:
        programs.kill()


def latencies(count, alive, dead, number):
    """Print how long a healthy program waits for its message; every other time 1 % are dead."""
    from troth.notify.models import Delivery, Subscription

    Subscription.objects.update(state="ended")
    share = 100 * (number % 2)

    def address(place):
        port = dead if share and place % share == 0 else alive
        return f"http://127.0.0.1:{port}/{number}/{place}"

    readers(count, channel="webhook", address=address)
    told = tell(about=f"incident:hooks_{number}", is_urgent=True)
    began = time.time()  # noqa: TID251 - compared with the rows
    spread()
    child = subprocess.Popen([sys.executable, "-m", "troth.config", "deliver"], cwd=ROOT)
    healthy = count - (count // share if share else 0)
    rows = Delivery.objects.filter(telling=told, state="accepted")
    while rows.count() < healthy:
        time.sleep(0.2)
    took = time.time() - began  # noqa: TID251 - the same
    child.terminate()
    child.wait()
    left = rows.order_by("left_at").values_list("left_at", "ended_at")
    waits = sorted(end.timestamp() - left[0][0].timestamp() for _, end in left)
    each = sorted((end - at).total_seconds() for at, end in left)
    p99, own = (some[int(len(some) * 0.99)] for some in (waits, each))
    print(f"  {count:,} programs, {'1 % dead' if share else 'none dead'}: all healthy ones in "
          f"{took:.1f} s; p99 {p99:.2f} s after the first left, "
          f"{own * 1000:.0f} ms each", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
