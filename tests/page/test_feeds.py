import json

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.page.support import company, flip, published, shown
from troth.page.edition import editions
from troth.page.feeds import atom, json_feed, rss
from troth.page.picture import Picture
from troth.page.story import told
from troth.promises.rules.results import Verdict

FOLDERS = ["", "de/"]


@pytest.fixture
def root(tmp_path, picture):
    return published(tmp_path, picture)


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("name", ["rss.xml", "atom.xml"])
def test_feeds_are_well_formed_and_tell_every_change(root, picture, folder, name):
    feed = feedparser.parse((root / folder / name).read_bytes())
    assert not feed.bozo
    assert len(feed.entries) == len(picture.events) == 4
    assert len({entry.id for entry in feed.entries}) == 4
    assert feed.feed.language == (folder.rstrip("/") or "en")
    assert all(entry.link.startswith("https://city.example/") for entry in feed.entries)


@pytest.mark.mission("S4.5")
def test_a_broken_promise_is_news_in_both_languages(root):
    english = feedparser.parse((root / "atom.xml").read_bytes())
    german = feedparser.parse((root / "de/atom.xml").read_bytes())
    assert "We broke our promise “Street lights”." in [e.title for e in english.entries]
    assert "Wir haben unser Versprechen „Laternen“ gebrochen." in [e.title for e in german.entries]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_json_feed_is_version_1_1(root, folder):
    feed = json.loads((root / folder / "feed.json").read_bytes())
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert set(feed) == {
        "version", "title", "description", "home_page_url", "feed_url", "language", "items",
    }  # fmt: skip
    for item in feed["items"]:
        assert item["id"].startswith("https://city.example/#street-lights/")
        assert item["content_text"]
        assert item["date_published"].endswith("Z")


def test_the_same_change_keeps_its_name_in_every_feed(root):
    ids = [
        {e.id for e in feedparser.parse((root / folder / name).read_bytes()).entries}
        for folder in FOLDERS
        for name in ("rss.xml", "atom.xml")
    ]
    ids += [
        {item["id"] for item in json.loads((root / folder / "feed.json").read_bytes())["items"]}
        for folder in FOLDERS
    ]
    assert all(found == ids[0] for found in ids)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60))
def test_any_name_survives_in_every_feed(name):
    whole = company()
    odd = shown("odd", name=name, flips=(flip("odd", "kept", Verdict.BROKEN),))
    edition = editions(Picture(whole.site, whole.written_at, None, (odd,)))[0]
    with edition.spoken():
        events = told(edition, edition.picture.events)
        parsed = feedparser.parse(atom(edition, events))
        assert not parsed.bozo
        assert len(feedparser.parse(rss(edition, events)).entries) == 1
        assert name in json.loads(json_feed(edition, events))["items"][0]["title"]
