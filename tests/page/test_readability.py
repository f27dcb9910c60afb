import re
from pathlib import Path

import pytest
import yaml

from tests.page.support import NOON
from tests.page.test_messages import messages
from tests.page.test_publish import declare
from troth.page.readability import reading

DEMO = Path(__file__).parents[2] / "troth" / "config" / "demo" / "promises.yaml"
WORDS = 8  # a formula says nothing about fewer


@pytest.mark.mission("S2.12")
@pytest.mark.parametrize("language", ["en", *messages.LANGUAGES])
def test_every_text_of_the_page_is_plain(language):
    read = messages.read_po(messages.po_path("de" if language == "en" else language))
    texts = [m.text for m in read] if language == "en" else [said[0] for said in read.values()]
    for text in texts:
        found = reading(re.sub(r"%\(\w+\)[sd]|\{\w+\}", "x", text), language)
        assert found.words < WORDS or found.is_plain, (text, found)


def test_the_promises_of_the_demo_are_plain():
    for document in yaml.safe_load_all(DEMO.read_text(encoding="utf-8")):
        spec = document["spec"]
        assert reading(spec["text"]).is_plain
        assert reading(spec["translations"]["de"]["text"], "de").is_plain


@pytest.mark.parametrize(
    ("text", "language", "plain"),
    [
        ("A fallen branch is gone by the day we name.", "en", True),
        ("Ein Ast ist bis zu dem Tag weg, den wir nennen.", "de", True),
        (
            "Remuneration shall be reimbursed in accordance with applicable regulations.",
            "en",
            False,
        ),
        (
            "Die Bearbeitung erfolgt unter Berücksichtigung betrieblicher Gegebenheiten.",
            "de",
            False,
        ),
        ("We come " + "and we go " * 12 + ".", "en", False),
        ("", "en", True),
        ("24/7", "en", True),
    ],
)
def test_long_words_and_long_sentences_are_hard(text, language, plain):
    assert reading(text, language).is_plain is plain


@pytest.mark.usefixtures("place")
def test_the_desk_names_what_is_hard_to_read(signed_in, vic):
    declare("plain", now=NOON)
    declare(
        "hard", now=NOON, text="Remuneration shall be reimbursed in accordance with regulations."
    )
    text = signed_in(vic).get("/desk/page/").text
    assert "Hard to read" in text
    assert "/desk/promises/hard/edit/" in text
    assert "/desk/promises/plain/edit/" not in text
