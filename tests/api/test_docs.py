import re
from pathlib import Path

from ninja import Schema

from troth.config.api import api

DOCS = Path(__file__).parents[2] / "docs"


def test_the_documentation_lists_every_operation_and_no_other():
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `([A-Z]+ /api/v1/[^`]+)`", text, flags=re.MULTILINE))
    paths = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    there = {f"{method.upper()} {path}" for path, each in paths.items() for method in each}
    assert told == there


def test_every_operation_says_what_it_does_and_how_it_refuses():
    for path, operations in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description"), f"{method} {path}"
            assert "default" in operation["responses"]


def test_the_links_in_the_documentation_lead_somewhere():
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (DOCS / link).is_file(), link


def test_no_two_shapes_share_a_name():
    """The schema knows shapes by name: a second one of the same name would hide the first."""
    named = set(re.findall(r"#/components/schemas/(\w+)", str(api.get_openapi_schema())))
    shapes = [shape for shape in below(Schema) if shape.__module__.startswith("troth.")]
    twice = {shape.__name__ for shape in shapes if shape.__name__ in named}
    assert sorted(
        name for name in twice if len({s for s in shapes if s.__name__ == name}) > 1
    ) == []  # fmt: skip


def below(kind):
    for one in kind.__subclasses__():
        yield one
        yield from below(one)
