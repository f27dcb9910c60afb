"""Several workers judge at once, each in its own connection: one flip, one restatement."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.together import at_once
from troth.core import clock
from troth.metrics import jobs as metrics
from troth.promises import actions
from troth.promises.models import Closed, Flip, Judgement, Restatement
from troth.signals import actions as signals
from troth.signals.envelope import Signal

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
WORKERS = 4


def document(number):
    return {
        "apiVersion": "troth/v1",
        "kind": "Promise",
        "metadata": {"name": f"calls-{number}"},
        "spec": {
            "text": "We pick up.",
            "evaluator": "event",
            "signals": {"kind": "call"},
            "good": "outcome = 'ok'",
            "target": "90%",
            "windows": ["7d", "1M"],
            "needs": {"cases": 1, "coverage": 0},
        },
    }


def send(outcome, now, name):
    batch = [
        Signal(source="phone", kind="call", key=f"{name}{n}", happened_at=NOW, outcome=outcome)
        for n in range(9)
    ]
    signals.accept(batches=[batch], door="test", now=now)
    signals.seal(now=now)
    metrics.tally(now=now)


@pytest.mark.django_db(transaction=True)
def test_workers_that_judge_at_once_leave_one_flip_a_window_and_one_restatement():
    with clock.frozen(NOW):
        for number in range(5):
            actions.declare(spec=document(number), author="Ada", now=NOW)
    send("ok", NOW, "good")
    actions.judge_all(now=LATER)
    send("bad", LATER, "late")
    later = LATER + timedelta(hours=1)
    done = at_once(lambda _: actions.judge_all(now=later, everything=True))
    assert sum(each.flips for each in done) == 10
    assert Flip.objects.filter(was="kept", now="broken").count() == 10
    assert Judgement.objects.filter(verdict="broken").count() == 10
    assert Restatement.objects.count() == 5
    assert Closed.objects.count() == 5
