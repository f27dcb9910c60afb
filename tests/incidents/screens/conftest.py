"""What the tests of the screens share: filled-in forms and the small company next door."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from troth.incidents.models import Incident

sys.path.insert(0, str(Path(__file__).parents[1]))

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)


@pytest.fixture
def filled():
    """Return a function that fills the composer in: `filled(name="…", do="send")`."""

    def fill(**more):
        return {
            "name": "Payments fail", "problem": "Orders fail with an error 500.",
            "affects": "Everyone who pays by card.", "workaround": "None known.",
            "started_at": "2026-03-18T11:30", "state": "investigating",
            "body": "We are looking into it.", "next_due_at": "2026-03-18T12:15", "do": "send",
            **more,
        }  # fmt: skip

    return fill


@pytest.fixture
def post():
    """Return a function that sends a form and gives the answer's text."""

    def send(browser, path, code=302, **data):
        answer = browser.post(f"/desk/status/{path}", data)
        assert answer.status_code == code, answer.content.decode()[-3000:]
        return answer.content.decode() if code != 302 else answer.url

    return send


@pytest.fixture
def read():
    def get(browser, path, code=200):
        answer = browser.get(f"/desk/status/{path}")
        assert answer.status_code == code, answer.content.decode()[-3000:]
        return answer.content.decode()

    return get


@pytest.fixture
def latest(db):
    """Return a function that gives the newest incident's row."""
    return lambda: Incident.objects.order_by("-id").first()


__all__ = ["NOON", "timedelta"]
