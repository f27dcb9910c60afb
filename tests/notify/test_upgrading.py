"""Subscribers and messages of before are sifted, counted and found after an upgrade."""

import json

import pytest

HEAD = """
import json
import django
django.setup()
from datetime import UTC, datetime
from django.db import connection
NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
"""
FILL = """
import importlib
from django.db.migrations.executor import MigrationExecutor
filling = importlib.import_module("troth.notify.migrations.0009_fill_what_they_are_sifted_by")
before = [("notify", "0007_grants_of_private_pages"), ("people", "0001_initial")]
executor = MigrationExecutor(connection)
executor.migrate(before)
model = executor.loader.project_state(before).apps.get_model
thread = model("notify", "Thread").objects.create(
    about="incident:x", uid="thr_x", title="X", purpose="status", newest=2, told_at=NOON)
tellings = [
    model("notify", "Telling").objects.create(
        thread=thread, number=n, event="incident.opened", revision=str(n), told_at=NOON,
        content={}, spread_at=NOON, matched=matched)
    for n, matched in ((1, 7), (2, 900))
]
for number in range(MANY):
    contact = model("people", "Contact").objects.create(
        uid=f"con_{number}", channel=("email", "slack")[number % 2], digest=str(number),
        sealed=b"x", shown="x", language=("en", "de", "fr")[number % 3], created_at=NOON)
    row = model("notify", "Subscription").objects.create(
        id=number * 9_000 + 1, uid=f"sub_{number}", contact=contact, events=1, asked_at=NOON)
    model("notify", "Delivery").objects.create(
        id=number * 9_000 + 1, telling=tellings[number // 4 % 2], thread=thread, reader=contact,
        subscription=row, channel=contact.channel, due_at=NOON, state="accepted")
"""
# The upgrade is broken off in the middle: the next one goes on, and changes nothing twice.
BREAK = """
executor = MigrationExecutor(connection)
executor.migrate([("notify", "0008_sifted_by_their_own_row")])
with connection.cursor() as cursor:
    cursor.execute(filling._FILL, [0, 20_000])
"""
LOOK = """
from troth.notify.models import Delivery, Reckoning, Stretch, Subscription
from troth.notify.queries import deliveries, seeking
rows = Subscription.objects.order_by("pk").select_related("contact")
spans = list(Stretch.objects.values_list("telling__number", "first", "last"))
print(json.dumps({
    "copied": all((row.channel, row.language) == (row.contact.channel, row.contact.language)
                  for row in rows),
    "rows": len(rows),
    "held": all(any(n == row.telling.number and first <= row.pk <= last for n, first, last in spans)
                for row in Delivery.objects.all()),
    "found": [len(list(deliveries.everything(deliveries.Choice(thread="thr_x", number=n), at=NOON)))
              for n in (1, 2, None)],
    "to count": list(Reckoning.objects.values_list("telling__number", flat=True)),
}))
"""
MANY = 11


@pytest.mark.timeout(240)
@pytest.mark.parametrize("broken_off", [False, True])
def test_a_million_of_before_is_brought_up_in_parts(python, broken_off):
    fill = f"MANY = {MANY}\n{HEAD}{FILL}{BREAK if broken_off else ''}"
    python("-c", fill)
    python("-m", "troth.config", "migrate", "--quiet")
    found = json.loads(python("-c", HEAD + LOOK).splitlines()[-1])
    assert found == {
        "copied": True, "rows": MANY, "held": True, "found": [7, 4, MANY], "to count": [2],
    }  # fmt: skip
