"""What a reader chooses and is told: windows of uptime, the formula, and what is folded away."""

import re

import pytest

from tests.page.situations import town
from tests.page.support import published


@pytest.fixture
def root(tmp_path):
    return published(tmp_path, town())


def read(root, path):
    text = (root / path / "index.html").read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


@pytest.mark.mission("S3.11")
@pytest.mark.parametrize("lang", ["", "de/"])
def test_thirty_ninety_and_365_days_and_each_year_are_one_link_apart(root, lang):
    first = (root / lang / "uptime/index.html").read_text(encoding="utf-8")
    (choice,) = re.findall(r'<nav class="choose".*?</nav>', first, re.DOTALL)
    targets = re.findall(r'href="([^"]+)"', choice)
    assert len(targets) >= 4
    for name in ("uptime/30", "uptime/365", "uptime/2026"):
        assert (root / lang / name / "index.html").is_file(), name
        assert any(name in target for target in targets), (name, targets)
    assert choice.count("aria-current") == 1


def test_uptime_is_told_with_its_formula_raw_and_adjusted_and_what_is_left_out(root):
    said = read(root, "uptime")
    assert re.search(r"Oslo 100.000 % 99.907 % . 2 h", said)  # adjusted, counting all, planned
    for sentence in (
        "down 100 %, partly down 30 %, slow or limited 0 %, under maintenance 0 %",
        "Planned work is left out only if we announced it in time.",
        "Time without data counts on neither side; it is never called up.",
    ):
        assert sentence in said
    one = read(root, "components/web")
    assert all(f"Last {days} days" in one for days in (30, 90, 365))


def test_what_is_shown_only_when_degraded_is_counted_and_not_listed(root):
    front = read(root, "")
    assert "Old api" not in front
    assert "1 more works and is shown here only when it does not." in front
    assert "Mail carrier" in front


def test_a_service_of_somebody_else_says_so(root):
    assert "Another company runs this." in read(root, "components/mail-carrier")
