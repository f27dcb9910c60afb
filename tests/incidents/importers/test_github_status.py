"""GitHub's real history: its figures come out by the real verbs, and nothing counts twice."""

import json

import pytest

from troth.components.models import Component, Condition
from troth.components.queries import revision
from troth.incidents.models import Counter, Incident, Update

pytestmark = [pytest.mark.shared, pytest.mark.django_db]


@pytest.fixture
def file(shared):
    return shared / "github_status/incidents.jsonl.gz"


def shares(troth, *arguments):
    told = json.loads(troth("uptime", *arguments, "--json"))
    return {one["impact"]: round(100 * one["share"], 3) for one in told["impacts"]}


@pytest.mark.mission("S3.4")
def test_githubs_published_figures_come_out_of_an_import(troth, file):
    troth("import", "github-status", file)
    for year, minor, major, actions in (
        ("2023", 97.058, 99.466, 98.705),
        ("2024", 97.470, 99.286, 99.255),
    ):
        together = shares(troth, "--year", year)
        assert (together["minor"], together["major"]) == (minor, major)
        assert shares(troth, "--component", "Actions", "--year", year)["minor"] == actions
    assert "99.255 %" in troth("uptime", "--component", "Actions", "--year", "2024")


def counted():
    models = (Component, Condition, Incident, Update)
    counter = Counter.objects.values_list("number", flat=True).first()
    return [model.objects.count() for model in models], counter, revision()


def test_a_second_import_changes_nothing(troth, file):
    first = json.loads(troth("import", "github-status", file, "--json"))
    before = counted()
    again = json.loads(troth("import", "github-status", file, "--json"))
    assert first["incidents"] == {"new": 399, "changed": 0, "same": 0}
    assert again["incidents"] == {"new": 0, "changed": 0, "same": 399}
    assert again["components_declared"] == []
    assert counted() == before
