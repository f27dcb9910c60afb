"""No label of a metric is ignored: it says something, or it is refused with the reason."""

import pytest

from tests.metrics.drift.test_labelled import NOON, declare
from troth.metrics import actions, queries
from troth.metrics.definitions import DefinitionError
from troth.metrics.models import Definition, Stream

SHARE = {}
COUNT = {"good": None, "title": "Carts"}


@pytest.mark.mission("S2.44")
@pytest.mark.parametrize(
    ("labels", "spec", "said"),
    [
        ({"above": "80%"}, SHARE, r"labels\.above: says nothing without a label touchpoint"),
        ({"step": "buy"}, SHARE, r"labels\.step: says nothing without"),
        ({"touchpoint": "cart", "abov": "80%"}, SHARE, r"labels\.abov: there is no such label; d"),
        ({"touchpoint": "cart", "team": "x"}, SHARE, r"labels\.team: there is no such label: to"),
        ({"touchpoint": "c" * 101}, SHARE, r"labels\.touchpoint: is longer than 100 .*: 101"),
        ({"touchpoint": "cart", "step": "c" * 101}, SHARE, r"labels\.step: is longer than 100"),
        ({"touchpoint": "cart", "above": "nan"}, SHARE, r"labels\.above: “nan” is no limit"),
        ({"touchpoint": "cart", "above": "inf"}, SHARE, r"labels\.above: “inf” is no limit"),
        ({"touchpoint": "cart", "above": ""}, SHARE, r"labels\.above: “” is no limit"),
        ({"touchpoint": "cart", "above": "80"}, SHARE, r"labels\.above: “80” is no share"),
        ({"touchpoint": "cart", "below": "-1%"}, SHARE, r"labels\.below: “-1%” is no share"),
        ({"touchpoint": "cart", "rise": "0%"}, SHARE, r"labels\.rise: “0%” is no change"),
        ({"touchpoint": "cart", "fall": "-5%"}, SHARE, r"labels\.fall: “-5%” is no change"),
        ({"touchpoint": "cart", "above": "5%"}, COUNT, r"labels\.above: .* is a share, and this i"),
        ({"touchpoint": "cart"}, {"title": "t" * 201}, r"spec\.title: is longer than 200"),
    ],
)  # fmt: skip
def test_what_a_label_cannot_say_is_refused_with_its_place(db, labels, spec, said):
    with pytest.raises(DefinitionError, match=said):
        declare(spec, **labels)
    assert not Definition.objects.exists()
    with pytest.raises(DefinitionError, match=said):
        queries.plan(documents=[_document(spec, labels)])


def _document(spec, labels):
    told = {
        "title": "Abandoned carts",
        "over": "cart",
        "good": "outcome = 'left'",
        "better": "less",
    }
    return {"apiVersion": "troth/v1", "kind": "Metric",
            "metadata": {"name": "carts", "labels": labels}, "spec": told | spec}  # fmt: skip


def test_limits_of_counts_are_numbers_and_the_longest_names_are_kept(db):
    declare(COUNT, touchpoint="c" * 100, step="s" * 100, above=" 250 ", fall="15 %")
    found = Stream.objects.get()
    assert [(one["limit"], one["relative"]) for one in found.thresholds] == [
        (250.0, False), (0.15, True),
    ]  # fmt: skip
    assert (len(found.touchpoint), len(found.step)) == (100, 100)


def test_a_metric_of_before_with_such_labels_is_still_read(db):
    """What an older version took stands: it is refused when it is said anew."""
    declare()
    row = Definition.objects.get()
    row.document["metadata"]["labels"] = {"team": "checkout"}
    row.save()
    assert queries.metric("carts").title == "Abandoned carts"
    actions.retire(name="carts", author="Ada", now=NOON)
