"""A score that was stored is on the page: written anew when it comes, with its own data."""

import json
import subprocess
import sys

import pytest

from tests.shop import HOUR, NOW
from troth.core import clock
from troth.page import actions
from troth.promises import jobs
from troth.promises.queries import scores

pytestmark = pytest.mark.usefixtures("place")


def test_a_new_score_is_published_with_its_data(shop, place):
    shop()
    actions.publish(now=NOW)
    current = place / "current"
    assert not (current / "method").exists()
    with clock.frozen(NOW + HOUR):
        now = clock.now()
        jobs.score(now=now)
        assert actions.is_due(now=now)
        actions.publish(now=now)
        held = scores.latest()
        html = (current / "index.html").read_text("utf-8")
        assert "How far can you rely on our word?" in html
        assert f"<b>{held.value:.0f}</b>" in html
        assert (current / "method" / "index.html").exists()
        told = json.loads((current / ".well-known" / "trust.json").read_text("utf-8"))
        assert told["score"]["day"] == str(held.day) == "2026-03-19"
        program = [sys.executable, "-I", current / "score" / "recompute.py"]
        assert subprocess.run(program, capture_output=True, check=False).returncode == 0
