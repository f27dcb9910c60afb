from django.db import migrations
from django.db.models import Value
from django.db.models.functions import Replace


def name_people(apps, schema_editor):
    """Let who wrote an update be the same, by a screen and by anything else."""
    rows = apps.get_model("incidents", "Update").objects
    wrapped, own = Value("SimpleLazyObject:"), Value("User:")
    rows.filter(written_by__startswith="SimpleLazyObject:").update(
        written_by=Replace("written_by", wrapped, own)
    )


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_lapse_what_was_overtaken")]

    operations = [migrations.RunPython(name_people, migrations.RunPython.noop)]
