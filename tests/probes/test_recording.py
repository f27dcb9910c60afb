"""Results become signals, sights, turns and evidence; once each."""

from datetime import timedelta

import pytest

from tests.probes.conftest import NOON
from troth.probes import actions, jobs, queries
from troth.probes.instants import ms
from troth.probes.models import Evidence, Sight, State
from troth.probes.rules.results import Outcome
from troth.probes.wire import Report, Skip
from troth.signals import actions as signals
from troth.signals import queries as signal_queries
from troth.signals.envelope import decode_lines
from troth.signals.models import Inbox
from troth.signals.spool import unpack

pytestmark = pytest.mark.django_db
MINUTE = 60_000
START = ms(NOON)
OUTCOMES = {"U": Outcome.UP, "S": Outcome.DEGRADED, "D": Outcome.DOWN}


def report(n, letter="U", slug="shop", **more):
    return Report(
        slug=slug, due=START + n * MINUTE, began=(START + n * MINUTE) * 1000 + 2_000, took=12_300,
        outcome=OUTCOMES[letter], reason="" if letter == "U" else "status is 500, not 2xx",
        phases={"dns": 10, "connect": 200}, excerpt="" if letter == "U" else "HTTP 500\noops",
        **more,
    )  # fmt: skip


def at(n):
    return NOON + timedelta(minutes=n)


def tell(letters, *, slug="shop", location="local", start=0):
    for n, letter in enumerate(letters, start):
        actions.record(location=location, reports=[report(n, letter, slug)], now=at(n))


def turns(slug="shop"):
    return [(t.was, t.now, t.at, t.suppressed_by) for t in queries.turns().filter(watch=slug)]


def accepted():
    return [s for row in Inbox.objects.order_by("pk") for s in decode_lines(unpack(row.payload))]


@pytest.mark.mission("S2.5")
def test_each_result_is_a_signal_like_any_other(monitor):
    monitor("shop", touchpoint="checkout")
    actions.record(location="local", reports=[report(0), report(1, "D")], now=at(1), probe="here")
    good, bad = accepted()
    assert good.source == "probes"
    assert (good.kind, good.touchpoint, good.outcome) == ("check", "checkout", "up")
    assert good.key == f"shop/local/{START}"
    assert good.happened_at == NOON + timedelta(milliseconds=2)
    assert (good.value, good.unit, good.evidence) == (12.3, "ms", None)
    assert good.segment == {"monitor": "shop", "location": "local", "probe": "here"}
    assert bad.outcome == "down"
    assert bad.evidence == Evidence.objects.get().uid
    assert signals.seal(now=at(2)).rows == 2
    assert signal_queries.store().extent(("check",)) is not None


def test_a_state_turns_dated_back_to_the_first_failure(monitor):
    monitor("shop", need="2 of 3")
    tell("UDUDU")
    assert turns() == [
        ("unknown", "up", at(0), ""),
        ("up", "down", at(1), ""),
    ]
    [shown] = queries.states(at=at(4))
    assert (shown.state, shown.since, shown.confirmed_at) == ("down", at(1), at(3))
    assert shown.reason == "status is 500, not 2xx"
    assert not shown.no_data


def test_a_result_told_twice_counts_once(monitor):
    monitor("shop", need="2 of 2")
    for _ in range(3):
        actions.record(location="local", reports=[report(0)], now=at(0))
        actions.record(location="local", reports=[report(1, "D")], now=at(1))
    assert len(accepted()) == 2
    assert [now for _, now, _, _ in turns()] == ["up"]


def test_what_this_location_does_not_watch_is_left_out(monitor):
    monitor("shop", locations=["fra"])
    assert actions.record(location="local", reports=[report(0)], now=at(0)) == 0
    assert actions.record(location="fra", reports=[report(0, slug="gone")], now=at(0)) == 0
    assert accepted() == []


def test_checks_that_did_not_run_are_told_as_no_data(monitor):
    monitor("shop")
    tell("U")
    skip = Skip(slug="shop", first=START + MINUTE, last=START + 3 * MINUTE, count=3, reason="late")
    actions.record(location="local", reports=[], skips=[skip], now=at(3))
    skipped = accepted()[-1]
    assert (skipped.kind, skipped.outcome, skipped.weight) == ("check.skipped", "skipped", 3)
    assert [now for _, now, _, _ in turns()] == ["up"]


@pytest.mark.mission("S2.17")
def test_silence_is_no_data_and_never_up(monitor):
    monitor("shop")
    tell("U")
    assert not queries.states(at=at(3))[0].no_data
    assert queries.states(at=at(4))[0].no_data
    assert jobs.watch(now=at(3)) == 0
    assert jobs.watch(now=at(4)) == 1
    assert turns()[-1] == ("up", "unknown", at(1), "")
    tell("U", start=5)
    assert turns()[-1] == ("unknown", "up", at(5), "")


