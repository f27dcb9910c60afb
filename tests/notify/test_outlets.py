"""Outlets: declared on the desk or in files, changed without telling secrets again, retired."""

import pytest

from tests.notify.letters import NOON
from tests.notify.test_trying import outlet
from troth.core import documents, filing
from troth.core.problems import DocumentError
from troth.notify.actions.outlets import declare_outlet, retire_outlet
from troth.notify.filing import drawer
from troth.notify.models import Outlet
from troth.notify.queries.outlets import default_outlet, plain, settings_of

pytestmark = pytest.mark.django_db
FILE = """
apiVersion: troth/v1
kind: Outlet
metadata: {name: pings, title: Pings of the team}
spec:
  channel: ntfy
  settings: {server: https://n.example}
  secrets: {token: hidden}
  default: true
"""


def apply(text, *, prune=False):
    folder = documents.load([("a.yaml", text)], language=filing.language([drawer]))
    plan = filing.plan(drawers=[drawer], folder=folder, prune=prune)
    filing.carry_out(plan=plan, author="apply", now=NOON)
    return [(step.verb, step.kind, step.name, step.fields) for step in plan.steps]


def test_an_outlet_stands_in_a_file_and_is_exported_without_its_secrets():
    assert apply(FILE) == [("create", "Outlet", "pings", ())]
    row = Outlet.objects.get()
    assert settings_of(row).token == "hidden"
    assert apply(FILE) == [("same", "Outlet", "pings", ())]
    ((name, document),) = drawer.export()
    assert name == "outlet-pings"
    assert document["metadata"] == {"name": "pings", "title": "Pings of the team"}
    assert document["spec"] == {
        "channel": "ntfy", "settings": {"server": "https://n.example"}, "default": True,
    }  # fmt: skip


def test_a_new_secret_is_a_change_and_no_secret_keeps_the_old_one():
    apply(FILE)
    changed = apply(FILE.replace("hidden", "other"))
    assert changed == [("change", "Outlet", "pings", ("spec.secrets",))]
    assert apply(FILE.replace("  secrets: {token: hidden}\n", ""))[0][0] == "same"
    assert settings_of(Outlet.objects.get()).token == "other"


def test_a_secret_may_stand_in_the_environment_instead_of_the_file(monkeypatch):
    referring = FILE.replace("hidden", "{env: PINGS_TOKEN}")
    with pytest.raises(DocumentError, match="the environment has no PINGS_TOKEN"):
        apply(referring)
    monkeypatch.setenv("PINGS_TOKEN", "hidden")
    apply(referring)
    assert settings_of(Outlet.objects.get()).token == "hidden"
    assert apply(FILE)[0][0] == "same"


def test_what_leaves_the_files_is_retired():
    apply(FILE)
    assert apply("", prune=True) == [("retire", "Outlet", "pings", ())]
    assert default_outlet("ntfy") is None


def test_one_outlet_is_its_channel_s_default():
    for slug in ("first", "second"):
        document = outlet(slug, "ntfy", "https://n.example")
        declare_outlet(document=document, author="ada", now=NOON)
    assert default_outlet("ntfy").slug == "second"
    assert Outlet.objects.filter(is_default=True).count() == 1


def test_a_retired_outlet_comes_back_when_it_is_declared_again():
    row = declare_outlet(document=outlet("a", "ntfy", "https://n.example"), author="a", now=NOON)
    retire_outlet(outlet=row, author="a", now=NOON)
    back = declare_outlet(document=plain(row), author="a", now=NOON)
    assert back.retired_at is None
    assert settings_of(back).token == "hidden"


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"channel": "pigeon"}, "spec.channel", "is no channel"),
        ({"settings": {"server": "nowhere"}}, "spec.settings", "begin with https://"),
        ({"settings": {"token": "x"}}, "spec.secrets.token", "stands under secrets"),
        ({"secrets": {"pass": "x"}}, "spec.settings.pass", "is no secret of ntfy"),
        ({"default": "yes"}, "spec.default", "must be true or false"),
        ({"per_second": -1}, "spec.per_second", "must be a number of messages"),
        ({"colour": "red"}, "spec.colour", "there is no such field"),
        ({"settings": "x"}, "spec.settings", "must hold named fields"),
    ],
)
def test_what_is_wrong_is_said_with_its_field(change, field, message):
    document = outlet("a", "ntfy", "https://n.example")
    document["spec"] |= change
    with pytest.raises(DocumentError) as caught:
        declare_outlet(document=document, author="ada", now=NOON)
    (problem,) = caught.value.problems
    assert problem.field == field
    assert message in problem.message
