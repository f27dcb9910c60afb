"""A metric in a file is watched when its labels say where it stands."""

from datetime import UTC, datetime, timedelta

import pytest

from troth.metrics import actions, queries
from troth.metrics.definitions import DefinitionError
from troth.metrics.models import Stream

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def declare(spec=None, **labels):
    document = {
        "apiVersion": "troth/v1",
        "kind": "Metric",
        "metadata": {"name": "carts", "labels": labels},
        "spec": {"title": "Abandoned carts", "over": "cart", "good": "outcome = 'left'",
                 "better": "less"} | (spec or {}),
    }  # fmt: skip
    return actions.declare(document=document, author="Ada", now=NOON)


@pytest.mark.mission("S2.44")
def test_labels_place_a_metric_on_the_journey_and_set_its_limits(db):
    declare(touchpoint="cart", step="buy", above="80%", rise="0.15")
    stream = queries.stream("metric:carts")
    assert (stream.touchpoint, stream.step, stream.better) == ("cart", "buy", "less")
    limits = Stream.objects.get().thresholds
    assert [(one["limit"], one["relative"]) for one in limits] == [(0.8, False), (0.15, True)]


def test_a_metric_without_a_touchpoint_is_not_watched_and_may_be_let_go(db):
    declare()
    assert queries.stream("metric:carts") is None
    declare(touchpoint="cart")
    assert len(queries.streams()) == 1
    declare()
    assert queries.streams() == []


def test_a_metric_that_ends_is_watched_no_longer(db):
    declare(touchpoint="cart")
    actions.retire(name="carts", author="Ada", now=NOON + timedelta(days=1))
    assert queries.streams() == []


def test_a_limit_that_is_none_is_refused_by_its_label(db):
    with pytest.raises(DefinitionError, match=r"metadata\.labels\.rise"):
        declare(touchpoint="cart", rise="much")


def test_a_metric_says_how_long_silence_may_last(db):
    declare({"heartbeat": "120m"}, touchpoint="cart")
    assert Stream.objects.get().heartbeat == 7200
    (document,) = queries.current_documents().values()
    assert document["spec"]["heartbeat"] == "2h", "as it is exported"
    declare({"heartbeat": "10m"}, touchpoint="cart")
    assert Stream.objects.get().heartbeat == 600
    declare(touchpoint="cart")
    assert Stream.objects.get().heartbeat is None


@pytest.mark.parametrize("wrong", ["soon", "10", "0m", "60w", "999999w", ""])
def test_a_heartbeat_that_is_none_is_refused(db, wrong):
    with pytest.raises(DefinitionError, match=r"spec\.heartbeat"):
        declare({"heartbeat": wrong}, touchpoint="cart")


def test_a_heartbeat_needs_a_touchpoint_and_is_no_label(db):
    with pytest.raises(DefinitionError, match=r"spec\.heartbeat: .*touchpoint"):
        declare({"heartbeat": "10m"})
    with pytest.raises(DefinitionError, match="write it in the spec"):
        declare(touchpoint="cart", heartbeat="10m")
