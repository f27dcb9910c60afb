"""What the desk's screens of messages cost with a million subscribers and a million deliveries.

    python bench/screens.py [pages] [log] [reach] [files] [--rounds 20]
                            [--postgres | --sqlite] [--subscribers 1000000] [--stories 10]
                            [--deliveries 100000] [--lines 1000000]

Each page is asked for whole, by a signed-in person, through all of Django, in one process. The
reference in the same run is the same page of the same installation while it holds a thousand
subscribers and a thousand deliveries: what is over that is the price of a million.
"""

import argparse
import contextlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.config.settings")
PARTS = ("pages", "log", "reach", "files")
SMALL = 1_000
SUBSCRIBERS = "/desk/messages/subscribers/"
DELIVERIES = "/desk/messages/deliveries/"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--subscribers", type=int, default=1_000_000)
    parser.add_argument("--stories", type=int, default=10)
    parser.add_argument("--deliveries", type=int, default=100_000, help="of each story")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--lines", type=int, default=1_000_000, help="of the file that is imported")
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(options)
        return
    databases = [one for one, asked in (("PostgreSQL", options.postgres),
                                        ("SQLite", options.sqlite)) if asked]  # fmt: skip
    for database in databases or ("SQLite", "PostgreSQL"):
        print(f"on {database}", flush=True)
        run(options, postgres=database == "PostgreSQL")


def run(options, *, postgres):
    from tests.postgres import cluster

    words = [f"--{name}={getattr(options, name)}"
             for name in ("subscribers", "stories", "deliveries", "rounds", "lines")]  # fmt: skip
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="troth-bench-"))
        environment = {**os.environ, "TROTH_DATA": folder}
        if postgres:
            environment["TROTH_DATABASE_URL"] = stack.enter_context(cluster())
        command = [sys.executable, __file__, *(options.parts or PARTS), "--inside", *words]
        subprocess.run(command, env=environment, check=True, cwd=ROOT)


def inside(options):
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    settings.ALLOWED_HOSTS = ["testserver"]
    parts = {"pages": pages, "log": log, "reach": reach, "files": files}
    for part in options.parts:
        parts[part](options)


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# The installation


CHANNEL = "CASE WHEN n % 100 < 90 THEN 'email' WHEN n % 100 < 95 THEN 'webhook' ELSE 'sms' END"
RARE = "CASE WHEN n % 20000 = 7 THEN 'slack' ELSE ({}) END"
LANGUAGE = "CASE WHEN n % 1000 = 9 THEN 'fr' WHEN n % 5 = 0 THEN 'de' ELSE 'en' END"
STATE = (
    "CASE WHEN n % 10000 = 3 THEN 'quarantined' WHEN n % 100 < 85 THEN 'active'"
    " WHEN n % 100 < 90 THEN 'asked' WHEN n % 100 < 93 THEN 'paused' ELSE 'ended' END"
)
TOLD = (
    "CASE WHEN n % 10000 = 3 THEN 'unknown' WHEN n % 1000 = 5 THEN 'refused'"
    " WHEN n % 500 = 8 THEN 'withheld' ELSE 'accepted' END"
)


def is_postgres():
    from django.db import connection

    return connection.vendor == "postgresql"


def numbers(first, last):
    if is_postgres():
        return f"generate_series({first}, {last}) AS g(n)"
    return (
        f"(WITH RECURSIVE c(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM c WHERE n < {last})"  # noqa: S608 - ours
        " SELECT n FROM c) AS g"
    )


def insert(table, values, source):
    from django.db import connection

    text = "INSERT INTO {} ({}) SELECT {} FROM {}"
    with connection.cursor() as cursor:
        cursor.execute(text.format(table, ", ".join(values), ", ".join(values.values()), source))


def instant(text="2026-01-01 00:00:00"):
    return f"'{text}+00'" if is_postgres() else f"'{text}'"


