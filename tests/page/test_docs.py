"""docs/page.md says what is true."""

import json
import re
from pathlib import Path

from tests.page.situations import town
from tests.page.support import published
from troth.config.answering import PASSED
from troth.page import trust
from troth.page.headers import POLICY
from troth.page.statuspage.files import Answers

TEXT = (Path(__file__).parents[2] / "docs" / "page.md").read_text(encoding="utf-8")


def test_every_published_path_is_described(tmp_path, picture):
    root = published(tmp_path, picture)
    listed = json.loads((root / "files.json").read_bytes())["files"]
    for name in listed:
        plain = re.sub(r"promises/[^/]+/", "promises/<slug>/", name)
        plain = re.sub(r"history/\d{4}-\d\d/", "history/2026-11/", plain)
        plain = plain.removesuffix("index.html")
        known = plain.startswith(("de/", "assets/", "api/v2/")) or plain == "404.html"
        assert known or f"/{plain}" in TEXT or f"`{Path(plain).name}`" in TEXT, name


def test_every_file_of_the_api_is_described():
    api = (Path(__file__).parents[2] / "docs" / "api-v2.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in api for name in Answers(town()).files)


def test_the_policy_for_other_hosts_is_ours():
    assert POLICY in TEXT


def test_what_goes_to_django_is_listed():
    assert all(f"`{path}`" in TEXT for path in PASSED)


def test_every_field_of_a_promise_is_described(picture):
    read = json.loads(trust.document(picture))
    plain = {"slug", "name", "text", "url", "source_url", "remedy", "pillar", "touchpoint"}
    flags = {"provisional", "restated", "judged_at"}
    for name in set(read["promises"][0]) - plain - flags:
        assert f"`…{name}`" in TEXT or f"`{name}`" in TEXT or f"`{name}[]`" in TEXT or (
            f"`…{name}[]`" in TEXT
        ), name  # fmt: skip
