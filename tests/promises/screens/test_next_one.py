"""The chance that the next case of a segment fails: what failed lately says more."""

import re

from tests.shop import DAY, HOUR, NOW, judged, parcel
from troth.signals import actions as signals


def arrivals(country, days_ago, *, late, first):
    """Return ten parcels of a country that fell due on a day, all late or all in time."""
    due = NOW - days_ago * DAY
    return [
        parcel(first + number, happened_at=due - 2 * DAY, due_at=due,
               resolved_at=due + (HOUR if late else -HOUR), segment={"country": country})
        for number in range(10)
    ]  # fmt: skip


def test_of_two_segments_with_the_same_counts_the_one_that_fails_now_is_likelier_to(
    shop, vic, signed_in
):
    batch = [
        *arrivals("mended", 13, late=True, first=100),
        *arrivals("mended", 1, late=False, first=120),
        *arrivals("worsened", 13, late=False, first=140),
        *arrivals("worsened", 1, late=True, first=160),
    ]
    signals.accept(batches=[batch], door="test", now=NOW)
    shop()
    judged()
    text = signed_in(vic).get("/desk/promises/on-time/?by=country").text
    found = dict(
        re.findall(r'scope="row"><a [^>]*>(\w+)</a></th>.*?([\d.]+)\u202f%</td></tr>', text)
    )
    assert float(found["mended"]) < float(found["worsened"]) - 4
    assert "counts older cases half every 30 days" in text
