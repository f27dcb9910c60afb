"""Silence is told of what a stream counts, whoever speaks beside it: on a real, compacted store."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.metrics.drift.conftest import ZONE, after
from troth.core.windows import DAY
from troth.metrics import actions, jobs
from troth.metrics.drift.enrolment import Enrolment
from troth.metrics.models import Fade, Stream
from troth.metrics.rules import Measure
from troth.signals import actions as signal_actions
from troth.signals.envelope import Signal
from troth.signals.stores.embedded import Embedded

MINUTE = timedelta(minutes=1)
START = after(0)


@pytest.fixture
def store(settings, tmp_path, db):
    settings.TROTH = replace(settings.TROTH, data_dir=tmp_path, signal_store="embedded")


def watch(key, *kinds, where=None, heartbeat=600, **more):
    """Watch a share of these kinds with a heartbeat."""
    measure = Measure(kinds=kinds, where=where, good="outcome = 'ok'", **more)
    series = actions.follow(measure=measure, zone=ZONE, grain=DAY)
    terms = Enrolment(name=key, touchpoint=key, heartbeat=heartbeat)
    return actions.watch(key=key, series=series.pk, enrolment=terms, now=START)


def say(kind, minutes, **segment):
    """Let a signal come, and be sealed."""
    now = START + minutes * MINUTE
    told = Signal(source="s", kind=kind, happened_at=now, key=f"{kind}{minutes}{segment}",
                  outcome="ok", segment=segment)  # fmt: skip
    signal_actions.accept(batches=[[told]], door="test", now=now)
    signal_actions.seal(now=now)


def compact(minutes):
    signal_actions.tidy(now=START + minutes * MINUTE)
    signal_actions.compact(now=START + minutes * MINUTE)


def silent(minutes):
    """Evaluate; return the streams that are silent now."""
    jobs.evaluate(now=START + minutes * MINUTE)
    open_ones = Fade.objects.filter(kind="no_data", closed_at=None)
    return set(open_ones.values_list("stream__key", flat=True))


def chatter(kind, first, last, **segment):
    for minutes in range(first, last):
        say(kind, minutes, **segment)


@pytest.mark.mission("S1.10")
def test_a_neighbour_that_speaks_ends_no_silence_when_files_are_merged(store):
    watch("quiet", "quiet")
    watch("loud", "loud")
    say("quiet", 1)
    chatter("loud", 2, 20)
    assert silent(20) == {"quiet"}
    compact(21)  # so many sealed files are merged at once: both kinds lie in one
    chatter("loud", 22, 26)
    assert silent(26) == {"quiet"}
    compact(2 * 1440)
    fact = Fade.objects.get(kind="no_data")
    assert fact.closed_at is None
    assert fact.evidence["last"] == (START + MINUTE).isoformat()
    jobs.evaluate(now=START + 2 * 1440 * MINUTE)
    fact.refresh_from_db()
    assert fact.closed_at is None
    say("quiet", 2 * 1440 + 5)
    Stream.objects.filter(key="loud").update(ended_at=START)
    assert silent(2 * 1440 + 6) == set()
    fact.refresh_from_db()
    assert fact.why_closed == "signals came again"


@pytest.mark.mission("S1.10")
def test_silence_is_that_of_what_a_stream_counts_and_not_of_its_kind(store):
    for name in "abc":
        watch(name, "delivery", where=f"segment.p = '{name}'")
    watch("all", "delivery")
    say("delivery", 1, p="a")
    chatter("delivery", 2, 20, p="b")
    assert silent(20) == {"a", "c"}
    compact(21)
    chatter("delivery", 22, 25, p="b")
    assert silent(25) == {"a", "c"}
    last = Fade.objects.get(stream__key="a").evidence["last"]
    assert last == (START + MINUTE).isoformat()
    say("delivery", 26, p="a")
    assert silent(27) == {"c"}
    assert Fade.objects.get(stream__key="a").why_closed == "signals came again"
    assert Fade.objects.get(stream__key="c").evidence["last"] == START.isoformat()


def test_streams_that_count_the_same_ask_once_and_others_not_at_all(store, monkeypatch):
    asked = []
    plain = Embedded.heard
    monkeypatch.setattr(
        Embedded, "heard", lambda self, given: asked.append(len(given)) or plain(self, given)
    )
    watch("one", "delivery", where="segment.p = 'a'")
    watch("two", "delivery", where="segment.p = 'a'", time="due_at")
    watch("three", "delivery", where="segment.p = 'b'")
    watch("four", "visit", heartbeat=None)
    say("delivery", 1, p="a")
    assert silent(20) == {"one", "two", "three"}
    assert asked == [2]


@pytest.mark.mission("S1.10")
def test_a_metric_in_a_file_is_silent_after_its_heartbeat_a_count_too(store):
    spec = {"title": "Orders", "over": "order", "heartbeat": "10m", "zone": ZONE}
    document = {"apiVersion": "troth/v1", "kind": "Metric", "spec": spec,
                "metadata": {"name": "orders", "labels": {"touchpoint": "cart"}}}  # fmt: skip
    actions.declare(document=document, author="Ada", now=START)
    assert Stream.objects.get().reading == "count"
    say("order", 1)
    say("visit", 9)
    assert silent(10) == set()
    say("visit", 12)
    assert silent(13) == {"metric:orders"}
    say("order", 14)
    assert silent(15) == set()
