"""The whole engine against a brute-force judge, on worlds made at random.

One case is one window of one promise, judged at one instant on one set of signals, by both. The
short suite compares at least 10,000 of them, the long one (-m long) at least 100,000.
"""

import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

import oracle
import pytest
import worlds
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from worlds import Told, World

from troth.core import clock
from troth.metrics import jobs as metrics
from troth.promises import actions, queries
from troth.promises.actions import Cases
from troth.promises.models import Promise
from troth.promises.rules.results import WindowResult
from troth.signals import actions as signals
from troth.signals.envelope import Signal

PROMISES, WINDOWS = 20, 13
SHORT, LONG = 10_000, 100_000
_counted = {"cases": 0, "worlds": 0}


@pytest.mark.django_db
@pytest.mark.mission("S2.5", "S2.6")
@pytest.mark.timeout(600)
def test_engine_and_oracle_agree_on_ten_thousand_cases():
    _until(SHORT)


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.timeout(7200)
def test_engine_and_oracle_agree_on_a_hundred_thousand_cases():
    _until(LONG)


def _until(cases: int) -> None:
    began, _counted["cases"], _counted["worlds"] = time.monotonic(), 0, 0
    while _counted["cases"] < cases:
        _some_worlds()
    passed = time.monotonic() - began
    print(f"{_counted['cases']:,} cases in {_counted['worlds']} worlds, {passed:.0f} s")  # noqa: T201 - asked for


@settings(
    max_examples=int(os.environ.get("TROTH_ORACLE_WORLDS", "4")),
    deadline=None,
    database=None,
    phases=(Phase.generate,),  # a smaller seed is no smaller world
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 2**48))
def _some_worlds(seed: int) -> None:
    world = worlds.make(seed, promises=PROMISES, windows=WINDOWS)
    with transaction.atomic():
        _compare(world)
        transaction.set_rollback(True)
    _counted["worlds"] += 1


def _compare(world: World) -> None:
    Promise.objects.all().delete()
    for _, _, act in sorted(_timeline(world), key=lambda act: act[:2]):
        act()
    with clock.frozen(world.now):
        metrics.tally(now=world.now)
        actions.judge_all(now=world.now, everything=not world.stepwise)
        for at, as_of in world.asked:
            _check(world, at, as_of)


Act = tuple[datetime, int, Callable[[], object]]  # when, rank within the instant, what


def _timeline(world: World) -> Iterator[Act]:
    """Yield what people did and what came in, to be done in the order of time."""
    for told in world.promises:
        yield from _acts(told)
    for moment in world.batches:
        yield moment, 4, partial(_send, world, moment)
    for moment, person in world.forgotten:
        yield moment, 5, partial(signals.forget, subject=person, now=moment)


def _acts(told: Told) -> Iterator[Act]:
    rows: dict[int, int] = {}
    for document, when in told.versions:
        yield when, 0, partial(actions.declare, spec=document, author="Ada", now=when)
    for number, one in enumerate(told.exclusions):
        yield one["now"], 1, partial(_exclude, told.slug, one, rows, number)
        if one["withdrawn"]:
            yield one["withdrawn"], 2, partial(_withdraw, one, rows, number)
    for one in told.suspensions:
        act = partial(actions.suspend, slug=told.slug, reason="so it was", author="Ada", **one)
        yield one["now"], 3, act


def _exclude(slug: str, one: dict, rows: dict[int, int], number: int) -> None:
    cases = Cases(where=one["where"], starts_at=one["starts_at"], ends_at=one["ends_at"])
    rows[number] = actions.exclude(
        slug=slug, category=one["category"], reason="so it was", signed_by="Ada", cases=cases,
        now=one["now"],
    ).pk  # fmt: skip


def _withdraw(one: dict, rows: dict[int, int], number: int) -> None:
    actions.withdraw_exclusion(exclusion=rows[number], author="Ada", now=one["withdrawn"])


def _send(world: World, moment: datetime) -> None:
    batch = [_signal(row) for row in world.sent if row.recorded == moment]
    if batch:
        signals.accept(batches=[batch], door="test", now=moment)
        signals.seal(now=moment)
    if world.stepwise:
        with clock.frozen(moment):
            metrics.tally(now=moment)
            actions.judge_all(now=moment)


def _signal(row: oracle.Sent) -> Signal:
    return Signal(
        source=row.source, kind=row.kind, key=row.key, id=row.id, version=row.version,
        happened_at=row.happened, due_at=row.due, resolved_at=row.resolved, outcome=row.outcome,
        value=row.value, weight=row.weight, segment={"plan": row.plan} if row.plan else {},
        subject=row.subject, supersedes=row.supersedes,
    )  # fmt: skip


def _check(world: World, at: datetime | None, as_of: datetime | None) -> None:
    slugs = [told.slug for told in world.promises]
    if at is None and as_of is None:
        found = {s.slug: s.windows for s in queries.standing(slugs=slugs)}
    else:
        judged = queries.judged(slugs, at=at, as_of=as_of)
        found = {opinion.terms.slug: opinion.results for opinion in judged}
    instant, known = at or as_of or world.now, as_of or world.now
    counting = oracle.counting_rows(world.sent, known)
    for told in world.promises:
        said = oracle.judge(told.promised, counting, instant, known)
        assert len(said) == len(found[told.slug])
        for one, result in zip(said, found[told.slug], strict=True):
            where = f"{told.slug} {result.window} at {instant} as of {known}"
            assert _engine(result) == _oracle(one), where
            _close(result, one, where)
            _counted["cases"] += 1


def _engine(result: WindowResult) -> dict:
    return {
        "verdict": str(result.verdict), "why": result.why, "good": result.good,
        "total": result.total, "raw": (result.raw_good, result.raw_total),
        "unknown": result.unknown, "no_promise": result.no_promise, "pending": result.pending,
        "out": [(x.category, x.good, x.total, x.applied) for x in result.excluded],
    }  # fmt: skip


def _oracle(said: oracle.Said) -> dict:
    return {
        "verdict": said.verdict, "why": said.why, "good": said.good, "total": said.total,
        "raw": (said.raw_good, said.raw_total), "unknown": said.unknown,
        "no_promise": said.no_promise, "pending": said.pending, "out": said.out,
    }  # fmt: skip


def _close(result: WindowResult, said: oracle.Said, where: str) -> None:
    assert result.dispersion == pytest.approx(said.dispersion, rel=1e-9), where
    if result.why in ("attested", "not_attested") or said.allowed is None:
        return
    assert result.coverage == pytest.approx(said.coverage), where
    if result.budget is not None:
        assert result.budget.allowed == said.allowed, where
    if result.interval is not None and said.low is not None:
        assert (result.interval.low, result.interval.high) == pytest.approx(
            (max(0.0, said.low), min(1.0, said.high)), abs=1e-9
        ), where
