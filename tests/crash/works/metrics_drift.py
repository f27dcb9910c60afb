"""Evaluating streams: whenever the process dies, each fact is there once in the end."""

from datetime import UTC, datetime, timedelta

PREFIXES = ("evaluate",)
START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _stream():
    from troth.core.windows import DAY
    from troth.metrics import actions
    from troth.metrics.drift.enrolment import Enrolment
    from troth.metrics.rules import Measure

    measure = Measure(kinds=("order",), good="value > 0", value="value")
    series = actions.follow(measure=measure, zone="UTC", grain=DAY)
    terms = Enrolment(name="Orders", touchpoint="shop", target=0.9)
    actions.watch(key="test:orders", series=series.pk, enrolment=terms, now=START)


def _orders():
    """Twenty orders a day, of which one fails; from the fiftieth day on, eight of them."""
    from troth.signals.envelope import Signal

    return [
        Signal(
            source="shop", kind="order", key=f"{day}-{n}", id=f"{day}-{n}",
            happened_at=START + timedelta(days=day, minutes=n),
            value=0.0 if n < (8 if day >= 50 else 1 + day % 2) else 1.0,
        )
        for day in range(70)
        for n in range(20)
    ]  # fmt: skip


def work():
    from troth.metrics import jobs
    from troth.signals import actions

    _stream()
    now = START + timedelta(days=70)
    actions.accept(batches=[_orders()], door="test", now=now)
    while actions.seal(now=now).files:
        pass
    jobs.tally(now=now)
    jobs.evaluate(now=now)


def recover():
    """Go on as a worker would, and say which facts stand."""
    from troth.metrics import jobs
    from troth.metrics.models import Baseline, Fade

    now = START + timedelta(days=70)
    jobs.evaluate(now=now)
    jobs.evaluate(now=now)
    facts = Fade.objects.order_by("kind", "opened_on").values_list(
        "kind", "opened_on", "closed_on", "onset", "size", "rings"
    )
    return {"facts": list(facts), "frozen": list(Baseline.objects.values_list("frozen", flat=True))}
