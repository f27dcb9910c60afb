"""The segments of one promise looked at for a day: five, two hundred and five thousand of them.

    python bench/segments.py [--rows 5000000] [--days 1095] [--json]

Makes its own signals, the same each time, in the store's own layout: each carries three attributes
with so many values, the largest the more often. A promise is declared on them and judged by the
day; then its segments are looked at by each attribute, the first time (their usuals are made) and
on the day after. The target is 15 s a look. Exits with 1 where it is missed.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
TARGET = 15.0
START = datetime(2023, 1, 1, tzinfo=UTC)
SIZES = (5, 200, 5_000)
FILE_ROWS = 2_500_000


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("--rows", type=int, default=5_000_000)
    given.add_argument("--days", type=int, default=1_095)
    given.add_argument("--json", action="store_true")
    given.add_argument("--generate", action="store_true", help=argparse.SUPPRESS)
    asked = given.parse_args()
    if asked.generate:
        start()
        generate(asked.rows, asked.days)
        return 0
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        os.environ["TROTH_DATA"] = folder
        found = measured(asked.rows, asked.days)
    if asked.json:
        print(json.dumps(found))
    else:
        for size, (first, later, looked_at, peak) in found.items():
            print(
                f"{size:>6} segments: {first:6.2f} s with their usuals, then {later:6.2f} s a day; "
                f"{looked_at} looked at, {peak} MB at most so far"
            )
    return int(max(max(one[:2]) for one in found.values()) > TARGET)


def start() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "troth.config.settings"
    import django

    django.setup()


def measured(rows: int, days: int) -> dict[int, tuple[float, float, int, int]]:
    from django.core.management import call_command

    start()
    call_command("migrate", verbosity=0)
    apart = [sys.executable, __file__, "--generate", "--rows", str(rows), "--days", str(days)]
    subprocess.run(apart, check=True)  # its memory is not ours
    return {size: looked_at(size, days) for size in SIZES}


def generate(rows: int, days: int) -> None:
    """Write the signals file by file: of each attribute the first values are the largest."""
    from troth.signals.stores import files
    from troth.signals.stores.duck import connection

    step, begin = days * 86_400_000_000 / rows, int(START.timestamp()) * 1_000_000
    named = ", ".join(
        f"'v' || floor({size} * pow((hash(i + {size}) % 100000) / 100000.0, 1.5))::INT "
        f"AS segment_by_{size}"
        for size in SIZES
    )
    for first in range(0, rows, FILE_ROWS):
        last = min(first + FILE_ROWS, rows)
        made = f"""
            SELECT 'shop' AS source, 'case-' || i AS key, 0::BIGINT AS version, 'parcel' AS kind,
                make_timestamp({begin} + (i * {step})::BIGINT) AS happened_at,
                NULL::TIMESTAMP AS due_at, NULL::TIMESTAMP AS resolved_at,
                NULL::VARCHAR AS touchpoint, NULL::VARCHAR AS subject, NULL::DOUBLE AS value,
                NULL::VARCHAR AS unit,
                CASE WHEN h % 25 = 0 THEN 'late' ELSE 'ok' END AS outcome,
                NULL::DOUBLE AS expected, 1::BIGINT AS weight, NULL::VARCHAR AS evidence,
                NULL::VARCHAR AS supersedes, {named}, happened_at AS recorded_at,
                i::BIGINT AS seq, 0::UTINYINT AS flags, NULL::UBIGINT AS delivery,
                false AS has_id, NULL::TIMESTAMP AS replaced_at
            FROM (SELECT i, (hash(i) >> 1)::BIGINT AS h FROM range({first}, {last}) AS r(i))
        """  # noqa: S608 - numbers of ours
        select = f"SELECT * FROM ({made}) ORDER BY {files.SORTED}"  # noqa: S608
        with connection() as con:
            files.write(con, select, role="rows", level=4, now=START + timedelta(days=days)).save()


def looked_at(size: int, days: int) -> tuple[float, float, int, int]:
    """Declare a promise that looks at an attribute; return how long two days' looks take."""
    from troth.metrics import jobs
    from troth.metrics.models import PartUsual
    from troth.promises import actions

    now = START + timedelta(days=days, minutes=30)
    slug = f"by-{size}"
    actions.declare(spec=document(slug, f"by_{size}"), author="bench", now=now - timedelta(days=30))
    while jobs.tally(now=now):
        pass
    jobs.evaluate(now=now)
    took = []
    for day in range(2):
        began = time.perf_counter()
        jobs.evaluate_segments(now=now + timedelta(days=day))
        took.append(time.perf_counter() - began)
    usuals = PartUsual.objects.filter(baseline__stream__key=f"promise:{slug}").count()
    actions.retire(slug=slug, author="bench", now=now)
    return took[0], took[1], usuals, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def document(slug: str, attribute: str) -> dict[str, object]:
    return {
        "apiVersion": "troth/v1", "kind": "Promise", "metadata": {"name": slug},
        "spec": {
            "text": "Parcels arrive.", "evaluator": "event", "signals": {"kind": "parcel"},
            "good": "outcome = 'ok'", "target": "90%", "windows": ["28d"], "segments": [attribute],
        },
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
