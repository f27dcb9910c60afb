"""The score, friction and two times compared leave as files, and look back to an instant."""

import csv
import io
from datetime import timedelta
from math import fsum

import duckdb
import pytest

from tests.shop import DAY, NOW, judged, parcel
from troth.core import clock
from troth.core.moments import shown
from troth.promises.queries import scores
from troth.signals import actions as signals
from troth.signals.models import Retention

pytestmark = pytest.mark.django_db
SCORE = "/desk/insight/score/?scope=all&from=2026-03-10&until=2026-03-19"
FRICTION = "/desk/insight/friction/?promise=on-time&by=country"
COMPARE = "/desk/insight/compare/on-time/"
DATES = "?from=2026-03-01&until=2026-03-06&against_from=2026-03-07&against_until=2026-03-12"
FILES = [
    f"{SCORE}&table=causes", f"{SCORE}&table=pillars", f"{SCORE}&table=days", FRICTION,
    f"{COMPARE}{DATES}", f"{COMPARE}{DATES}&by=country&is=fr",
]  # fmt: skip


def table(client, url):
    text = b"".join(client.get(f"{url}&format=csv").streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def text_of(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


@pytest.mark.mission("S4.13")
@pytest.mark.parametrize("url", FILES)
def test_each_table_leaves_as_csv_and_as_parquet_alike(shop, signed_in, vic, url, tmp_path):
    shop(target="90%", pillar="quality")
    client, file = signed_in(vic), tmp_path / "found.parquet"
    rows = table(client, url)
    file.write_bytes(b"".join(client.get(f"{url}&format=parquet").streaming_content))
    found = duckdb.read_parquet(str(file))
    assert len(found) == len(rows)
    if rows:
        assert found.columns == list(rows[0])
    assert client.get(f"{url}&format=xls").status_code == 404


@pytest.mark.mission("S0.1")
def test_the_causes_in_the_file_add_up_to_the_change_of_the_score(shop, signed_in, vic):
    shop(pillar="quality")
    rows = table(signed_in(vic), f"{SCORE}&table=causes")
    ends = [scores.end_of(day.toordinal()) for day in
            (NOW.date() - timedelta(days=10), NOW.date() - timedelta(days=1))]  # fmt: skip
    moved = scores.attribution(start=ends[0], end=ends[1], scope="all")
    assert rows
    assert fsum(float(row["points"]) for row in rows) == pytest.approx(moved.change, abs=1e-9)


def test_a_table_of_the_score_that_is_not_there_is_not_found(shop, signed_in, vic):
    shop()
    client = signed_in(vic)
    assert client.get(f"{SCORE}&table=nothing&format=csv").status_code == 404
    assert client.get(f"{SCORE}&at=never&format=csv").status_code == 404


@pytest.mark.mission("S1.16", "S4.8")
def test_friction_looks_back_to_an_instant_and_to_what_had_been_recorded(shop, signed_in, vic):
    shop(target="90%")
    client = signed_in(vic)
    now = table(client, FRICTION)
    with clock.frozen(NOW + 30 * DAY):
        assert table(client, FRICTION) == []  # the window has moved on
        assert table(client, f"{FRICTION}&at={shown(NOW)}") == now
        text = text_of(client, f"{FRICTION}&at={shown(NOW)}")
        assert "As it stood at" in text
        assert "The efforts are those that are guessed now" in text
        before = text_of(client, f"{FRICTION}&at={shown(NOW)}&as_of={shown(NOW - DAY)}")
        assert "No case came in this window" in before
    assert [row["part"] for row in now] == ["fr"]


def test_friction_of_few_cases_tells_no_rate(shop, signed_in, vic):
    shop(target="90%")
    late = parcel(38, key="odd", late=True, segment={"country": "at"})
    signals.accept(batches=[[late]], door="test", now=NOW)
    judged()
    text = text_of(signed_in(vic), FRICTION)
    assert text.count("too few for a rate") == 1


@pytest.mark.mission("S4.13")
def test_a_promise_without_segments_is_compared_whole_with_an_interval(shop, signed_in, vic):
    shop(segments=[])
    text = text_of(signed_in(vic), f"{COMPARE}{DATES}")
    (row,) = table(signed_in(vic), f"{COMPARE}{DATES}")
    size, low, high = (float(row[name]) for name in ("change", "change_low", "change_high"))
    assert low < size < high
    assert size == pytest.approx(float(row["later"]) - float(row["earlier"]))
    assert (int(row["earlier_cases"]), int(row["later_cases"])) == (19, 21)
    assert "(90 % interval), so that there may be none" in text


@pytest.mark.mission("S4.13")
def test_the_parts_in_the_file_add_up_to_the_whole(shop, signed_in, vic):
    shop()
    rows = table(signed_in(vic), f"{COMPARE}{DATES}")
    (whole,) = (row for row in rows if row["is_all"] == "true")
    parts = [row for row in rows if row["is_all"] != "true"]
    for name in ("by_rate", "by_mix", "change"):
        total = fsum(float(row[name]) for row in parts)
        assert total == pytest.approx(float(whole[name]), abs=1e-12), name
    assert int(whole["earlier_cases"]) == sum(int(row["earlier_cases"]) for row in parts)


@pytest.mark.mission("S1.8")
def test_two_times_of_few_cases_have_no_rate_and_no_difference(shop, signed_in, vic):
    shop(segments=[], needs={"cases": 20})
    client = signed_in(vic)
    assert "Too few cases to tell a figure of both times: 19 and 21." in text_of(
        client, f"{COMPARE}{DATES}"
    )
    (row,) = table(client, f"{COMPARE}{DATES}")
    assert (row["earlier"], row["change"]) == ("", "")
    assert float(row["later"]) > 0


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ("?from=2026-03-08&until=2026-03-01", "A time ends before it begins"),
        ("?until=2026-03-10&against_from=2026-03-10", "must be over before the later one begins"),
        ("?from=1999-01-01&until=2026-03-01", "A time has 1,096 days at most"),
        ("?from=2025-01-01&until=2025-01-28&against_from=2025-02-01&against_until=2025-02-28",
         "Neither time has a case"),
        ("?by=nothing&is=x", "is no segment of this promise"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_said_in_words(shop, signed_in, vic, dates, said):
    shop()
    assert said in text_of(signed_in(vic), COMPARE + dates)


@pytest.mark.mission("S4.8")
def test_two_times_are_compared_as_of_an_instant(shop, signed_in, vic):
    shop()
    client = signed_in(vic)
    then = table(client, f"{COMPARE}{DATES}")
    late = [parcel(n, key=f"late-{n}", late=True) for n in range(20)]
    signals.accept(batches=[late], door="test", now=NOW + 2 * DAY)
    with clock.frozen(NOW + 2 * DAY):
        judged(NOW + 2 * DAY)
        assert table(client, f"{COMPARE}{DATES}") != then
        assert table(client, f"{COMPARE}{DATES}&as_of={shown(NOW + DAY)}") == then
        assert "on what had been recorded by" in text_of(
            client, f"{COMPARE}{DATES}&as_of={shown(NOW + DAY)}"
        )


@pytest.fixture
def half_gone(shop):
    """Let retention remove what fell due before 10 March, after it was counted."""
    shop(target="90%")
    Retention.objects.create(kind="delivery", days=10)
    signals.retain(now=NOW)


@pytest.mark.usefixtures("half_gone")
def test_segments_of_days_whose_signals_are_gone_are_not_compared_but_the_whole_is(signed_in, vic):
    client = signed_in(vic)
    text = text_of(client, f"{COMPARE}{DATES}")
    assert "Signals of before 10 March 2026 are kept no longer" in text
    (row,) = table(client, f"{COMPARE}{DATES}")
    assert (int(row["earlier_cases"]), int(row["later_cases"])) == (19, 21)
    later = "?from=2026-03-10&until=2026-03-10&against_from=2026-03-11&against_until=2026-03-12"
    assert "are kept no longer" in text_of(client, COMPARE + later)  # from noon on it is whole
    whole = "?from=2026-03-11&until=2026-03-11&against_from=2026-03-12&against_until=2026-03-12"
    assert "are kept no longer" not in text_of(client, COMPARE + whole)


@pytest.mark.usefixtures("half_gone")
def test_friction_and_the_page_of_a_segment_say_what_is_left(signed_in, vic):
    client = signed_in(vic)
    assert "of the days before this is what is left" in text_of(client, FRICTION)
    page = text_of(client, "/desk/promises/on-time/?by=country&is=fr")
    assert "earlier days have no segments any more" in page
    place = "/desk/insight/touchpoints/promise:on-time/?by=country&is=fr"
    assert "earlier days have no segments any more" in text_of(client, place)
    for url in ("/desk/promises/on-time/days.csv?by=country&is=fr", place):
        rows = table(client, url)
        days = {row.get("date") or row["day"] for row in rows}
        assert days
        assert min(days) >= "2026-03-11"
