"""Strings that break things, as what is searched and written, and as what is said about cases."""

import html
import json

import pytest

from tests.shop import NOW, document, judged, parcel
from troth.promises import queries
from troth.signals import actions as signals
from troth.signals import queries as kept

pytestmark = [pytest.mark.shared]


@pytest.fixture
def naughty(shared):
    path = shared / "messy" / "blns" / "blns.json"
    return [text for text in json.loads(path.read_text(encoding="utf-8")) if text.strip()]


def test_whatever_is_searched_or_written_comes_back_as_text(shop, naughty, ben, signed_in):
    shop()
    browser = signed_in(ben)
    for text in naughty[::7] + [text for text in naughty if "<" in text][:40]:
        found = browser.get("/desk/promises/", {"search": text})
        assert f'value="{html.escape(text[:200])}"' in found.text
        sent = {"yaml": json.dumps(document(text=text)), "number": "1", "reason": text}
        shown = browser.post("/desk/promises/on-time/edit/", sent | {"wish": "preview"})
        assert shown.status_code in {200, 422}
        assert f"\n{html.escape(sent['yaml'])}</textarea>" in shown.text
    assert queries.document("on-time")["spec"]["text"].startswith("Your parcel")


def test_what_is_said_about_a_case_reaches_every_screen_as_text(shop, naughty, vic, signed_in):
    shop()
    batch = [
        parcel(20, key=f"naughty-{number}", segment={"country": text[:100]})
        for number, text in enumerate(naughty)
    ]
    signals.accept(batches=[batch], door="test", now=NOW)
    judged()
    browser = signed_in(vic)
    for path in ("", "cases/", "cases/?search=naughty", "?by=country"):
        assert browser.get(f"/desk/promises/on-time/{path}").status_code == 200
    for number in range(0, len(naughty), 10):
        asked = {"source": "shop", "key": f"naughty-{number}"}
        (row,) = kept.store().history(**asked)
        assert f"<dd>{html.escape(row.segment['country'])}</dd>" in browser.get(
            "/desk/case/", asked
        ).text  # fmt: skip
