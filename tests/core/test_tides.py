"""One small question tells whether anything was committed."""

import threading

import pytest
from django.db import connection, transaction

from troth.core import clock
from troth.core.models import Worker
from troth.core.tides import tide


def wrote(name):
    Worker.objects.create(name=name, seen_at=clock.now(), started_at=clock.now())


def elsewhere(work):
    def run():
        work()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_it_stays_while_nobody_commits_and_differs_after_anybody_did():
    before = tide()
    assert before is not None
    assert before == tide()
    assert Worker.objects.count() == 0
    assert before == tide()
    elsewhere(lambda: wrote("other"))
    after = tide()
    assert after != before
    wrote("mine")
    assert tide() != after


@pytest.mark.django_db(transaction=True)
def test_what_began_before_and_is_committed_later_is_told():
    begun, may_end = threading.Event(), threading.Event()

    def slowly():
        with transaction.atomic():
            wrote("slow")
            begun.set()
            assert may_end.wait(10)

    thread = threading.Thread(target=lambda: elsewhere(slowly))
    thread.start()
    assert begun.wait(10)
    before = tide()
    may_end.set()
    thread.join()
    assert tide() != before


@pytest.mark.django_db(transaction=True)
def test_another_connection_is_never_taken_for_the_one_before():
    before = tide()
    connection.close()
    if connection.vendor == "sqlite":
        assert tide() != before


@pytest.mark.django_db
def test_inside_a_transaction_nobody_can_tell():
    assert tide() is None