def subscribers(first, last):
    """Write subscribers by SQL: four channels, three languages, all states, a tenth with parts."""
    from django.db import transaction

    blob = "'x'::bytea" if is_postgres() else "x'00'"
    now, channel = instant(), RARE.format(CHANNEL)
    uid = f"'sub_' || substr('{'0' * 26}' || n, length('' || n) + 1)"
    with transaction.atomic():
        insert("people_contact", {
            "id": "n", "uid": "'con_' || n", "channel": channel, "digest": "CAST(n AS varchar)",
            "sealed": blob, "shown": "'r•••@example.org'", "domain": "'example.org'",
            "language": LANGUAGE, "zone": "CASE n % 4 WHEN 0 THEN 'Europe/Berlin' ELSE 'UTC' END",
            "created_at": now,
        }, numbers(first, last))  # fmt: skip
        insert("people_consent", {
            "id": "n", "contact_id": "n", "purpose": "'status'", "is_given": "true", "at": now,
            "how": "'form'", "proof": "'{}'", "by": "''",
        }, numbers(first, last))  # fmt: skip
        insert("people_permission", {
            "id": "n", "contact_id": "n", "purpose": "'status'", "is_given": "true",
            "consent_id": "n",
        }, numbers(first, last))  # fmt: skip
        insert("notify_subscription", {
            "id": "n", "uid": uid, "contact_id": "n", "state": STATE, "page": "''",
            "audience": "''", "events": "2147483647",
            "floor": "CASE n % 10 WHEN 0 THEN 3 ELSE 0 END", "has_parts": "n % 10 = 1",
            "pace": "CASE n % 20 WHEN 2 THEN 'daily' ELSE 'at once' END",
            "quiet_from": "CASE n % 25 WHEN 4 THEN 1320 END",
            "quiet_until": "CASE n % 25 WHEN 4 THEN 420 END",
            "sealed": blob, "is_ours": "false", "proof": "'{}'", "asked_at": now,
            "confirmed_at": now, "end_how": "''", "failures": "0", "note": "''",
            "channel": channel, "language": LANGUAGE,
        }, numbers(first, last))  # fmt: skip
        insert("notify_subscribedpart", {
            "subscription_id": "n",
            "key": "CASE n % 20 WHEN 1 THEN 'component:cmp_1' ELSE 'component:cmp_2' END",
        }, f"{numbers(first, last)} WHERE n % 10 = 1")  # fmt: skip


def stories(count, each, *, first=0):
    """Write stories by SQL, each told to so many readers; the last one is still being sent."""
    from datetime import timedelta

    from django.db import connection, transaction

    from tests.notify.outbox import story
    from troth.core import clock
    from troth.core.ids import new_id
    from troth.notify import contents
    from troth.notify.models import Reckoning, Stretch, Telling, Thread

    now = clock.now()
    for number in range(first, first + count):
        told = story(about=f"incident:inc_{number}")
        at = now - timedelta(minutes=10 * (first + count - number))
        with transaction.atomic():
            thread = Thread.objects.create(about=told.about, uid=new_id("thr"), title=told.title,
                                           purpose="status", newest=1, told_at=at)  # fmt: skip
            telling = Telling.objects.create(
                thread=thread, number=1, event=told.event.value, revision=told.revision,
                content=contents.content_of(told), severity=2, told_at=at, matched=each,
                spread_at=at, measured_at=at,
            )  # fmt: skip
            queued = "CASE WHEN n % 3 = 0 THEN 'queued' ELSE ({}) END"
            state = queued.format(TOLD) if number == first + count - 1 else TOLD
            with connection.cursor() as cursor:
                cursor.execute("SELECT COALESCE(MAX(id), 0) FROM notify_delivery")
                start = cursor.fetchone()[0]
            insert("notify_delivery", {
                "id": f"{start} + n", "telling_id": str(telling.pk), "thread_id": str(thread.pk),
                "reader_id": "n", "subscription_id": "n", "channel": RARE.format(CHANNEL),
                "state": state, "priority": "1", "due_at": instant(), "claimed_by": "''",
                "tries": "1", "said": "'250 OK'", "receipt": "'<x@y>'", "left_at": instant(),
                "ended_at": instant(),
            }, numbers(1, each))  # fmt: skip
            if each > SMALL:
                Reckoning.objects.create(telling=telling)
            for begin in range(1, each + 1, 20_000):
                end = min(begin + 20_000 - 1, each)
                Stretch.objects.create(telling=telling, first=start + begin, last=start + end)
            insert("notify_bounce", {
                "contact_id": "reader_id", "delivery_id": "id", "kind": "'opened'", "said": "''",
                "at": instant(), "event_id": f"'{number} ' || id",
            }, f"notify_delivery WHERE telling_id = {telling.pk} AND id % 50 = 0")  # fmt: skip


def analyze():
    from django.db import connection

    with connection.cursor() as cursor:
        if is_postgres():
            for table in (
                "people_contact",
                "people_permission",
                "people_consent",
                "notify_subscription",
                "notify_subscribedpart",
                "notify_delivery",
            ):
                cursor.execute(f"VACUUM {table}")
        cursor.execute("ANALYZE")


