"""Templates and the cadence as files: what applying would do, doing it, and back again."""

import json
from datetime import timedelta

import pytest
from scene import HOUR, MINUTE, NOON, Status, component, opened

from troth.core import documents as files
from troth.core import filing
from troth.core.filing import FILES
from troth.core.problems import DocumentError
from troth.incidents import actions, queries
from troth.incidents.filing import drawer
from troth.incidents.models import Cadence, Template
from troth.incidents.rules import documents
from troth.incidents.rules.cadence import Grid
from troth.incidents.rules.results import Urgency

TEMPLATE = {
    "apiVersion": "troth/v1",
    "kind": "IncidentTemplate",
    "metadata": {"name": "shop-down", "title": "Shop down"},
    "spec": {"title": "The shop is down", "body": "We look.",
             "components": {"shop": "major_outage"}, "opens_for": ["monitor:shop"],
             "urgency": "urgent", "two_person": True},
}  # fmt: skip
CADENCE = {
    "apiVersion": "troth/v1",
    "kind": "Cadence",
    "metadata": {"name": "ours"},
    "spec": {"updates": {"urgent": {"every": "30m"}}, "notice": "96h", "publish_drafts": True},
}


def applied(*texts, prune=False):
    folder = files.load(
        [("all.yaml", "\n---\n".join(map(json.dumps, texts)))], language=filing.language([drawer])
    )
    plan = filing.plan(drawers=[drawer], folder=folder, prune=prune)
    filing.carry_out(plan=plan, author="apply", now=NOON)
    return [(step.verb, step.kind, step.name) for step in plan.steps]


@pytest.mark.django_db
def test_files_are_applied_once_exported_and_pruned():
    both = ("Cadence", "ours"), ("IncidentTemplate", "shop-down")
    assert applied(TEMPLATE, CADENCE) == [("create", *each) for each in both]
    assert applied(TEMPLATE, CADENCE) == [("same", *each) for each in both]
    assert [document for _, document in drawer.export()] == [CADENCE, TEMPLATE]
    assert Template.objects.get().managed_by == FILES
    assert queries.template("shop-down").title == "The shop is down"
    changed = {**TEMPLATE, "spec": {**TEMPLATE["spec"], "body": "We look again."}}
    assert applied(changed, CADENCE)[1] == ("change", *both[1])
    assert applied(prune=True) == [("retire", *both[1]), ("change", *both[0])]
    assert queries.templates() == []
    assert queries.grid() == Grid()


@pytest.mark.django_db
def test_the_cadence_in_force_is_what_counts_and_earlier_ones_are_kept():
    applied(CADENCE)
    assert queries.grid().paces[Urgency.URGENT].every == timedelta(minutes=30)
    assert queries.grid().paces[Urgency.IMPORTANT].every == timedelta(days=1)
    row = opened(impacts={component(): Status.MAJOR}, now=NOON)
    assert queries.incident(row.uid).next_due_at == NOON + 30 * MINUTE
    actions.declare_cadence(document=documents.written(Grid()), by="Ada", now=NOON + HOUR)
    assert queries.grid() == Grid()
    assert Cadence.objects.count() == 2


def test_a_grid_reads_back_as_it_was_written():
    grid = Grid(two_person=True, remind=timedelta(minutes=7))
    assert documents.read_cadence(documents.written(grid)) == grid


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"title": ""}, "spec.title"),
        ({"title": "X", "kind": "maintenance"}, "spec.kind"),
        ({"title": "X", "components": {"shop": "on fire"}}, "spec.components.shop"),
        ({"title": "X", "opens_for": ["shop"]}, "spec.opens_for[0]"),
        ({"title": "X", "publish": "yes"}, "spec.publish"),
        ({"title": "X", "bodi": "Y"}, "spec.bodi"),
        ({"title": ["X"]}, "spec.title"),
    ],
)
def test_what_is_wrong_with_a_template_is_named(spec, field):
    with pytest.raises(DocumentError) as refused:
        documents.read_template({**TEMPLATE, "spec": spec})
    assert field in [problem.field for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"updates": {"urgent": {"every": "often"}}}, "spec.updates.urgent.every"),
        ({"updates": {"very": {"every": "1h"}}}, "spec.updates.very"),
        ({"notice": 72}, "spec.notice"),
    ],
)
def test_what_is_wrong_with_a_cadence_is_named(spec, field):
    with pytest.raises(DocumentError) as refused:
        documents.read_cadence({**CADENCE, "spec": spec})
    assert field in [problem.field for problem in refused.value.problems]
