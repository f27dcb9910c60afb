"""A test from the desk: an outlet, an address, a route; what the other side said is shown."""

import pytest

from tests.notify.outbox import deliver, program, with_values
from troth.notify.models import Delivery, Outlet, Subscription

pytestmark = pytest.mark.django_db
ROOT = "/desk/messages/outlets/"


@pytest.fixture
def desk(signed_in, ada, settings):
    settings.TROTH = with_values(settings.TROTH, probe_private=True)
    return signed_in(ada)


@pytest.mark.mission("S2.27")
def test_an_address_is_tried_and_the_answer_is_said(desk):
    with program() as other:
        other.answers = [(200, {}), (410, {}), (503, {})]
        said = [
            desk.post(f"{ROOT}test/", {"address": other.url, "language": "de"}).content.decode()
            for _ in range(3)
        ]
        assert len(other.taken) == 3
    assert "It was taken." in said[0]
    assert "Nobody is there any more" in said[1]
    assert "Not now" in said[2]


def test_an_outlet_is_tried_with_its_own_settings_and_secrets(desk):
    with program() as other:
        server = other.url.removesuffix("/hook")
        given = {"name": "Pings", "slug": "pings", "setting_server": server,
                 "secret_token": "tk_secret"}  # fmt: skip
        answer = desk.post(f"{ROOT}new/ntfy/", given)
        assert answer.status_code == 302, answer.context["form"].errors
        text = desk.post(f"{ROOT}pings/test/", {"address": "our-topic", "language": "en"})
        assert "It was taken." in text.content.decode()
        assert "tk_secret" not in text.content.decode()
        [(headers, _body)] = other.taken
        assert "tk_secret" in headers["authorization"]


@pytest.mark.parametrize("torn", ["", "nowhere", "http://", "fax:1", "mailto:nobody"])
def test_an_address_that_makes_no_sense_is_named_at_its_field(torn, desk):
    answer = desk.post(f"{ROOT}test/", {"address": torn, "language": "en"})
    assert answer.status_code == 422
    assert "address" in answer.context["form"].errors


def test_an_outlet_that_is_the_reader_itself_asks_for_no_address(desk):
    Outlet.objects.create(
        slug="fedi", channel="mastodon", name="Fedi", created_at="2026-01-01T00:00Z"
    )
    form = desk.get(f"{ROOT}fedi/test/").context["form"]
    assert list(form.fields) == ["language"]
    assert desk.post(f"{ROOT}fedi/test/", {"language": "en"}).status_code == 422  # no settings


def test_only_owners_try_and_nothing_is_tried_by_looking(signed_in, ben, desk):
    assert signed_in(ben).get(f"{ROOT}test/").status_code == 403
    assert desk.get(f"{ROOT}test/").status_code == 200
    assert desk.get(f"{ROOT}nothing/test/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_route_is_tested_through_the_outbox(desk, signed_in, cleo):
    with program() as other:
        desk.post("/desk/messages/on-call/routes/new/", {
            "name": "Pager", "channel": "webhook", "address": other.url, "hears": ["alarms"],
            "floor": "0"})  # fmt: skip
        [route] = Subscription.objects.all()
        page = f"/desk/messages/on-call/routes/{route.uid}/test/"
        assert signed_in(cleo).post(page).status_code == 403
        answer = desk.post(page, follow=True)
        assert "A test is on its way" in answer.content.decode()
        deliver()
        assert [one["type"] for one in other.bodies] == ["test"]
    assert Delivery.objects.get().state == "accepted"
    assert desk.post("/desk/messages/on-call/routes/nobody/test/").status_code == 404