# Pages


def asked(uid, reader):
    """Return name → address of every page that is measured."""
    story = f"/desk/messages/stories/{uid}/"
    return {
        "subscribers": SUBSCRIBERS,
        "channel, common": f"{SUBSCRIBERS}?channel=email",
        "channel, rare": f"{SUBSCRIBERS}?channel=slack",
        "state, common": f"{SUBSCRIBERS}?state=ended",
        "state, rare": f"{SUBSCRIBERS}?state=quarantined",
        "channel and state": f"{SUBSCRIBERS}?channel=sms&state=paused",
        "channel and state, nobody": f"{SUBSCRIBERS}?channel=slack&state=paused",
        "language": f"{SUBSCRIBERS}?language=de",
        "language, rare": f"{SUBSCRIBERS}?language=fr",
        "language, channel, state": f"{SUBSCRIBERS}?language=fr&channel=sms&state=active",
        "part": f"{SUBSCRIBERS}?part=component:cmp_1",
        "part, language, state": f"{SUBSCRIBERS}?part=component:cmp_2&language=de&state=ended",
        "part that nobody follows": f"{SUBSCRIBERS}?part=component:none",
        "far back": f"{SUBSCRIBERS}?channel=webhook&after={far()}",
        "deliveries": DELIVERIES,
        "of a story": f"{DELIVERIES}?thread={uid}",
        "of a story, accepted": f"{DELIVERIES}?thread={uid}&state=accepted",
        "of a story, failed": f"{DELIVERIES}?thread={uid}&state=failed",
        "of a story, withheld, sms": f"{DELIVERIES}?thread={uid}&state=withheld&channel=sms",
        "of a story, slack": f"{DELIVERIES}?thread={uid}&channel=slack",
        "of a story, joined (none)": f"{DELIVERIES}?thread={uid}&state=joined",
        "of a story, waiting (none)": f"{DELIVERIES}?thread={uid}&state=waiting",
        "of a reader": f"{DELIVERIES}?subscription={reader}",
        "of a reader, failed": f"{DELIVERIES}?subscription={reader}&state=failed",
        "failed": f"{DELIVERIES}?state=failed",
        "waiting": f"{DELIVERIES}?state=waiting",
        "overtaken (none)": f"{DELIVERIES}?state=overtaken",
        "withheld": f"{DELIVERIES}?state=withheld",
        "accepted": f"{DELIVERIES}?state=accepted",
        "slack": f"{DELIVERIES}?channel=slack",
        "slack, accepted": f"{DELIVERIES}?channel=slack&state=accepted",
        "story: what each channel has": story,
        "story under way": f"/desk/messages/stories/{newest()}/",
        "messages, not told everywhere": "/desk/messages/",
        "today": "/desk/",
        "API: subscribers": "/api/v1/subscribers?channel=slack",
        "API: counts": "/api/v1/subscribers/counts",
    }


