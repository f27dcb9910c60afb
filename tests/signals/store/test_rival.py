"""Rival sealers in one test: what the loser wrote never counts and is gone."""

from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection

from troth.signals import actions, queries
from troth.signals.envelope import Signal
from troth.signals.models import Inbox, SegmentFile
from troth.signals.store import Filter
from troth.signals.stores import manifest

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def send(*keys):
    batch = [Signal(source="s", kind="k", happened_at=NOW, key=key) for key in keys]
    actions.accept(batches=[batch], door="test", now=NOW)


@pytest.mark.django_db
def test_who_comes_second_loses_every_row_and_leaves_no_file(settings, tmp_path):
    settings.TROTH = replace(settings.TROTH, data_dir=tmp_path)
    send("a", "b")
    mine = actions._oldest(100)
    send("c")
    theirs = actions._oldest(100)
    store = queries.store()
    first = store.add(actions._batch(mine), now=NOW)
    second = store.add(actions._batch(theirs), now=NOW)
    assert actions._published(second, theirs)
    assert not actions._published(first, mine)
    first.discard()
    assert store.cases(Filter()).total == 3
    assert not Inbox.objects.exists()
    assert len(list(manifest.folder().rglob("*.parquet"))) == SegmentFile.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db
def test_on_postgresql_one_process_seals_at_a_time():
    if connection.vendor != "postgresql":
        pytest.skip("runs with TROTH_TEST_DATABASE=postgres")
    send("a")
    connection.ensure_connection()
    with psycopg.connect(connection.connection.info.dsn) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [actions._SEALING])
        assert actions.seal(now=NOW).rows == 0
        other.execute("SELECT pg_advisory_unlock(%s)", [actions._SEALING])
    assert actions.seal(now=NOW).rows == 1
