"""Metrics as documents: read strictly, kept in versions, followed, compared before applied."""

from datetime import UTC, datetime

import pytest

from troth.metrics import actions, definitions, queries
from troth.metrics.definitions import DefinitionError, Difference
from troth.metrics.models import Definition, Series
from troth.metrics.rules import Measure, MeasureError
from troth.staff.models import AuditEntry

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def document(name: str = "delivered-on-time", **spec: object) -> dict[str, object]:
    return {
        "apiVersion": "troth/v1",
        "kind": "Metric",
        "metadata": {"name": name},
        "spec": {"like": "on_time", "over": "delivery", "zone": "Europe/Berlin"} | spec,
    }


def test_a_document_may_begin_with_a_metric_of_the_catalogue_and_narrow_it():
    found = definitions.read(document(where="due_at is not null"), queries.catalogue())
    assert found.measure.kinds == ("delivery",)
    assert found.measure.time == "due_at"
    assert found.measure.good == "resolved_at <= due_at"
    assert (found.zone, found.grain) == ("Europe/Berlin", 86_400)


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"spec": {"good": "resolved_at <"}}, "spec.good", "cannot be read"),
        ({"spec": {"good": "resolvd_at is null"}}, "spec.good", "did you mean resolved_at"),
        ({"spec": {"at": "value"}}, "spec.at", "time is needed"),
        ({"spec": {"at": "recorded_at"}}, "spec.at", "not by when it was recorded"),
        ({"spec": {"where": "subject = 'x'"}}, "spec.where", "may not ask who"),
        ({"spec": {"zone": "Mars"}}, "spec.zone", "no time zone"),
        ({"spec": {"grain": "7h"}}, "spec.grain", "divide a day"),
        ({"spec": {"grain": "soon"}}, "spec.grain", "no duration"),
        ({"spec": {"like": "nothing"}}, "spec.like", "there is no"),
        ({"spec": {"percentiles": True}}, "spec.percentiles", "need a value"),
        ({"spec": {"better": "maybe"}}, "spec.better", "more or less"),
        ({"spec": {"gud": "x"}}, "spec", "unknown field"),
        ({"spec": {"by": ["a", "a"]}}, "spec.by", "named twice"),
        ({"metadata": {"name": "no spaces"}, "spec": {}}, "metadata.name", "letters"),
        ({"kind": "Promise", "spec": {}}, "kind", "kind: Metric"),
        ({}, "document", "spec"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words_with_its_field(wrong, field, message):
    whole = {"apiVersion": "troth/v1", "kind": "Metric", "metadata": {"name": "m"}} | wrong
    with pytest.raises(DefinitionError, match=message) as caught:
        definitions.read(whole, queries.catalogue())
    assert caught.value.field == field


@pytest.mark.django_db
def test_a_change_is_a_new_version_and_the_same_again_is_none():
    assert actions.declare(document=document(), author="ada", now=NOW).verb == "create"
    assert actions.declare(document=document(), author="ada", now=NOW).verb == "same"
    changed = actions.declare(document=document(by=["country"]), author="ben", now=NOW)
    assert changed == Difference("delivered-on-time", "change", ("by",))
    assert [(v.version, v.author) for v in queries.versions("delivered-on-time")] == [
        (1, "ada"),
        (2, "ben"),
    ]
    assert AuditEntry.objects.filter(thing="metric").count() == 2


@pytest.mark.django_db
def test_a_metric_follows_one_series_and_lets_the_old_one_go():
    actions.declare(document=document(), author="ada", now=NOW)
    first = queries.series_named("delivered-on-time")
    actions.declare(document=document(zone="UTC"), author="ada", now=NOW)
    second = queries.series_named("delivered-on-time")
    assert (first.zone, second.zone) == ("Europe/Berlin", "UTC")
    assert list(Series.objects.values_list("pk", flat=True)) == [second.pk]
    actions.retire(name="delivered-on-time", author="ada", now=NOW)
    assert not Series.objects.exists()
    assert queries.documents() == []
    assert Definition.objects.count() == 3
    assert actions.declare(document=document(), author="ada", now=NOW).verb == "create"


@pytest.mark.django_db
def test_a_plan_says_what_would_happen_and_changes_nothing():
    actions.declare(document=document(), author="ada", now=NOW)
    actions.declare(document=document("other"), author="ada", now=NOW)
    wanted = [document(by=["country"]), document("new")]
    assert queries.plan(documents=wanted, prune=True) == [
        Difference("delivered-on-time", "change", ("by",)),
        Difference("new", "create"),
        Difference("other", "retire"),
    ]
    assert queries.plan(documents=wanted)[-1].verb == "create"
    assert Definition.objects.count() == 2


@pytest.mark.django_db
def test_what_is_exported_can_be_declared_again_and_is_the_same():
    given = document(by=["country"], over=["delivery"], grain="24h", percentiles=False)
    actions.declare(document=given, author="ada", now=NOW)
    (exported,) = queries.documents()
    assert actions.declare(document=exported, author="ada", now=NOW).verb == "same"
    assert exported["spec"]["over"] == "delivery"


@pytest.mark.django_db
def test_people_s_own_metric_stands_before_the_catalogue_s():
    assert queries.metric("on_time").title == "On time"
    actions.declare(document=document("on_time", title="Ours"), author="ada", now=NOW)
    assert queries.metric("on_time").title == "Ours"
    assert queries.metric("nothing") is None


@pytest.mark.parametrize("name", sorted(queries.catalogue()))
def test_each_metric_of_the_catalogue_says_what_it_is_and_can_be_asked(name):
    metric = queries.catalogue()[name]
    assert metric.title
    assert len(metric.doc) > 40
    assert metric.measure().question().time.role == "time"


@pytest.mark.parametrize(
    ("measure", "field"),
    [
        (Measure(slice=300), "slice"),
        (Measure(slice=7, slice_good="total > 0"), "slice"),
        (Measure(slice=301 * 60, slice_good="total > 0"), "slice"),
        (Measure(by=("a", "b", "c", "d", "e", "f")), "by"),
        (Measure(time="timestamp '2026-01-01T00:00:00Z'"), "time"),
    ],
)
def test_a_measure_that_cannot_be_counted_is_refused(measure, field):
    with pytest.raises(MeasureError) as caught:
        measure.checked()
    assert caught.value.field == field


def test_equal_measures_have_equal_digests_however_they_are_written():
    one = Measure(kinds=("b", "a"), good="value>1  and value<  3")
    two = Measure(kinds=("a", "b", "a"), good="value > 1 AND value < 3")
    assert one.digest(zone="UTC", grain=60) == two.digest(zone="UTC", grain=60)
    assert one.digest(zone="UTC", grain=60) != two.digest(zone="UTC", grain=3600)
    assert Measure(kinds=("a",)).document() == {"kinds": ["a"]}
