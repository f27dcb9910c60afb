import django.db.models.deletion
from django.db import migrations, models


def without_statistics(apps, schema_editor):
    """Let PostgreSQL keep no statistics of a delivery's state.

    Of those that are queued there are none in the evening and a million a second after an incident:
    by what was counted then, it would look at each row for each row. Setting the type once more
    drops what was counted.
    """
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "ALTER TABLE notify_delivery ALTER COLUMN state TYPE varchar(10),"
            " ALTER COLUMN state SET STATISTICS 0"
        )


class Migration(migrations.Migration):
    dependencies = [
        ("notify", "0004_owners_of_endpoints"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="delivery",
            name="notify_told_once",
        ),
        migrations.AlterField(
            model_name="delivery",
            name="telling",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="notify.telling",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                models.F("telling"),
                models.F("reader"),
                models.Case(
                    models.When(replay_of=None, then=0),
                    default=models.F("id"),
                    output_field=models.BigIntegerField(),
                ),
                name="notify_told_once",
            ),
        ),
        migrations.RunPython(without_statistics, migrations.RunPython.noop),
    ]
