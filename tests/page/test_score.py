"""What readers see of the score: the number with its interval, its reasons, and how to check it."""

import json
import re
import subprocess
import sys

import pytest

from tests.looks import findings
from tests.page.scored import DAY, deed, evidence, published, scored
from tests.page.support import NOON, company
from tests.page.support import published as written
from tests.page.test_browser import visit  # noqa: F401 - a fixture
from troth.core import clock
from troth.ui.words import MINUS, NOTHING


def read(place, name="index.html"):
    return (place / "current" / name).read_text("utf-8")


def text(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def place(tmp_path):
    """Return where a page with a score is written."""
    written(tmp_path, scored(company(), events=[deed()]))
    return tmp_path


SECTION = re.compile(r'<section aria-labelledby="score">.*?</section>', re.DOTALL)


def block(place, name="index.html"):
    return text(SECTION.search(read(place, name))[0])


def test_the_number_stands_with_its_interval_and_what_it_rests_on(place):
    said = block(place)
    held = published().score
    assert f"{held.value:.0f}" in said
    assert f"{held.low:.0f}{NOTHING}{held.high:.0f} 90 % interval" in said
    assert "evidence worth" in said
    assert "Quality (2 promises)" in said
    assert "Data protection (1 promise) not enough evidence" in said
    assert "Feedback (nothing promised or judged) " + NOTHING in said
    assert "We knew on Monday and told on Friday." in said


def test_what_moved_it_is_said_in_words(place):
    said = block(place)
    assert "points less than 28 days ago." in said
    assert re.search(rf"Street lights: {MINUS}\d+\.\d\. Kept less often, \d", said)


@pytest.mark.mission("S4.9")
def test_measured_and_felt_stand_side_by_side(place):
    said = block(place)
    assert f"What people feel: 64 (90 % interval 59{NOTHING}70, 212 answers)." in said
    assert "Measured less felt:" in said
    told = json.loads(read(place, ".well-known/trust.json"))["score"]
    assert told["felt"]["value"] == 64.2
    assert told["value"] != pytest.approx(64.2, abs=1)


@pytest.mark.mission("S4.17")
def test_without_enough_evidence_there_is_no_number_anywhere(tmp_path):
    few = [evidence(size=1), evidence("potholes", pillar="team", size=1)]
    written(tmp_path, scored(company(), every=few, felt=None))
    said = block(tmp_path)
    assert "There is no number: only 0 % of it would rest on enough evidence." in said
    assert "90 % interval" not in said
    told = json.loads(read(tmp_path, ".well-known/trust.json"))["score"]
    assert (told["value"], told["interval"], told["reason"]) == (None, None, "not_enough")
    assert all(pillar["value"] is None for pillar in told["pillars"])


def test_a_page_without_a_score_says_nothing_of_one(tmp_path):
    written(tmp_path, company())
    assert 'id="score"' not in read(tmp_path)
    assert not (tmp_path / "current" / "method").exists()
    assert json.loads(read(tmp_path, ".well-known/trust.json"))["score"] is None


def test_readers_compute_it_again_from_what_is_published(place):
    folder = place / "current" / "score"
    answer = subprocess.run(
        [sys.executable, "-I", folder / "recompute.py"], capture_output=True, check=False
    )
    assert answer.returncode == 0, answer.stdout
    told = json.loads(read(place, ".well-known/trust.json"))["score"]
    data = json.loads((folder / "score.json").read_text("utf-8"))
    assert data["published"][0] == f"{told['value']:.1f}"
    assert data["day"] == told["day"] == str(DAY)
    assert "/method/" in read(place, "sitemap.xml")


def test_the_method_names_every_promise_constant_and_version(place):
    said = text(read(place, "method/index.html"))
    for words in (
        "Street lights", "Potholes", "failures by failures allowed", "Version 0",
        "Days after which a case counts half", "What a concealment takes", "Ada Lovelace",
    ):  # fmt: skip
        assert words in said
    german = text(read(place, "de/method/index.html"))
    assert "Wie die Punktzahl entsteht" in german
    assert "Fehler je erlaubtem Fehler" in german
    assert "Abstand" in german


def test_what_was_explained_is_told_and_weighs_no_more(tmp_path):
    gone = deed(withdrawn_at=NOON, withdrawn_why="The date was wrong.")
    written(tmp_path, scored(company(), events=[gone]))
    assert "We knew on Monday" not in block(tmp_path)
    assert "Explained: The date was wrong." in text(read(tmp_path, "method/index.html"))


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/", "/method/", "/de/method/"])
def test_it_can_be_read_by_everyone(visit, path):  # noqa: F811 - the fixture
    picture = scored(company(written_at=clock.now()), events=[deed()])
    page = visit(path, picture)
    assert findings(page) == []
    assert page.complaints == []
