"""What the README tells a newcomer to type works as it stands there."""

import json
import re
from pathlib import Path

import yaml

from troth.promises.rules import document
from troth.signals import envelope

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_promise_in_the_readme_is_a_promise():
    text = re.search(r"<<'YAML'\n(.*?)\n +YAML", README, re.DOTALL)[1]

    terms = document.read(yaml.safe_load(text))

    assert terms.slug == "delivered-on-time"


def test_the_signal_in_the_readme_is_accepted():
    text = re.search(r"-d '(\[.*?\])'", README, re.DOTALL)[1]

    signals = envelope.decode_lines("\n".join(map(json.dumps, json.loads(text))))

    assert envelope.refusals(signals) == []


def test_every_file_that_the_readme_links_to_exists():
    links = re.findall(r"\]\(([^)#:]+)\)", README)

    assert [link for link in links if not (ROOT / link).exists()] == []