def test_a_quorum_of_locations_decides(monitor):
    monitor("shop", locations=["fra", "nyc", "sgp"])
    for location in ("fra", "nyc", "sgp"):
        tell("U", location=location)
    tell("D", location="fra", start=1)
    tell("U", location="sgp", start=1)
    assert [now for _, now, _, _ in turns()] == ["up"]
    tell("D", location="nyc", start=2)
    assert turns()[-1] == ("up", "down", at(2), "")
    assert State.objects.get().reason == "fra, nyc: status is 500, not 2xx"


def test_a_locations_own_outage_turns_nothing(monitor):
    for slug in ("shop", "blog"):
        monitor(slug, locations=["fra", "nyc"], quorum=1)
        for location in ("fra", "nyc"):
            tell("U", slug=slug, location=location)
    both = [report(1, "D", "shop"), report(1, "D", "blog")]
    actions.record(location="fra", reports=both, now=at(1))
    assert [now for _, now, _, _ in (*turns("shop"), *turns("blog"))] == ["up", "up"]
    [sight] = [s for s in queries.monitor_detail("shop", at=at(1)).sights if s.location == "fra"]
    assert sight.is_out is False  # no agent of that name holds a lease in this test
    assert sight.state == "down"


def test_a_parent_suppresses_what_opens_and_lets_go_when_it_is_up_again(monitor):
    monitor("router")
    monitor("shop", parents=["router"])
    for slug in ("router", "shop"):
        tell("U", slug=slug)
    both = [report(1, "D", "shop"), report(1, "D", "router")]
    actions.record(location="local", reports=both, now=at(1))
    assert turns("router")[-1] == ("up", "down", at(1), "")
    assert turns("shop")[-1] == ("up", "down", at(1), "router")
    tell("U", slug="router", start=2)
    tell("D", slug="shop", start=2)
    assert jobs.watch(now=at(2)) == 0  # it has its interval to recover
    tell("D", slug="shop", start=4)
    assert jobs.watch(now=at(4)) == 1
    assert turns("shop")[-1] == ("down", "down", at(1), "")
    assert jobs.watch(now=at(4)) == 0
    tell("U", slug="shop", start=5)
    assert turns("shop")[-1] == ("down", "up", at(5), "")


def test_resolution_is_never_suppressed(monitor):
    monitor("router")
    monitor("shop", parents=["router"])
    tell("D", slug="router")
    tell("DU", slug="shop")
    assert turns("shop") == [
        ("unknown", "down", at(0), "router"),
        ("down", "up", at(1), ""),
    ]


def test_evidence_is_kept_of_the_first_failure_and_then_once_a_minute(monitor):
    monitor("shop", every="10s")
    reports = [
        Report(slug="shop", due=START + n * 10_000, began=(START + n * 10_000) * 1000, took=1,
               outcome=Outcome.DOWN, reason="no", excerpt="secret answer")
        for n in range(13)
    ]  # fmt: skip
    actions.record(location="local", reports=reports, now=at(3))
    assert Evidence.objects.count() == 3
    assert b"secret answer" not in bytes(Evidence.objects.first().sealed)
    assert queries.monitor_detail("shop", at=at(3)).evidence[0].excerpt == "secret answer"
    assert jobs.tidy(now=NOON + timedelta(days=400)) >= 3
    assert not Evidence.objects.exists()


def test_turns_never_go_back_in_time_when_the_clock_does(monitor):
    monitor("shop", need="1 of 1")
    tell("UD", start=10)
    tell("U", start=2)
    found = [t.at for t in queries.turns()]
    assert found == sorted(found)
    assert queries.states(at=at(3))[0].state == "up"


def test_a_pause_is_no_data_at_once(monitor, ada):
    shop = monitor("shop")
    tell("U")
    actions.pause(watch=shop, author=ada, now=at(1))
    [shown] = queries.states(at=at(1))
    assert (shown.state, shown.no_data, shown.paused) == ("unknown", True, True)
    assert turns()[-1][1] == "unknown"
    actions.resume(watch=shop, author=ada, now=at(2))
    tell("U", start=3)
    assert queries.states(at=at(3))[0].state == "up"


def test_the_last_sixty_results_are_shown(monitor):
    monitor("shop")
    actions.record(location="local", reports=[report(n) for n in range(70)], now=at(70))
    [sight] = queries.monitor_detail("shop", at=at(70)).sights
    assert len(sight.checks) == 60
    assert sight.checks[-1].at == at(69)
    assert sight.phases["connect"] == timedelta(microseconds=200)
    assert Sight.objects.get().late == 2
