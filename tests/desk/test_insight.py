"""Where trust fades, on the desk: the map, one touchpoint by the day, and what faded."""

import re
from datetime import timedelta

import duckdb
import pytest
from django.test import Client

from tests.looks import findings
from troth.core import clock
from troth.core.moments import shown
from troth.core.windows import Span
from troth.desk.templatetags.insight import size
from troth.metrics import queries, wording
from troth.metrics.drift import rules
from troth.metrics.models import Baseline, Fade, Stream
from troth.metrics.queries.mapped import cells

pytestmark = pytest.mark.django_db
SCREENS = ("", "faded/", "unnoticed/", "touchpoints/delivery/")


@pytest.mark.mission("S1.17", "S1.12", "S1.9")
def test_a_cell_holds_what_the_engine_says(fading):
    (cell,) = cells()
    assert (cell.gap.promised, cell.gap.n) == (0.9, 28 * 40)
    assert cell.gap.delivered == pytest.approx(0.85, abs=0.01)
    assert cell.gap.low < cell.gap.delivered < cell.gap.high
    assert cell.short == pytest.approx(0.9 - cell.gap.delivered)
    assert cell.missed == pytest.approx((1 - cell.gap.delivered) * 1120 - 112)
    assert cell.unsure > 0
    assert [fade.kind for fade in cell.fades if fade.rings]


def test_a_touchpoint_without_a_signal_has_no_number(db):
    assert cells() == []


@pytest.mark.mission("S1.3", "S1.17", "S1.15", "S1.10")
def test_the_map_names_what_fades_and_the_worst_step(fading, signed_in, vic):
    text = signed_in(vic).get("/desk/insight/").content.decode()
    assert "1 touchpoint is fading" in text
    assert "Delivered on time" in text
    assert "beyond what the promise allows" in text


def test_what_misses_its_promise_is_in_the_headline_though_nothing_fades(fading, signed_in, vic):
    Fade.objects.exclude(kind="gap").delete()
    assert Fade.objects.filter(closed_at=None).exists()
    text = signed_in(vic).get("/desk/insight/").content.decode()
    assert "<h1>Nothing fades; 1 touchpoint is short of the promise</h1>" in text


def test_distances_between_shares_are_told_in_percentage_points(fading):
    (cell,) = cells()
    assert size(0.185, cell.stream) == "18.5 pp"


@pytest.mark.parametrize("path", ["?", "faded/?", "unnoticed/?", "?search=deliv&"])
def test_its_tables_leave_as_csv_and_as_parquet(fading, signed_in, vic, path, tmp_path):
    client = signed_in(vic)
    table = b"".join(client.get(f"/desk/insight/{path}format=csv").streaming_content).decode()
    file = tmp_path / "found.parquet"
    answer = client.get(f"/desk/insight/{path}format=parquet")
    file.write_bytes(b"".join(answer.streaming_content))
    found = duckdb.read_parquet(str(file))
    assert table.splitlines()[0] == ",".join(found.columns)
    assert len(table.splitlines()) == 1 + len(found)
    assert client.get(f"/desk/insight/{path}format=xls").status_code == 404


@pytest.mark.mission("S1.2")
def test_run_rules_are_marked_on_the_chart_and_told_in_words(fading, signed_in, vic):
    assert set(wording.RULES) == set(rules.NAMES)
    chart = queries.chart(stream=fading.pk, span=Span(fading_since(), clock.now()))
    held = [point for point in chart.points if point.rules]
    assert held
    text = signed_in(vic).get("/desk/insight/touchpoints/delivery/").content.decode()
    (marks,) = re.findall(r'class="marked" d="([^"]*)"', text)
    assert marks.count("M") == len(held)
    assert "eight days on one side" in text
    assert "beyond-" not in text


def fading_since():
    return clock.now() - timedelta(days=180)


def test_where_the_level_changed_is_dated_on_the_chart(fading, signed_in, vic):
    text = signed_in(vic).get("/desk/insight/touchpoints/delivery/").content.decode()
    changed = clock.now().date() - timedelta(days=35)
    assert f"{changed.day} {changed:%B %Y}: the level changed, seen from today" in text


