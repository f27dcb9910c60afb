"""What a broken case costs: said in the file, the form and OpenSLO, and ranked by."""

import pytest

from tests.shop import NOW, document
from troth.metrics import actions as metrics
from troth.metrics.definitions import DefinitionError
from troth.metrics.models import Baseline, Stream
from troth.promises import actions, exporting
from troth.promises.rules import openslo, openslo_out
from troth.promises.rules.document import read
from troth.promises.rules.terms import DocumentError


def declare(**spec):
    return actions.declare(spec=document(**spec), author="Ada", reason="as agreed", now=NOW)


def metric(labels, **spec):
    return {
        "apiVersion": "troth/v1", "kind": "Metric",
        "metadata": {"name": "arrived", "labels": labels},
        "spec": {"over": "delivery", "good": "outcome = 'kept'", **spec},
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.mission("S1.16", "S1.17")
def test_what_a_case_costs_is_declared_and_moves_no_usual():
    declare()
    assert Stream.objects.get().weight == 1
    declare(cost=5)
    assert Stream.objects.get().weight == 5
    assert Baseline.objects.count() == 1
    declare()
    assert Stream.objects.get().weight == 1


@pytest.mark.parametrize("cost", [-1, "nan", "inf", True, "much", [5], 10**7, {"a": 1}])
def test_a_cost_is_a_number_from_nothing_to_a_million(cost):
    with pytest.raises(DocumentError, match=r"spec\.cost.* write a number from 0 to 1,000,000"):
        read(document(cost=cost))


@pytest.mark.parametrize(("cost", "found"), [(0, 0), (0.5, 0.5), ("2.5", 2.5), (10**6, 10**6)])
def test_costs_that_are_taken(cost, found):
    assert read(document(cost=cost)).cost == found


@pytest.mark.django_db
def test_it_leaves_and_comes_back_with_the_files_and_with_openslo():
    declare(cost=2.5)
    ((_, written),) = exporting.documents()
    assert written["spec"]["cost"] == 2.5
    (again,) = openslo.read([openslo_out.write(read(written))]).promises
    assert read(again).cost == 2.5


@pytest.mark.django_db
def test_the_form_takes_it_where_the_target_is_set(signed_in, ben):
    declare()
    page, desk = "/desk/promises/on-time/edit/", signed_in(ben)
    form = desk.get(page).context["form"]
    filled = {name: value for name, value in form.initial.items() if value}
    filled |= {"reason": "as agreed", "visibility": "public", "number": "1"}
    for wrong in ("-1", "much", "1e9"):
        answer = desk.post(page, filled | {"cost": wrong})
        assert "cost" in answer.context["form"].errors
    assert Stream.objects.get().weight == 1
    desk.post(page, filled | {"cost": "3.5"})
    assert Stream.objects.get().weight == 3.5
    assert float(desk.get(page).context["form"].initial["cost"]) == 3.5


@pytest.mark.django_db
def test_a_metric_that_is_watched_says_it_in_its_spec():
    placed = {"touchpoint": "delivery"}
    metrics.declare(document=metric(placed, cost=7), author="Ada", now=NOW)
    assert Stream.objects.get(key="metric:arrived").weight == 7
    for cost in (-1, float("nan"), 10**7):
        with pytest.raises(DefinitionError, match=r"spec\.cost: write a number"):
            metrics.declare(document=metric(placed, cost=cost), author="Ada", now=NOW)
    with pytest.raises(DefinitionError, match=r"spec\.cost: only what is watched is weighed"):
        metrics.declare(document=metric({}, cost=7), author="Ada", now=NOW)
