"""docs/components.md says what is so: its examples are read, its fields are those there are."""

import re
from pathlib import Path

import yaml

from troth.components.rules import documents
from troth.components.rules.formula import NAMES, weights
from troth.components.rules.results import Weights
from troth.promises.rules import document

TEXT = (Path(__file__).parents[2] / "docs/components.md").read_text("utf-8")
READERS = {
    "Component": documents.component, "ComponentGroup": documents.group,
    "StatusPage": documents.page, "Audience": documents.audience,
    "Formula": documents.uptime_formula, "Promise": document.read,
}  # fmt: skip


def _examples():
    for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL):
        yield from yaml.safe_load_all(block)


def test_every_example_is_understood_and_every_kind_has_one():
    examples = list(_examples())
    for one in examples:
        READERS[one["kind"]](one)
    assert {one["kind"] for one in examples} == set(READERS)
    assert set(documents.KINDS) < set(READERS)


def test_every_field_of_a_component_has_its_line():
    told = set(re.findall(r"`spec\.(\w+)`", TEXT)) - {"parent"}
    fields = set(documents.ComponentTerms.__slots__) - {"slug", "name", "watches"}
    assert told == fields | {"monitors", "heartbeats"}


def test_the_weights_that_it_calls_usual_are_those():
    (formula,) = (one for one in _examples() if one["kind"] == "Formula")
    assert set(formula["spec"]) == set(NAMES)
    assert weights(formula["spec"]) == Weights()
