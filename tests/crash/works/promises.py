"""Judge: a verdict changes once, however often the judge dies while saying so."""

from datetime import UTC, datetime, timedelta

PREFIXES = ("judge",)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATE = START + timedelta(days=9)


def _document(number):
    return {
        "apiVersion": "troth/v1",
        "kind": "Promise",
        "metadata": {"name": f"calls-{number}"},
        "spec": {
            "text": "We pick up.", "evaluator": "event", "signals": {"kind": "call"},
            "good": "outcome = 'ok'", "target": f"{80 + number}%", "windows": ["7d", "1M"],
            "needs": {"cases": 1, "coverage": 0},
        },
    }  # fmt: skip


def _send(number, *, now):
    """Take a day's calls, more of them unanswered each day; repeats are known by their ids."""
    from troth.metrics import jobs as metrics
    from troth.signals import actions as signals
    from troth.signals.envelope import Signal

    day = START + timedelta(days=number)
    batch = [
        Signal(source="phone", kind="call", id=f"{number}-{n}", happened_at=day,
               outcome="missed" if n < 4 * number else "ok")
        for n in range(20)
    ]  # fmt: skip
    signals.accept(batches=[batch], door="test", now=now)
    while signals.seal(now=now).files:
        pass
    metrics.tally(now=now)


def _declare():
    from troth.core import clock
    from troth.promises import actions

    with clock.frozen(START):
        for number in range(4):
            actions.declare(spec=_document(number), author="Ada", now=START)


def work():
    from troth.promises import actions

    _declare()
    for number in range(4):
        now = START + timedelta(days=number)
        _send(number, now=now)
        actions.judge_all(now=now, everything=True)


def recover():
    """Take every day's calls again, as their sender would; judge; tell the verdicts."""
    from troth.promises import actions
    from troth.promises.models import Closed, Flip, Judgement, Restatement

    _declare()
    for number in range(4):
        _send(number, now=LATE)
    actions.judge_all(now=LATE, everything=True)
    judged = ("promise__slug", "window", "verdict", "good", "total")
    flips = list(Flip.objects.order_by("pk").values_list("promise__slug", "window", "was", "now"))
    chains = {}
    for slug, window, was, now in flips:
        chain = chains.setdefault(f"{slug} {window}", [""])
        assert chain[-1] == was, "each flip begins where the last one ended"
        chain.append(now)
    return {
        "verdicts": list(
            Judgement.objects.order_by("promise__slug", "window").values_list(*judged)
        ),
        "ends": {name: chain[-1] for name, chain in sorted(chains.items())},
        "closed": sorted(Closed.objects.values_list("promise__slug", "bucket", "good", "total")),
        "restated": Restatement.objects.count(),
    }
