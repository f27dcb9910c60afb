"""What docs/feedback.md shows can be declared as it stands."""

import re
from pathlib import Path

import pytest
import yaml

from tests.feedback.writing import NOON
from troth.promises import actions as promises

TEXT = (Path(__file__).parents[2] / "docs" / "feedback.md").read_text(encoding="utf-8")


@pytest.mark.django_db
def test_the_promise_that_is_shown_can_be_declared():
    (block,) = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
    made = promises.declare(spec=yaml.safe_load(block), author="Ada", now=NOON)
    assert made.spec["spec"]["signals"]["kind"] == "feedback.reply"
