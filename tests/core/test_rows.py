"""Many rows by their keys, on either database."""

import pytest
from django.db import connection

from troth.core import clock
from troth.core.models import Worker
from troth.core.rows import among, by_key


def wanted(numbers):
    these, values = among(numbers)
    rows = "SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3"
    return f"SELECT n FROM ({rows}) AS r WHERE n {these}", values  # noqa: S608 - places only


@pytest.mark.django_db(transaction=True)
def test_what_a_question_by_keys_answers_is_the_rows_of_the_question():
    assert by_key(*wanted([1, 3, 7])) == [(1,), (3,)]


@pytest.mark.django_db(transaction=True)
def test_a_change_by_keys_is_kept_and_answers_nothing_unless_it_is_asked():
    now = clock.now()
    mine = [Worker.objects.create(name=name, started_at=now, seen_at=now).pk for name in "ab"]
    these, values = among(mine[:1])
    change = f"UPDATE core_worker SET name = 'new' WHERE id {these}"  # noqa: S608 - places only
    assert by_key(change, values) == []
    assert list(Worker.objects.order_by("pk").values_list("name", flat=True)) == ["new", "b"]


@pytest.mark.mission("S2.20")
@pytest.mark.django_db(transaction=True)
def test_postgresql_is_told_to_use_keys_for_that_question_alone():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no such setting")
    setting = "SELECT current_setting('enable_seqscan')"
    assert by_key(setting, []) == [("off",)]
    with connection.cursor() as cursor:
        cursor.execute(setting)
        assert cursor.fetchone() == ("on",)
