"""Tally: whatever was being counted when the process died, the figures stand in the end."""

from datetime import UTC, datetime, timedelta

PREFIXES = ("tally",)
START = datetime(2026, 3, 28, tzinfo=UTC)
WAVES = 3


def _measures():
    from troth.metrics.rules import Measure

    return [
        Measure(kinds=("delivery",), time="due_at", good="resolved_at <= due_at"),
        Measure(kinds=("delivery",), time="due_at", where="segment.country = 'DE'"),
        Measure(value="value", by=("country",), sketch=True),
    ]


def _follow():
    from troth.core.windows import DAY
    from troth.metrics import actions

    return [
        actions.follow(measure=measure, zone="Europe/Berlin", grain=DAY) for measure in _measures()
    ]


def _wave(number):
    """Orders, some of which revise what earlier waves said: other due dates, resolutions."""
    from troth.signals.envelope import Signal

    return [
        Signal(
            source="shop", kind="delivery", key=f"order-{n}", id=f"{number}-{n}", version=number,
            happened_at=START + timedelta(hours=n), value=float(n % 5), weight=1 + n % 3,
            due_at=START + timedelta(hours=n + 12 * number),
            resolved_at=START + timedelta(hours=n + 9) if n % 4 else None,
            segment={"country": "DE" if n % 2 else "FR"},
        )
        for n in range(number * 15, number * 15 + 60)
    ]  # fmt: skip


def _day(number):
    from troth.metrics import jobs
    from troth.signals import actions

    now = START + timedelta(days=2 + number)
    actions.accept(batches=[_wave(number)], door="test", now=now)
    while actions.seal(now=now).files:
        pass
    jobs.tally(now=now)


def work():
    _follow()
    for number in range(WAVES):
        _day(number)


def recover():
    """Go on as a worker would; then compare what stands with an exact recount."""
    from zoneinfo import ZoneInfo

    from troth.core.windows import DAY, Span
    from troth.metrics import jobs, marking, queries
    from troth.metrics.models import Leaf
    from troth.metrics.models import Tally as TallyRow

    series = _follow()
    for number in range(WAVES):
        _day(number)
    now = START + timedelta(days=40)
    jobs.tally(now=now)
    assert not marking.is_wanted(now=now)
    span = Span(START - timedelta(days=40), now)
    stands = []
    for one, measure in zip(series, _measures(), strict=True):
        kept = queries.tallies(series=[one.pk], span=span).as_list()
        exact = queries.ask(measure=measure, span=span, zone=ZoneInfo("Europe/Berlin"), grain=DAY)
        assert [_figures(t) for t in kept] == [_figures(t) for t in queries.added_up(exact)]
        stands.append([_figures(tally) for tally in kept])
    return {"stands": stands, "leaves": Leaf.objects.count(), "parts": TallyRow.objects.count()}


def _figures(tally):
    return tally.bucket, tally.good, tally.total, tally.n, tally.sum, tally.squares
