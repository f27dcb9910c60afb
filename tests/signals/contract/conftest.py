"""One installation after another for each adapter: what is promised is asked of all of them."""

import os
from dataclasses import replace

import pytest
from django.conf import settings as django_settings

from troth.signals import queries
from troth.signals.models import Change, Erasure, Inbox, Retention, SegmentFile
from troth.signals.stores.cluster import REPLACED, SIGNALS

SERVER = os.environ.get("TROTH_TEST_CLICKHOUSE", "")
ADAPTERS = ["embedded", pytest.param("chdb", marks=pytest.mark.clickhouse)]
if SERVER:
    ADAPTERS.append(pytest.param("server", marks=pytest.mark.clickhouse))


@pytest.fixture(scope="session")
def addresses(tmp_path_factory):
    return {
        "embedded": "embedded",
        "chdb": f"chdb://{tmp_path_factory.mktemp('clickhouse')}",
        "server": SERVER,
    }


@pytest.fixture(params=ADAPTERS)
def adapter(request, addresses, settings, tmp_path, db):
    """Have the installation keep its signals by this adapter, in an empty store."""
    settings.TROTH = replace(
        django_settings.TROTH, signal_store=addresses[request.param], data_dir=tmp_path
    )
    empty()
    return request.param


def empty():
    """Forget everything: between two examples of one test."""
    for model in (Inbox, SegmentFile, Change, Erasure, Retention):
        model.objects.all().delete()
    store = queries.store()
    if hasattr(store, "cluster"):
        store.cluster.command(f"TRUNCATE TABLE {SIGNALS}")
        store.cluster.command(f"TRUNCATE TABLE {REPLACED}")
