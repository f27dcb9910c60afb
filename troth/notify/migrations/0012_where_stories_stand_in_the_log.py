from django.db import migrations

_AT_ONCE = 20_000
_FIND = """
INSERT INTO notify_stretch (telling_id, first, last)
SELECT telling_id, MIN(id), MAX(id) FROM notify_delivery
WHERE id >= %s AND id < %s
    AND NOT EXISTS (SELECT 1 FROM notify_stretch s WHERE s.telling_id = notify_delivery.telling_id
        AND notify_delivery.id BETWEEN s.first AND s.last)
GROUP BY telling_id
"""


def find(apps, schema_editor):
    """Write down where the messages of each telling stand, some thousands in each transaction.

    A run that was broken off goes on where it was: what is within a stretch is passed over.
    """
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT MIN(id), MAX(id) FROM notify_delivery")
        first, last = cursor.fetchone()
    if first is None:
        return
    for start in range(first, last + 1, _AT_ONCE):
        with connection.cursor() as cursor:
            cursor.execute(_FIND, [start, start + _AT_ONCE])


def reckon_later(apps, schema_editor):
    """Let the tellings of many messages be counted by the worker: 500 is `queries.counted.MANY`."""
    schema_editor.execute(
        "INSERT INTO notify_reckoning (telling_id, rest_ms, counts, news, turn, is_settled)"
        " SELECT id, 0, '[]', '[]', 0, false FROM notify_telling t WHERE matched > 500"
        " AND NOT EXISTS (SELECT 1 FROM notify_reckoning r WHERE r.telling_id = t.id)"
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("notify", "0011_screens_of_a_million"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(find, migrations.RunPython.noop),
        migrations.RunPython(reckon_later, migrations.RunPython.noop),
    ]
