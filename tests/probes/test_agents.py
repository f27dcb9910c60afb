"""Agents: each with the key of its own location, and nothing else."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from django.test import Client

from tests import loop
from tests.probes.conftest import NOON
from troth.core import clock
from troth.probes import actions, agent, queries
from troth.probes.instants import ms
from troth.probes.models import Agent, Sight
from troth.probes.rules.results import Outcome
from troth.probes.wire import Delivery, Report, Skip, Work
from troth.signals.actions import seal

pytestmark = pytest.mark.django_db


@pytest.fixture
def fra(ada):
    return actions.enrol(location="fra", name="Frankfurt", author=ada, now=NOON)


def get_work(key, location="fra", revision=-1, holder="host:1:a"):
    return Client().get(
        f"/api/v1/probes/{location}/work",
        {"revision": revision, "holder": holder},
        headers={"Authorization": f"Bearer {key}"},
    )


def deliver(key, *reports, location="fra", skips=(), holder="host:1:a", raw=None):
    told = Delivery(holder=holder, reports=list(reports), skips=list(skips))
    return Client().post(
        f"/api/v1/probes/{location}/results",
        raw if raw is not None else msgspec.json.encode(told),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )


def report(slug="shop", at=None, **more):
    due = ms(at or clock.now())
    values = {"due": due, "began": due * 1000, "took": 5, "outcome": Outcome.UP, **more}
    return Report(slug=slug, **values)


def test_an_agent_gets_the_work_of_its_location_with_secrets(monitor, fra):
    settings = {"url": "https://shop.example/"}
    monitor("shop", locations=["fra"], settings=settings, secrets={"token": "hush"})
    monitor("blog")
    work = msgspec.json.decode(get_work(fra.key).content, type=Work)
    assert [task.slug for task in work.tasks] == ["shop"]
    assert work.tasks[0].settings == {**settings, "token": "hush"}
    assert abs(work.now - ms(clock.now())) < 5_000
    again = msgspec.json.decode(get_work(fra.key, revision=work.revision).content, type=Work)
    assert again.tasks == []


@pytest.mark.parametrize("key", ["", "trothprobe_" + "0" * 48, "x" * 5_000])
def test_a_strangers_key_opens_nothing(monitor, fra, key):
    monitor("shop", locations=["fra"])
    assert get_work(key).status_code == 401
    assert deliver(key, report()).status_code == 401
    assert Sight.objects.get().last == 0


def test_a_key_opens_its_own_location_only(monitor, fra, ada):
    nyc = actions.enrol(location="nyc", name="", author=ada, now=NOON)
    monitor("shop", locations=["fra", "nyc"])
    assert get_work(nyc.key, location="fra").status_code == 401
    assert deliver(nyc.key, report(), location="fra").status_code == 401
    assert get_work(nyc.key, location="local").status_code == 401


def test_a_revoked_or_replaced_key_opens_nothing(monitor, fra, ada):
    monitor("shop", locations=["fra"])
    actions.revoke(agent=fra.agent, author=ada, now=NOON)
    assert get_work(fra.key).status_code == 401
    again = actions.enrol(location="fra", name="", author=ada, now=NOON)
    assert get_work(fra.key).status_code == 401
    assert get_work(again.key).status_code == 200


def test_two_agents_with_one_key_do_not_both_check(monitor, fra):
    monitor("shop", locations=["fra"])
    assert get_work(fra.key, holder="one:1:a").status_code == 200
    assert get_work(fra.key, holder="two:1:b").status_code == 409
    assert deliver(fra.key, report(), holder="two:1:b").status_code == 409
    assert deliver(fra.key, report(), holder="one:1:a").json()["taken"] == 1


def test_what_a_process_tells_after_another_took_over_is_refused(fra, monitor):
    """It was on its way while the other told those instants as skipped: they are not to be both."""
    at = clock.now()
    actions.take_lease(location="fra", holder="two:1:b", now=at)
    with pytest.raises(actions.TakenOver):
        actions.deliver(
            location="fra", holder="one:1:a", reports=[report("shop")], skips=[], now=at
        )


def test_results_count_for_the_agents_location(monitor, fra):
    monitor("shop", locations=["fra"])
    monitor("blog")
    answer = deliver(fra.key, report("shop"), report("blog"), report("gone"))
    assert answer.json() == {"taken": 1, "left_out": 0}
    assert queries.states(["shop"])[0].state == "up"
    assert queries.states(["blog"])[0].no_data
    assert Agent.objects.get().seen_at is not None


@pytest.mark.parametrize(
    "odd",
    [
        {"took": -1},
        {"took": 10**16},
        {"began": 5},
        {"phases": {"dns": -1}},
        {"phases": {"x" * 50: 1}},
        {"phases": {f"p{n}": 1 for n in range(30)}},
    ],
)
def test_what_cannot_be_true_is_left_out(monitor, fra, odd):
    monitor("shop", locations=["fra"])
    assert deliver(fra.key, report(**odd)).json() == {"taken": 0, "left_out": 1}


def test_the_far_past_and_the_future_are_left_out(monitor, fra):
    monitor("shop", locations=["fra"])
    now = clock.now()
    far = [report(at=now - timedelta(days=3)), report(at=now + timedelta(hours=1))]
    late = Skip(slug="shop", first=5, last=1, count=1, reason="odd")
    assert deliver(fra.key, *far, skips=[late]).json() == {"taken": 0, "left_out": 2}


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff", b'{"holder": 1}', b'{"reports": []}'])
def test_what_is_no_delivery_is_refused(fra, raw):
    assert deliver(fra.key, raw=raw).status_code == 422


def test_naughty_words_do_no_harm(monitor, fra):
    monitor("shop", locations=["fra"])
    naughty = "'; DROP TABLE x; --<script>\u202e\x00" * 5
    answer = deliver(fra.key, report(outcome=Outcome.DOWN, reason=naughty, excerpt=naughty))
    assert answer.json()["taken"] == 1
    skip = Skip(
        slug="shop", first=ms(clock.now()) - 9, last=ms(clock.now()), count=1, reason=naughty
    )
    assert deliver(fra.key, skips=[skip]).status_code == 200
    assert queries.monitor_detail("shop").sights[0].reason.isprintable()
    assert seal(now=clock.now()).rows == 2


@pytest.mark.parametrize("location", ["local", "", "FRA", "a b", "x" * 41, "-a"])
def test_a_location_has_a_plain_name(ada, location):
    with pytest.raises(ValueError, match="a location is"):
        actions.enrol(location=location, name="", author=ada, now=NOON)


def test_an_agent_whose_key_is_not_taken_ends_and_says_so(listening):
    async def refuse(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")

    post = agent.Post(server=f"http://127.0.0.1:{listening(refuse)}", location="fra", key="no")
    with pytest.raises(agent.RefusedError):
        loop.run(agent.Agent(post).run(asyncio.Event()))


def test_an_answer_that_took_long_does_not_set_the_clock(monkeypatch):
    made = agent.Agent(agent.Post(server="http://127.0.0.1:1", location="fra", key="no"))
    told = []
    for offset, doubt in (
        (5_000_000, 40_000),  # whatever comes first is taken
        (8_000_000, 3_000_000),  # a server that was starting: it may as well be the same clock
        (5_010_000, 20_000),  # surer
        (5_030_000, 30_000),  # less sure, and not at odds
        (3_605_000_000, 90_000),  # an hour ahead: the clock was set
    ):
        made._set_clock(offset, doubt=doubt)
        told.append(made._offset)
    assert told == [5_000_000, 5_000_000, 5_010_000, 5_010_000, 3_605_000_000]


def test_a_delivery_whose_answer_was_lost_counts_once(monitor, fra):
    """Also far more results than a location remembers, told again along with a newer one."""
    monitor("shop", locations=["fra"], every="1s", timeout="1s", need="2 of 2")
    begun = clock.now() - timedelta(minutes=20)
    get_work(fra.key)
    told = [
        report(at=begun + timedelta(seconds=n), number=n + 1,
               outcome=Outcome.DOWN if 100 <= n < 110 else Outcome.UP)
        for n in range(600)
    ]  # fmt: skip
    assert deliver(fra.key, *told).json()["taken"] == 600
    turns = queries.turns().count()
    newer = report(at=begun + timedelta(seconds=600), number=601)
    assert deliver(fra.key, *told, newer).json()["taken"] == 1
    assert queries.turns().count() == turns
    other = report(at=begun + timedelta(seconds=601), number=1)
    actions.give_lease_back(location="fra", holder="host:1:a")
    assert deliver(fra.key, other, holder="host:2:b").json()["taken"] == 1
