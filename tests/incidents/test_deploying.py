"""What was put into service before an incident, and that it began with that."""

import shutil
from dataclasses import replace

import pytest
from scene import DAY, HOUR, MINUTE, NOON, Status, component, final, opening

from troth.core import clock
from troth.incidents import actions, queries
from troth.incidents.actions import NotAllowed
from troth.incidents.models import Began, TimelineEntry
from troth.incidents.queries.deploys import deploys
from troth.signals import actions as signals
from troth.signals.envelope import Signal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_store(tmp_path, settings):
    settings.TROTH = replace(settings.TROTH, data_dir=tmp_path)


def put(*, key, at, kind="deploy", source="ci", **more):
    """Let a signal tell of a deploy, and be stored."""
    one = Signal(source=source, kind=kind, key=key, happened_at=at, **more)
    now = max(at, NOON) + MINUTE
    signals.accept(batches=[[one]], door="test", now=now)
    while signals.seal(now=now).rows:
        pass


@pytest.fixture
def incident():
    row = actions.open_(opening=opening(impacts={component(): Status.MAJOR}), by="Ada",
                        now=NOON, publish=True)  # fmt: skip
    put(key="v1", at=NOON - 7 * HOUR)
    put(key="v2", at=NOON - 2 * HOUR, touchpoint="shop", outcome="ok", segment={"version": "2.0"})
    put(key="v3", at=NOON - 20 * MINUTE, kind="release", source="shipper", evidence="git:abc")
    put(key="v4", at=NOON + 5 * MINUTE)
    put(key="other", at=NOON - HOUR, kind="delivery")
    return row


@pytest.mark.mission("S2.7")
def test_deploys_that_precede_the_onset_are_listed_the_newest_first(incident):
    found = deploys(incident.uid)
    assert [(one.key, one.before) for one in found] == [("v3", 20 * MINUTE), ("v2", 2 * HOUR)]
    assert [one.said for one in found] == ["git:abc", "ok, version 2.0"]
    assert found[1].touchpoint == "shop"


@pytest.mark.mission("S2.7")
@pytest.mark.parametrize("is_public", [True, False])
def test_an_incident_began_with_a_deploy_and_the_post_mortem_tells_it_if_wished(
    incident, is_public
):
    uid = incident.uid
    asked = {"uid": uid, "source": "ci", "key": "v2", "is_public": is_public, "by": "Ada"}
    first = actions.begin_with(**asked, now=NOON + MINUTE)
    assert actions.begin_with(**asked, now=NOON + 2 * MINUTE) == first
    assert Began.objects.count() == TimelineEntry.objects.count() == 1
    assert [one.number for one in deploys(uid)] == [None, first.pk]
    actions.resolve(uid=uid, message=final(), by="Ada", now=NOON + HOUR)
    parts = dict.fromkeys(("apology", "cause", "fix", "prevention"), "As it was, in a few words.")
    actions.write_postmortem(uid=uid, parts=parts, by="Ada", now=NOON + DAY)
    actions.publish_postmortem(uid=uid, by="Ada", now=NOON + DAY)
    told = queries.incident(uid).postmortem.timeline
    wanted = [(NOON - 2 * HOUR, "Deploy of shop: ok, version 2.0")] if is_public else []
    assert [(one.at, one.text) for one in told] == wanted


def test_it_is_taken_back_with_its_moment(incident):
    found = actions.begin_with(uid=incident.uid, source="ci", key="v2", is_public=True, by="Ada",
                               now=NOON)  # fmt: skip
    for _ in range(2):
        actions.take_beginning_back(uid=incident.uid, number=found.pk, by="Ada", now=NOON)
    assert not TimelineEntry.objects.exists()
    assert [one.number for one in deploys(incident.uid)] == [None, None]


def test_a_deploy_that_nobody_told_of_began_nothing(incident):
    for key in ("v1", "v4", "other", "none"):
        with pytest.raises(NotAllowed):
            actions.begin_with(uid=incident.uid, source="ci", key=key, is_public=False, by="Ada",
                               now=NOON)  # fmt: skip


def test_a_link_outlives_its_signal(incident):
    actions.begin_with(uid=incident.uid, source="ci", key="v2", is_public=False, by="Ada", now=NOON)
    put(key="v2", at=NOON - 30 * DAY, version=2)
    assert [(one.key, one.before) for one in deploys(incident.uid)] == [
        ("v3", 20 * MINUTE), ("v2", 2 * HOUR),
    ]  # fmt: skip


def test_an_incident_is_shown_while_the_signals_cannot_be_read(incident, signed_in, vic, tmp_path):
    actions.begin_with(uid=incident.uid, source="ci", key="v2", is_public=False, by="Ada", now=NOON)
    shutil.rmtree(tmp_path / "signals")
    seen = signed_in(vic).get(f"/desk/status/incidents/{incident.uid}/")
    assert seen.status_code == 200
    assert [one.key for one in deploys(incident.uid)] == ["v2"]


@pytest.mark.mission("S2.7")
def test_one_click_on_the_desk_says_so(incident, signed_in, ben, vic):
    address = f"/desk/status/incidents/{incident.uid}/"
    with clock.frozen(NOON + 10 * MINUTE):
        seen = signed_in(vic).get(address).content.decode()
        assert "Put into service just before" in seen
        assert "20\u202fmin before the beginning" in seen
        assert "It began with this deploy<" not in seen  # who may only look
        editor = signed_in(ben)
        said = {"source": "ci", "key": "v2", "told": "all"}
        assert signed_in(vic).post(f"{address}beginnings/", said).status_code == 403
        editor.post(f"{address}beginnings/", said)
        found = Began.objects.get()
        assert (found.key, found.moment.is_public) == ("v2", True)
        assert "It began with this deploy.</b>" in editor.get(address).content.decode()
        editor.post(f"{address}beginnings/{found.pk}/end/")
        assert not Began.objects.exists()
