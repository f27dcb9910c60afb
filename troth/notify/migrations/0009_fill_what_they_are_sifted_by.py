from django.db import migrations

_AT_ONCE = 20_000
_FILL = """
UPDATE notify_subscription SET
    channel = (SELECT c.channel FROM people_contact c WHERE c.id = contact_id),
    language = (SELECT c.language FROM people_contact c WHERE c.id = contact_id)
WHERE id >= %s AND id < %s AND channel = ''
"""


def fill(apps, schema_editor):
    """Copy channel and language of the contact, some thousands in each transaction.

    A run that was broken off goes on where it was: what is filled is passed over.
    """
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT MIN(id), MAX(id) FROM notify_subscription WHERE channel = ''")
        first, last = cursor.fetchone()
    if first is None:
        return
    for start in range(first, last + 1, _AT_ONCE):
        with connection.cursor() as cursor:
            cursor.execute(_FILL, [start, start + _AT_ONCE])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("notify", "0008_sifted_by_their_own_row"),
        ("people", "0001_initial"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
