"""The page on metrics names what there is, and its example can be declared."""

from pathlib import Path

import yaml

from troth.metrics import definitions, queries

PAGE = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text()


def test_each_metric_of_the_catalogue_has_its_line():
    assert [name for name in queries.catalogue() if f"`{name}`" not in PAGE] == []


def test_the_example_is_a_metric_and_shows_every_field():
    text = PAGE.split("```yaml")[1].split("```")[0]
    found = definitions.read(yaml.safe_load(text), queries.catalogue())
    assert found.measure.sketch
    fields = yaml.safe_load(text)["spec"].keys()
    assert fields == set(definitions._Spec.__struct_fields__)


def test_every_address_is_named():
    from troth.metrics.api import router

    assert [
        path for path in router.path_operations if path.split("{")[0].rstrip("/") not in PAGE
    ] == []
