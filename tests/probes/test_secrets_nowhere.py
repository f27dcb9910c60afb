"""A secret that was given once is found nowhere again: no table, screen, answer, file or log."""

import base64
import logging

import pytest
from click.testing import CliRunner
from django.db import connection

from tests.probes.conftest import NOON, monitor_document
from tests.probes.test_screens import FORM, HOME
from troth.config import cli
from troth.probes import actions, queries
from troth.probes.rules.results import Outcome
from troth.probes.wire import Report
from troth.signals.imports.running import seal_all

pytestmark = [pytest.mark.django_db, pytest.mark.mission("S2.5")]
SECRETS = {"token": "hush-93-token", "password": "hush-93-word",
           "secret_headers": {"X-Key": "hush-93-head"}}  # fmt: skip
# As text, and as Basic authentication would write it.
FORMS = (b"hush-93", base64.b64encode(b"someone:hush-93-word"))


@pytest.fixture
def watched(db):
    """Declare a monitor with every kind of secret, let it run and fail, and change it."""
    document = monitor_document("shop", secrets=SECRETS, settings={
        "url": "https://shop.example/", "user": "someone"})  # fmt: skip
    actions.declare_monitor(document=document, author="test", now=NOON)
    document["spec"]["every"] = "5m"
    actions.declare_monitor(document=document, author="test", now=NOON)
    failed = Report(slug="shop", due=int(NOON.timestamp() * 1000), began=0, took=5,
                    outcome=Outcome.DOWN, reason="it says no", excerpt="no")  # fmt: skip
    actions.record(location="local", reports=[failed], skips=[], now=NOON)
    assert queries.tasks("local")[0].settings["token"] == "hush-93-token"
    seal_all()


def holds(value):
    raw = value if isinstance(value, bytes) else str(value).encode()
    return any(form in raw for form in FORMS)


def tables():
    """Yield every row of every table as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            for row in cursor.fetchall():
                yield table, [bytes(one) if isinstance(one, memoryview) else one for one in row]


def test_no_table_holds_it_in_the_clear(watched):
    found = list(tables())
    assert len(found) > 10
    assert [table for table, row in found if any(map(holds, row))] == []


def test_no_screen_shows_it_not_even_to_an_owner(watched, signed_in, ada):
    browser = signed_in(ada)
    browser.post(f"{HOME}shop/edit/", {**FORM, "secret_token": "", "every": "1m"})
    for path in (HOME, f"{HOME}shop/", f"{HOME}shop/edit/", "/desk/settings/audit/",
                 "/desk/settings/audit.csv", "/desk/signals/"):  # fmt: skip
        answer = browser.get(path)
        assert answer.status_code == 200, path
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert not holds(body), path
    wrong = browser.post(f"{HOME}shop/edit/", {**FORM, "secret_token": "hush-93-new",
                                              "setting_url": "no"})  # fmt: skip
    assert wrong.status_code in {200, 422}
    assert not holds(wrong.content)


def test_no_answer_of_the_api_holds_it(watched, token, client):
    key = {"Authorization": f"Bearer {token('read')}"}
    for path in ("monitors", "monitors/shop", "openapi.json", "signals/sources"):
        answer = client.get(f"/api/v1/{path}", headers=key)
        assert not holds(answer.content), path


def test_no_file_that_is_exported_holds_it_and_none_of_the_log(watched, caplog, tmp_path):
    with caplog.at_level(logging.DEBUG):
        done = CliRunner().invoke(cli.troth, ["export", "-o", str(tmp_path)])
    assert done.exit_code == 0, done.output
    files = list(tmp_path.rglob("*.yaml"))
    assert any("shop" in one.name for one in files)
    assert not any(holds(one.read_bytes()) for one in files)
    assert not holds(caplog.text)
