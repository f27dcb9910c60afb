"""Routes and escalations as files: declared, changed, taken over from the desk, exported, ended."""

import pytest

from tests.notify.letters import NOON
from tests.notify.test_outlets import apply
from troth.core.problems import DocumentError
from troth.notify.actions.escalating import declare_escalation
from troth.notify.actions.routing import route
from troth.notify.filing import drawer
from troth.notify.models import Escalation, Subscription
from troth.notify.queries import duty
from troth.notify.rules.duties import ALARMS
from troth.people.queries import address_of

pytestmark = pytest.mark.django_db
PAGER = """
apiVersion: troth/v1
kind: Route
metadata: {name: pager, title: Pager}
spec: {channel: apprise, address: {env: PAGER_ADDRESS}}
"""
BOSS = """
apiVersion: troth/v1
kind: Route
metadata: {name: boss}
spec: {channel: email, address: boss@shop.example, hears: [alarms, incidents], floor: major}
"""
SHOP = """
apiVersion: troth/v1
kind: Escalation
metadata: {name: shop, title: Shop}
spec:
  steps:
    - {after: 0, routes: [pager]}
    - {after: 15m, routes: [pager, boss]}
"""
FILES = f"{SHOP}---{PAGER}---{BOSS}"
SECRET = "gotify://push.example/a-token"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("PAGER_ADDRESS", SECRET)


def verbs(steps):
    return [(verb, kind, name) for verb, kind, name, _fields in steps]


def exported():
    return {name: document["spec"] for name, document in drawer.export()}


@pytest.mark.mission("S2.16")
def test_they_stand_in_files_and_are_exported_without_secrets():
    made = [("create", "Route", "pager"), ("create", "Route", "boss"),
            ("create", "Escalation", "shop")]  # fmt: skip
    assert verbs(apply(FILES)) == made
    assert {verb for verb, *_ in apply(FILES)} == {"same"}
    pager = Subscription.objects.get(uid="route-pager")
    assert (address_of(pager.contact), pager.events, pager.is_ours) == (SECRET, ALARMS, True)
    assert Escalation.objects.get().steps == [
        {"after": 0, "subscriptions": ["route-pager"]},
        {"after": 15, "subscriptions": ["route-pager", "route-boss"]},
    ]
    assert exported() == {
        "route-pager": {"channel": "apprise", "hears": ["alarms"]},
        "route-boss": {"channel": "email", "hears": ["alarms", "incidents"], "floor": "major",
                       "address": "boss@shop.example"},
        "escalation-shop": {"steps": [{"after": "0m", "routes": ["pager"]},
                                      {"after": "15m", "routes": ["pager", "boss"]}]},
    }  # fmt: skip


def test_the_desk_leaves_to_files_what_files_keep():
    apply(FILES)
    assert [one.is_of_files for one in duty.routes()] == [True, True]


def test_what_is_exported_can_be_applied_and_changes_nothing():
    import yaml

    apply(FILES)
    written = "---\n".join(yaml.safe_dump(document) for _, document in drawer.export())
    assert {verb for verb, *_ in apply(written)} == {"same"}


def test_another_address_is_a_change_that_does_not_tell_it(monkeypatch):
    apply(FILES)
    monkeypatch.setenv("PAGER_ADDRESS", SECRET.replace("token", "tulip"))
    changed = [one for one in apply(FILES) if one[0] != "same"]
    assert changed == [("change", "Route", "pager", ("spec.address",))]
    assert "tulip" in address_of(Subscription.objects.get(uid="route-pager").contact)


def test_a_secret_stands_in_a_file_of_its_own(tmp_path):
    (tmp_path / "pager").write_text(f"{SECRET}\n")
    apply(PAGER.replace("{env: PAGER_ADDRESS}", f"{{file: {tmp_path / 'pager'}}}"))
    assert address_of(Subscription.objects.get().contact) == SECRET


def test_what_leaves_the_files_ends_and_comes_back():
    apply(FILES)
    assert verbs(apply("", prune=True)) == [
        ("retire", "Escalation", "shop"), ("retire", "Route", "boss"), ("retire", "Route", "pager"),
    ]  # fmt: skip
    assert exported() == {}
    assert {verb for verb, *_ in apply(FILES)} == {"create"}
    assert len(exported()) == 3


def test_files_take_over_what_the_desk_made_and_escalations_go_on_naming_it():
    made = route(name="Boss", channel="email", address="boss@shop.example", events=ALARMS,
                 author="Ada", now=NOON)  # fmt: skip
    steps = [{"after": 5, "subscriptions": [made.uid]}]
    declare_escalation(slug="night", name="Night", steps=steps, author="Ada", now=NOON)
    assert set(exported()) == {"route-boss", "escalation-night"}
    assert verbs(apply(BOSS)) == [("change", "Route", "boss")]
    assert Subscription.objects.get().uid == "route-boss"
    assert Escalation.objects.get().steps == [{"after": 5, "subscriptions": ["route-boss"]}]


@pytest.mark.parametrize(
    ("text", "field", "message"),
    [
        (PAGER.replace("PAGER_ADDRESS", "NOWHERE"), "spec.address", "the environment has no"),
        (PAGER.replace("{env: PAGER_ADDRESS}", "{file: /nowhere}"), "spec.address", "be read"),
        (PAGER.replace("{env: PAGER_ADDRESS}", "{key: x}"), "spec.address", "must be a text"),
        (PAGER.replace("apprise", "pigeon"), "spec.channel", "is no channel"),
        (BOSS.replace("boss@shop.example", '""'), "spec.address", "is missing"),
        (BOSS.replace("incidents", "weather"), "spec.hears", "is nothing to be told of"),
        (BOSS.replace("floor: major", "outlet: none-such"), "spec.outlet", "there is no outlet"),
        (BOSS.replace("name: boss", f"name: {'b' * 40}"), "metadata.name", "is longer than 34"),
        (SHOP, "spec.steps[0].routes", "there is no route “pager”"),
        (SHOP.replace("15m", "soon"), "spec.steps[1].after", "is no duration"),
        (SHOP.replace("after: 15m", "later: 15m"), "spec.steps[1].later", "no such field"),
    ],
)
def test_what_is_wrong_is_said_with_its_field(text, field, message):
    with pytest.raises(DocumentError) as caught:
        apply(text)
    found = [one for one in caught.value.problems if one.field.endswith(field)]
    assert found, caught.value.problems
    assert message in found[0].message
    assert not Subscription.objects.exists()
