"""A library that is not installed: its messages wait and say why; nobody calls them unknown."""

import sys

import pytest

from tests.notify.outbox import deliver, mail_sink, mailing, program, reader, spread, states, story
from troth.core import clock
from troth.notify.actions.telling import tell
from troth.notify.courier import handing
from troth.notify.models import Attempt, Delivery, Outlet

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.mission("S2.20"),
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated"),  # Apprise's own
]
NAMED = "a library that this channel needs cannot be loaded here: "


@pytest.fixture
def lacking(monkeypatch):
    """Make libraries as if they were not installed, until they are given back."""

    def lack(*names):
        for name in names:
            monkeypatch.setitem(sys.modules, name, None)
            # A carrier that was loaded before is loaded anew.
            monkeypatch.setattr(handing, "_known", {})
        return monkeypatch

    return lack


def say():
    tell(story=story(is_urgent=True), by="Ada", now=clock.now())
    spread()


def again():
    """Deliver once more, in a courier that begins anew."""
    assert Delivery.objects.update(due_at=clock.now())
    deliver()


def outlet(port):
    settings = {"host": "127.0.0.1", "port": port, "security": "none"}
    return Outlet.objects.create(slug="m", channel="email", name="Mail", created_at=clock.now(),
                                 is_default=True, settings=settings)  # fmt: skip


def test_mails_wait_for_their_library_and_leave_when_it_is_there(tmp_path, lacking):
    with mail_sink(tmp_path) as sink, mailing(sink.port):
        made = outlet(sink.port)
        for name in "ab":
            reader(f"{name}@example.org")
        say()
        patch = lacking("aiosmtplib")
        deliver()
        assert states() == ["queued"] * 2
        rows = Delivery.objects.values_list("tries", "ended_at")
        assert set(rows) == {(0, None)}
        assert Delivery.objects.filter(said__contains="aiosmtplib").exists()
        assert set(Attempt.objects.values_list("fate", flat=True)) <= {"later"}
        made.refresh_from_db()
        assert made.failing_since is not None
        assert made.problem.startswith(NAMED)
        assert "aiosmtplib" in made.problem
        assert sink.lines == []
        patch.undo()
        again()
        assert states() == ["accepted"] * 2
        assert sorted(sink.readers) == ["a@example.org", "b@example.org"]
        made.refresh_from_db()
        assert (made.failing_since, made.problem) == (None, "")


def test_a_carrier_that_cannot_be_loaded_itself_leaves_nothing_unknown(tmp_path, lacking):
    with mail_sink(tmp_path) as sink, mailing(sink.port):
        reader()
        say()
        lacking("troth.notify.carriers.smtp")
        deliver()
        assert states() == ["queued"]
        assert Delivery.objects.get().said.startswith(NAMED)
        assert sink.lines == []


def test_a_webhook_that_cannot_be_signed_waits(lacking):
    with program() as hook, mailing(1):
        reader(hook.url, channel="webhook")
        say()
        patch = lacking("standardwebhooks")
        deliver()
        row = Delivery.objects.get()
        assert (row.state, row.tries) == ("queued", 0)
        assert "standardwebhooks" in row.said
        assert row.due_at > clock.now()
        patch.undo()
        again()
        assert states() == ["accepted"]
        assert len(hook.taken) == 1


def test_what_goes_by_apprise_waits_for_it(lacking):
    lacking("apprise")
    with mailing(1):
        reader("json://127.0.0.1:1/x", channel="apprise")
        say()
        deliver()
        row = Delivery.objects.get()
        assert (row.state, row.tries) == ("queued", 0)
        assert row.said == "Apprise is not installed here: add the extra “channels”"
