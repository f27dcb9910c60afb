"""Tallies: counted again from raw signals, and read for judging.

    .venv/bin/python bench/tallies.py [--rows 10000000] [--series 1000] [--json]

Makes its own signals, the same each time: 20 kinds, 50 departments each, over 365 days, with a due
date and mostly a resolution, written by the store's own writer into its own layout and manifest.
Then, in this process: every series is counted from nothing; a bare DuckDB query over the same files
counts the same shares by kind, department and day (the reference); all tallies of a year are read.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
START = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 365
NOW = START + timedelta(days=DAYS)
KINDS, DEPARTMENTS = 20, 50
FILE_ROWS = 4_000_000


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--rows", type=int, default=10_000_000)
    given.add_argument("--series", type=int, default=KINDS * DEPARTMENTS)
    given.add_argument("--json", action="store_true")
    given.add_argument("--generate", action="store_true", help=argparse.SUPPRESS)
    asked = given.parse_args()
    if asked.generate:
        start_django()
        generate(asked.rows)
        return
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        os.environ["TROTH_DATA"] = folder
        start_django()
        found = measured(asked.rows, asked.series)
    if asked.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:34} {value}")


def start_django() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "troth.config.settings"
    import django

    django.setup()


def measured(rows: int, series: int) -> dict[str, object]:
    from django.core.management import call_command

    from troth.core import clock

    call_command("migrate", verbosity=0)
    apart = [sys.executable, __file__, "--generate", "--rows", str(rows)]
    made = timed(lambda: subprocess.run(apart, check=True))  # its memory is not ours
    before = peak()
    follow(series)
    count = timed(counted)
    count_cpu = CPU[-1]
    bare = min(timed(reference) for _ in range(3))
    bare_cpu = min(CPU[-3:])
    again = timed(lambda: counted_again(rows))
    read, cells = reading()
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "date": f"{clock.now():%Y-%m-%d}",
        "rows": rows,
        "series": series,
        "generated in s": round(made, 2),
        "counted from raw in s": round(count, 2),
        "rows a second": round(rows / count),
        "bare DuckDB query in s": round(bare, 2),
        "ratio to the bare query": round(count / bare, 2),
        "counted, CPU s": count_cpu,
        "bare query, CPU s": bare_cpu,
        "ratio, CPU": round(count_cpu / bare_cpu, 2),
        "one day late, counted again in s": round(again, 3),
        "tallies read": cells,
        "read in s": round(read, 4),
        "peak before counting, MB": before,
        "peak, MB": peak(),
    }


def timed(step: Callable[[], object]) -> float:
    """Return wall seconds, and remember CPU seconds: on a shared machine they tell more."""
    start, used = time.perf_counter(), time.process_time()
    step()
    CPU.append(round(time.process_time() - used, 2))
    return time.perf_counter() - start


CPU: list[float] = []


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def generate(rows: int) -> None:
    """Write the signals file by file, in the order in which they happened."""
    from troth.signals.stores import files
    from troth.signals.stores.duck import connection

    for first in range(0, rows, FILE_ROWS):
        last = min(first + FILE_ROWS, rows)
        select = f"SELECT * FROM ({signals(first, last, rows)}) ORDER BY {files.SORTED}"  # noqa: S608
        with connection() as con:
            made = files.write(con, select, role="rows", level=4, now=NOW)
        made.save()


def signals(first: int, last: int, rows: int) -> str:
    """Return SQL for the signals numbered `first` to `last`, spread evenly over the year."""
    step = DAYS * 86_400_000_000 / rows
    start = int(START.timestamp()) * 1_000_000
    return f"""
        SELECT 'desk' AS source, 'case-' || i AS key, 0::BIGINT AS version,
            'kind.' || (h % {KINDS}) AS kind,
            make_timestamp({start} + (i * {step})::BIGINT) AS happened_at,
            happened_at + to_hours((24 + h % 96)::INT) AS due_at,
            CASE WHEN h % 19 > 0 THEN happened_at + to_minutes((h // 7 % 6000)::INT) END
                AS resolved_at,
            NULL::VARCHAR AS touchpoint, NULL::VARCHAR AS subject,
            (h % 1000)::DOUBLE AS value, NULL::VARCHAR AS unit,
            CASE WHEN h % 50 = 0 THEN 'failed' ELSE 'ok' END AS outcome,
            NULL::DOUBLE AS expected, 1::BIGINT AS weight, NULL::VARCHAR AS evidence,
            NULL::VARCHAR AS supersedes,
            'department ' || (h // 20 % {DEPARTMENTS}) AS segment_department,
            happened_at AS recorded_at, i::BIGINT AS seq, 0::UTINYINT AS flags,
            NULL::UBIGINT AS delivery, false AS has_id, NULL::TIMESTAMP AS replaced_at
        FROM (SELECT i, (hash(i) >> 1)::BIGINT AS h FROM range({first}, {last}) AS t(i))
    """  # noqa: S608 - numbers only


def follow(series: int) -> None:
    from django.db import transaction

    from troth.metrics import actions
    from troth.metrics.rules import Measure

    with transaction.atomic():
        for number in range(series):
            kind, department = number % KINDS, number // KINDS % DEPARTMENTS
            measure = Measure(
                kinds=(f"kind.{kind}",),
                time="due_at",
                where=f"segment.department = 'department {department}'",
                good="resolved_at <= due_at",
            )
            actions.follow(measure=measure, zone="Europe/Berlin", grain=86_400)


def counted() -> None:
    from troth.metrics import jobs
    from troth.metrics.models import Dirty

    jobs.tally(now=NOW)
    assert not Dirty.objects.exists()


def reference() -> None:
    """Count the same shares by a query written by hand, on the same files."""
    from troth.signals.models import SegmentFile
    from troth.signals.stores import manifest
    from troth.signals.stores.duck import connection, listed

    paths = listed(manifest.paths(SegmentFile.objects.all()))
    with connection() as con:
        con.execute(f"""
            SELECT kind, segment_department, date_trunc('day', due_at) AS day, count(*),
                count(*) FILTER (WHERE resolved_at <= due_at)
            FROM read_parquet({paths}) GROUP BY ALL
        """).fetchall()  # noqa: S608 - paths of our own


def counted_again(rows: int) -> None:
    """Count again what one signal of yesterday touches in one kind."""
    from troth.metrics import jobs
    from troth.signals import actions
    from troth.signals.envelope import Signal

    late = Signal(
        source="desk", kind="kind.1", key=f"late-{rows}", happened_at=NOW - timedelta(days=3),
        due_at=NOW - timedelta(days=1), segment={"department": "department 1"},
    )  # fmt: skip
    actions.accept(batches=[[late]], door="bench", now=NOW)
    actions.seal(now=NOW)
    jobs.tally(now=NOW)


def reading() -> tuple[float, int]:
    """Read all tallies of all series for a year, as judging does; the best of three."""
    from troth.core.windows import Span
    from troth.metrics import queries
    from troth.metrics.models import Series

    ids = list(Series.objects.values_list("pk", flat=True))
    span = Span(NOW - timedelta(days=DAYS), NOW)
    best = min(timed(lambda: queries.tallies(series=ids, span=span)) for _ in range(3))
    return best, len(queries.tallies(series=ids, span=span))


if __name__ == "__main__":
    main()
