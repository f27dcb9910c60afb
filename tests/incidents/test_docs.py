"""What docs/incidents.md shows can be applied as it stands, and the schedule does what it lists."""

import re
from pathlib import Path

import pytest
import yaml
from scene import NOON, Status, component, opened

from troth.config.schedule import SCHEDULE
from troth.core import clock
from troth.incidents import queries
from troth.incidents.models import Clock
from troth.incidents.rules import documents
from troth.incidents.rules.cadence import Grid
from troth.incidents.rules.results import Kind, State
from troth.incidents.rules.states import following
from troth.promises import actions as promises

TEXT = (Path(__file__).parents[2] / "docs" / "incidents.md").read_text(encoding="utf-8")
SHOWN = [
    document
    for block in re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
    for document in yaml.safe_load_all(block)
]


def of(kind):
    [found] = [document for document in SHOWN if document["kind"] == kind]
    return found


def test_the_template_and_the_cadence_that_are_shown_are_read():
    template = documents.read_template(of("IncidentTemplate"))
    assert (template.slug, template.components["shop"]) == ("shop-down", Status.MAJOR)
    assert documents.read_cadence(of("Cadence")) == Grid()


@pytest.mark.django_db
def test_the_promise_that_is_shown_can_be_declared():
    with clock.frozen(NOON):
        declared = promises.declare(spec=of("Promise"), author="Ada", now=NOON)
    assert declared.number == 1


def test_the_states_that_are_shown_are_those_of_the_rules():
    for was, now in ((State.RESOLVED, State.POSTMORTEM), (State.MONITORING, State.RESOLVED)):
        assert now in following(Kind.INCIDENT, was)
    assert following(Kind.INCIDENT, State.POSTMORTEM) == {State.POSTMORTEM}


@pytest.mark.django_db
def test_every_line_of_the_schedule_asks_and_does():
    opened(impacts={component(): Status.MAJOR})
    lines = [entry for entry in SCHEDULE if entry.name.startswith("incidents.")]
    assert {entry.name for entry in lines} >= {
        "incidents.answer", "incidents.ring", "incidents.tell",
    }  # fmt: skip
    for entry in lines:
        entry.asked()(now=NOON)
        entry.work()(now=NOON)
        assert entry.asked()(now=NOON) is False, entry.name
    assert Clock.objects.get().told == 1
    assert queries.revision() > 0