@pytest.mark.mission("S3.12")
def test_a_long_journey_comes_in_pages(fading, signed_in, vic):
    stream = Stream.objects.get()
    fields = {
        field.attname: getattr(stream, field.attname) for field in stream._meta.concrete_fields
    }
    del fields["id"]
    Stream.objects.bulk_create(
        Stream(**fields | {"key": f"more-{n}", "name": f"More {n:03}", "step": "9 later"})
        for n in range(60)
    )
    client = signed_in(vic)
    first = client.get("/desk/insight/").content.decode()
    assert "More 049" in first
    assert "More 050" not in first
    last = client.get("/desk/insight/?page=2").content.decode()
    assert "More 059" in last
    assert last.index("More 059") < last.rindex(">Delivered on time</a>")  # it stands at no step
    assert "More 000" not in last
    assert "More 059" in client.get("/desk/insight/?search=more+059").content.decode()


@pytest.mark.parametrize("path", SCREENS)
def test_strangers_see_nothing_of_it(fading, path):
    assert Client().get(f"/desk/insight/{path}").status_code == 302


def test_what_is_not_watched_is_not_found(db, signed_in, vic):
    client = signed_in(vic)
    assert client.get("/desk/insight/touchpoints/nothing/").status_code == 404
    for path in (
        "",
        "faded/",
        "unnoticed/",
        "unnoticed/?week=soon",
        "unnoticed/?week=9999-12-31",
        "?at=never",
    ):
        assert client.get(f"/desk/insight/{path}").status_code == 200
    assert client.get("/desk/insight/?search=%00").status_code == 400


@pytest.mark.parametrize(
    "path", ["?", "faded/?", "touchpoints/delivery/?", "gaps/?", "gaps/delivery/?"]
)
def test_what_is_counted_now_is_never_said_to_be_as_of_a_recording(fading, signed_in, vic, path):
    """Seventy days of signals were recorded just now: nothing of it was known last week."""
    client, then = signed_in(vic), shown(clock.now() - timedelta(days=7))
    text = client.get(f"/desk/insight/{path}as_of={then}").content.decode()
    assert "it can look back with at=" in text
    assert "on what had been recorded by" not in text
    assert 'name="as_of"' not in text
    text = client.get(f"/desk/insight/{path}at={then}").content.decode()
    assert "As it stood at" in text
    assert "on all we know today" in text
    assert 'name="as_of"' not in text


@pytest.mark.parametrize("path", ["?", "faded/?", "gaps/?", "gaps/delivery/?"])
def test_no_file_is_made_of_what_is_refused(fading, signed_in, vic, path):
    answer = signed_in(vic).get(f"/desk/insight/{path}format=csv&as_of=2026-01-01")
    assert answer["Content-Type"].startswith("text/html")


def test_a_band_and_what_it_is_of_are_shown_both(fading, signed_in, vic):
    """A promise that is declared on its past is decided on after the days that are drawn."""
    Baseline.objects.update(decided_at=clock.now())
    then = shown(clock.now() - timedelta(days=7))
    client = signed_in(vic)
    text = client.get(f"/desk/insight/touchpoints/delivery/?at={then}").content.decode()
    assert "shaded: where a usual day lies" in text
    assert text.split('id="usual"')[1].count('<th scope="row">') == 1


@pytest.mark.mission("S1.7")
def test_a_new_usual_is_decided_with_a_reason_by_editors(fading, signed_in, ben, vic):
    url = "/desk/insight/touchpoints/delivery/new-usual/"
    said = {"starts_on": "2199-01-01", "reason": "Another courier."}
    assert signed_in(vic).post(url, said).status_code == 403
    client = signed_in(ben)
    for wrong in ({}, {"starts_on": "soon", "reason": "x"}, {**said, "reason": " "}):
        answer = client.post(url, wrong, follow=True)
        assert "Nothing was changed" in answer.content.decode()
    assert Baseline.objects.count() == 1
    client.post(url, said)
    last = Baseline.objects.order_by("number").last()
    assert (last.number, last.reason, last.author) == (2, "Another courier.", "Ben")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_the_screens_of_insight_look_right(opened, fading, ben):
    page = opened(ben)
    for path in (*SCREENS, "touchpoints/delivery/?days=30", "?search=nothing"):
        page.goto(f"/desk/insight/{path}")
        page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
        assert (path, findings(page)) == (path, [])
    assert page.breaches == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_empty_screens_of_insight_look_right(opened, ben):
    page = opened(ben)
    for path in SCREENS[:3]:
        page.goto(f"/desk/insight/{path}")
        assert (path, findings(page)) == (path, [])
