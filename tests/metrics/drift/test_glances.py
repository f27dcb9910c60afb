"""What the map remembers of each stream: made anew when it changes, checked when it is told."""

from datetime import timedelta

import pytest

from troth.core import clock
from troth.metrics import jobs, queries
from troth.metrics.models import Stream
from troth.metrics.models_shelf import Glance
from troth.metrics.queries.mapped import cells, journey
from troth.metrics.queries.matrixed import outlook
from troth.signals import actions as signals
from troth.signals.envelope import Signal

pytestmark = pytest.mark.django_db


def glanced(now=None):
    done = 0
    while found := jobs.glance(now=now or clock.now()):
        done += found
    return done


def test_a_glance_holds_what_the_cell_says_and_is_made_once(fading):
    assert jobs.is_unglanced(now=clock.now())
    assert glanced() == 1
    assert not jobs.is_unglanced(now=clock.now())
    (cell,) = cells()
    (one,) = Glance.objects.all()
    assert one.loss == pytest.approx(cell.missed)
    assert one.spoke_at < clock.now() < one.spoke_at + timedelta(days=2)


def test_what_was_lost_is_known_with_and_without_a_glance(fading):
    (before,) = outlook()
    glanced()
    (after,) = outlook()
    (looked,) = outlook(at=clock.now())
    assert before.missed == pytest.approx(cells()[0].missed)
    assert after.missed == pytest.approx(before.missed)
    assert after.loss == pytest.approx(before.loss)
    assert looked.missed == pytest.approx(before.missed)
    assert not any(one.is_silent for one in (before, after, looked))


def test_new_signals_and_a_new_day_make_it_anew(fading):
    glanced()
    now = clock.now()
    late = Signal(source="shop", kind="delivery", key="late", outcome="late",
                  happened_at=now - timedelta(days=2))  # fmt: skip
    signals.accept(batches=[[late]], door="test", now=now)
    signals.seal(now=now)
    while jobs.tally(now=clock.now()):
        pass
    assert not jobs.is_unglanced(now=clock.now())  # not again so soon
    soon = clock.now() + timedelta(minutes=6)
    before = Glance.objects.get().loss
    assert jobs.glance(now=soon) == 1
    assert Glance.objects.get().loss == pytest.approx(before + 0.9)  # 28 days hold one case more
    assert jobs.is_unglanced(now=soon + timedelta(days=1))


def test_blind_spots_are_the_same_with_glances(fading):
    Stream.objects.create(**{
        field.attname: getattr(Stream.objects.get(), field.attname)
        for field in Stream._meta.concrete_fields if field.attname != "id"
    } | {"key": "silent", "touchpoint": "silent"})  # fmt: skip
    series = Stream.objects.get(key="delivery").series
    quiet = type(series).objects.create(digest="quiet", measure=series.measure, sweep=series.sweep,
                                        created_at=clock.now())  # fmt: skip
    Stream.objects.filter(key="silent").update(series=quiet)
    before = queries.coverage(at=clock.now())
    assert [one.touchpoint for one in before] == ["silent"]
    assert glanced() == 2
    assert queries.coverage(at=clock.now()) == before
    later = clock.now() + timedelta(days=40)
    assert {one.touchpoint for one in queries.coverage(at=later)} == {"delivery", "silent"}


def test_the_journey_names_every_stream_in_its_order(fading):
    (place,) = journey()
    assert (place.name, place.touchpoint, place.step) == ("Delivered on time", "delivery", "")
