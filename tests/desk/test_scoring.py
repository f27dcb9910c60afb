"""Why the score moved, on the desk: each cause leads to the very cases that are counted in it."""

import re
from datetime import UTC, date, datetime
from html import unescape

import pytest

from tests.shop import DAY, HOUR, NOW, judged, parcel
from troth.core import clock
from troth.desk.views import scoring
from troth.promises import scored
from troth.promises.actions import ruling
from troth.promises.queries import scores
from troth.promises.scoring.documents import Signing
from troth.signals import actions as signals

pytestmark = pytest.mark.django_db
SCORE = "/desk/insight/score/?scope=all&from=2026-03-10&until=2026-03-19"
ROW = re.compile(
    r'<a href="([^"]+)">[^<]*</a></th>.*?data-label="Day">([^<]*)</td>'
    r'<td data-label="Kept and broken">(\d+) and (\d+)<'
)


def day_of(url):
    return int(re.search(r"day=2026-03-(\d\d)", url)[1])


def causes(text):
    """Return (address, kept, broken) of each cause that is of one day."""
    rows = [line for line in text.split("<tr>") if "Kept and broken" in line]
    found = [match for line in rows if (match := ROW.search(line))]
    return [(unescape(one[1]), int(one[3]), int(one[4])) for one in found]


@pytest.fixture
def moved(shop):
    """Let eleven parcels to Germany be late, due before and after midnight in Berlin."""
    shop(pillar="quality", zone="Europe/Berlin")
    midnight = datetime(2026, 3, 17, 23, tzinfo=UTC)
    late = [
        parcel(n, happened_at=due - DAY, due_at=due, resolved_at=NOW, segment={"country": "de"})
        for n in range(50, 61)
        for due in (midnight - HOUR / 2 if n < 54 else midnight + HOUR / 2,)
    ]
    signals.accept(batches=[late], door="test", now=NOW)
    judged()


def deceived(**more):
    said = {"name": "late-notice", "kind": "concealment", "promise": "on-time",
            "happened_on": date(2026, 3, 12), "summary": "Parcels were entered early.",
            "evidence": "", "signed_by": "Ada"}  # fmt: skip
    with clock.frozen(NOW - 5 * DAY):
        ruling.sign_event(signing=Signing(**(said | more)), author="test", now=clock.now())


@pytest.mark.mission("S0.1", "S4.13")
@pytest.mark.usefixtures("moved")
def test_a_cause_opens_the_cases_of_its_day_and_no_others(signed_in, vic):
    client = signed_in(vic)
    found = causes(client.get(SCORE).content.decode())
    assert {(17, 4), (18, 7)} <= {(day_of(url), broken) for url, _, broken in found}
    for url, kept, broken in found:
        cases = client.get(url).content.decode()
        count = broken if "part=broken" in url else kept + broken
        assert f'<p class="quiet">{count} case' in cases, url


@pytest.mark.mission("S4.13")
@pytest.mark.usefixtures("moved")
def test_a_cause_leads_where_the_terminal_and_programs_lead(signed_in, vic):
    first, last = (scores.end_of(date(2026, 3, day).toordinal()) for day in (10, 19))
    why = scores.attribution(start=first, end=last, scope="all")
    told = {one["cases"] for part in scored.told_moves(why)["promises"] for one in part["causes"]}
    found = {url for url, _, _ in causes(signed_in(vic).get(SCORE).content.decode())}
    assert found
    assert found <= told


@pytest.mark.usefixtures("moved")
def test_all_causes_of_a_promise_are_one_click_away(signed_in, vic, monkeypatch):
    client = signed_in(vic)
    every = len(causes(client.get(SCORE + "&causes=on-time").content.decode()))
    monkeypatch.setattr(scoring, "_MOST", 2)
    monkeypatch.setattr(scoring, "_AT_ONCE", 5)
    text = client.get(SCORE).content.decode()
    more = unescape(re.search(r'<a href="([^"]+)">And \d+ smaller ones</a>', text)[1])
    found, page = [], client.get("/desk/insight/score/" + more).content.decode()
    assert "smaller ones" not in page
    while page:
        found += causes(page)
        after = re.search(r'rel="next" href="([^"]+)"', page)
        page = (
            client.get("/desk/insight/score/" + unescape(after[1])).content.decode()
            if after
            else ""
        )
    assert len(found) == len(set(found)) == every > 2


@pytest.mark.parametrize(
    ("scope", "url"), [("public", "/method/#integrity"), ("all", "/desk/promises/on-time/")]
)
def test_an_integrity_event_leads_to_where_it_is_shown(shop, signed_in, vic, scope, url):
    shop(pillar="quality", visibility="public")
    deceived()
    text = signed_in(vic).get(SCORE.replace("all", scope)).content.decode()
    assert f'<a href="{url}">Concealment</a> since' in text
    assert "Parcels were entered early." in text


@pytest.mark.mission("S4.13")
@pytest.mark.usefixtures("moved")
def test_a_cause_of_no_single_day_opens_the_two_times_side_by_side(signed_in, vic):
    client = signed_in(vic)
    text = client.get(SCORE).content.decode()
    found = {unescape(url) for url in re.findall(r'<a href="(/desk/insight/compare/[^"]+)"', text)}
    assert found, "other parts grew or shrank, on no day of their own"
    for url in found:
        assert "by=country" in url
        assert "against_from=2026-03-11&against_until=2026-03-19" in url, "what came since"
        assert "from=2026-03-02&until=2026-03-10" in url, "as many days before"
        page = client.get(url)
        assert page.status_code == 200
        assert 'value="2026-03-11"' in page.content.decode()
