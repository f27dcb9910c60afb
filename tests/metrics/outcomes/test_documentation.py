"""docs/outcomes.md names every outcome with what it reads, and its example can be declared."""

from pathlib import Path

import yaml

from troth.metrics import queries, recipe_documents
from troth.metrics.recipe_documents import _Input, _Spec

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "outcomes.md").read_text("utf-8")


def test_each_recipe_has_its_line_with_the_kinds_and_options_that_it_reads():
    lacking = []
    for name, recipe in queries.recipe_catalogue().items():
        lines = [line for line in PAGE.splitlines() if line.startswith("|") and f"`{name}`" in line]
        told = " ".join(lines) + (PAGE if "as `exposure`" in " ".join(lines) else "")
        words = [*recipe.kinds(), *recipe.options]
        quiet = {"once", "later", "unfollowed"}
        lacking += [(name, word) for word in words if f"`{word}`" not in told and word not in quiet]
    assert lacking == []


def test_the_example_is_an_outcome_and_shows_every_field():
    text = PAGE.split("```yaml")[1].split("```")[0]
    document = yaml.safe_load(text)
    name, recipe = recipe_documents.read(document, queries.recipe_catalogue())
    assert (name, recipe.minimum) == ("buys-again", 50)
    assert document["spec"].keys() == set(_Spec.__struct_fields__)
    assert document["spec"]["inputs"]["orders"].keys() == set(_Input.__struct_fields__)
    assert next(iter(recipe.inputs["orders"].excludes)) == "our own people"


def test_every_input_of_the_catalogue_can_be_read_and_every_metric_asked():
    for recipe in queries.recipe_catalogue().values():
        assert recipe.doc
        assert recipe.better in {"more", "less"}
        for one in recipe.inputs.values():
            one.check()
    for metric in queries.catalogue().values():
        metric.measure()
        metric.left_out()
    versions = [one.version for one in queries.recipe_catalogue().values()]
    assert len(set(versions)) == len(versions)
