"""What PostgreSQL does for a batch does not grow with the outbox: each row is found by its key."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.notify.outbox import reader, spread, story
from troth.core import clock
from troth.notify.actions import claiming, entering
from troth.notify.actions.telling import tell
from troth.notify.queries import loading
from troth.notify.rules.lanes import Lane
from troth.people import queries as people

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.mission("S2.20")]
COURIER = "here:1:x"


@pytest.fixture
def held():
    """Claim some of many, of which the server counted none under way."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite plans no statement by what it counted")
    for number in range(200):
        reader(f"reader{number}@example.org")
    tell(story=story(), by="Ada", now=clock.now())
    spread()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return claiming.claim(lane=Lane("email", None), most=50, courier=COURIER, now=clock.now())


def plan(work):
    """Return the plan of the statement that `work` asks, as the server makes it then."""
    with CaptureQueriesContext(connection) as asked:
        work()
    text = next(one["sql"] for one in asked if one["sql"].startswith("SET LOCAL"))
    settings, _, question = text.rpartition("off; ")
    with connection.cursor() as cursor:
        cursor.execute(f"{settings}off; EXPLAIN {question}")
        while cursor.nextset():
            pass
        return "\n".join(row[0] for row in cursor.fetchall())


def answers(ids):
    return [("250 taken", "", pk) for pk in ids]


@pytest.mark.parametrize(
    "work",
    [
        lambda ids: entering.leave(ids=ids, courier=COURIER, now=clock.now()),
        lambda ids: entering.accepted(answers=answers(ids), courier=COURIER, now=clock.now()),
        lambda ids: entering.both(
            ids=ids[25:], answers=answers(ids[:25]), courier=COURIER, now=clock.now()
        ),
        lambda ids: loading.claimed(ids, now=clock.now()),
        lambda ids: people.allowed(ids, "status"),
    ],
    ids=["leaving", "accepted", "both", "made ready", "consent"],
)
def test_a_batch_reads_no_table_as_a_whole(held, work):
    assert len(held) == 50
    said = plan(lambda: work(held))
    assert "Seq Scan" not in said
    assert "one_under_way" not in said
    assert "Index" in said