def far():
    from troth.core.paging import written
    from troth.notify.models import Subscription

    return written((Subscription.objects.count() // 2,))


def newest():
    from troth.notify.models import Thread

    return Thread.objects.order_by("-pk").values_list("uid", flat=True)[0]


def pages(options):
    """Time each page with few and with many rows."""
    subscribers(1, SMALL)
    stories(options.stories, SMALL // options.stories)
    analyze()
    small = timed(options.rounds)
    before = peak()
    subscribers(SMALL + 1, options.subscribers)
    stories(options.stories, options.deliveries, first=100)
    analyze()
    kept()
    large = timed(options.rounds)
    print(f"  {'page':32} {'median':>8} {'slowest':>8} {'a thousand':>11}   ms")
    for name, (median, slowest) in large.items():
        print(f"  {name:32} {median:8.1f} {slowest:8.1f} {small[name][0]:11.1f}")
    print(f"  the slowest median: {max(one for one, _ in large.values()):.1f} ms;"
          f" peak memory {peak():,.0f} MB, {before:,.0f} MB before", flush=True)  # fmt: skip


def log(options):
    """Read the log as CSV: of one story, and whole."""
    from troth.notify.models import Thread

    if not Thread.objects.exists():
        subscribers(1, options.deliveries)
        stories(options.stories, options.deliveries)
        analyze()

    client, before = signed_in(), peak()
    for name, query in (("one story", f"?thread={Thread.objects.last().uid}"), ("all", "")):
        began = time.perf_counter()
        answer = client.get(f"{DELIVERIES}file/{query}")
        lines = sum(part.count(b"\n") for part in answer.streaming_content) - 1
        took = time.perf_counter() - began
        print(f"  CSV of {name}: {lines:,} messages in {took:.1f} s ({lines / took:,.0f}/s);"
              f" peak memory {peak():,.0f} MB, {before:,.0f} MB before", flush=True)  # fmt: skip


def kept():
    """Let the worker's job count what is too much for a screen, and say how long that took."""
    from troth.core import clock
    from troth.notify import jobs

    began = time.perf_counter()
    done = jobs.count(now=clock.now())
    print(f"  {done} counts beside the desk in {time.perf_counter() - began:.2f} s", flush=True)


def timed(rounds):
    """Return page → (median, slowest) in milliseconds, the first time apart."""
    from django.test import Client

    from troth.notify.models import Subscription, Thread

    client, key = signed_in(), token()
    uid = Thread.objects.order_by("pk")[Thread.objects.count() - 6].uid
    reader = Subscription.objects.get(pk=5).uid
    found = {}
    for name, address in asked(uid, reader).items():
        who = Client(headers={"authorization": f"Bearer {key}"}) if "api" in address else client
        spans = []
        for _ in range(rounds + 1):
            began = time.perf_counter()
            answer = who.get(address)
            spans.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, (address, answer.status_code)
        found[name] = (statistics.median(spans[1:]), max(spans[1:]))
    return found


def signed_in():
    from datetime import UTC, datetime

    from django.test import Client

    from troth.staff.models import User

    person, _ = User.objects.get_or_create(
        email="ada@example.org",
        defaults={"name": "Ada", "role": "owner", "joined_at": datetime(2026, 1, 5, tzinfo=UTC)},
    )
    client = Client()
    client.force_login(person)
    return client


def token():
    from datetime import timedelta

    from troth.core import clock
    from troth.staff import actions

    now = clock.now()
    return actions.issue(name="Bench", scopes=("read", "write"), sources=(), now=now,
                         expires_at=now + timedelta(days=1)).text  # fmt: skip


# The dry run


def reach(options):
    """Time the dry run of a story of one component: each slice, and all of them."""
    from tests.notify.outbox import story
    from troth.core import clock
    from troth.notify.actions import composing_reach
    from troth.notify.models import Subscription
    from troth.notify.rules.story import Part

    if not Subscription.objects.exists():
        subscribers(1, options.subscribers)
        analyze()
    told = story(about="hand:x", parts=(Part(key="component:cmp_1", name="Checkout"),))
    part, spans = composing_reach.begun(now=clock.now()), []
    while not part.is_whole:
        began = time.perf_counter()
        composing_reach.go_on(part, story=told)
        spans.append(time.perf_counter() - began)
    every = sum(one.reached + sum(one.by_why.values()) for one in part.reaches)
    print(f"  dry run: {every:,} readers looked at in {sum(spans):.1f} s, {len(spans)} slices,"
          f" the longest {max(spans):.2f} s; peak memory {peak():,.0f} MB", flush=True)  # fmt: skip


# Files


def files(options):
    """Import subscribers with their proof of consent, export them, and import the export again."""
    many = options.lines
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder) / "first.csv", Path(folder) / "second.csv"
        with first.open("w", encoding="utf-8") as file:
            file.write("email,verified_at,language\n")
            for number in range(many):
                bad = number % 10_000 == 17
                address = "nobody" if bad else f"reader{number}@example.org"
                file.write(f"{address},2025-01-01T00:00:00Z,en\n")
        troth("import", first, many, "import", "subscribers", str(first))
        troth("export", second, many, "notify", "export", "--csv", to=second)
        troth("import again", second, many, "import", "subscribers", str(second))


def troth(name, file, many, *words, to=None):
    """Run a verb in a process of its own; print its pace and the most memory that it took."""
    began = time.perf_counter()
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(to.open("wb")) if to else subprocess.DEVNULL
        command = [sys.executable, "-m", "troth.config", *words]
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, cwd=ROOT)
        _, code, usage = os.wait4(child.pid, 0)
    took = time.perf_counter() - began
    size = file.stat().st_size / 1e6
    print(f"  {name}: {many:,} lines in {took:.1f} s ({many / took:,.0f}/s, {size:,.0f} MB),"
          f" exit code {os.waitstatus_to_exitcode(code)},"
          f" peak memory {usage.ru_maxrss / 1024:,.0f} MB", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
