"""What was written to one person before it was sealed is sealed now."""

from typing import Any

from django.db import migrations

from troth.notify.contents import closed


def seal(apps: Any, _schema: Any) -> None:  # noqa: ANN401 - Django's own
    rows = apps.get_model("notify", "Telling").objects.filter(event="report.answered")
    for row in rows.iterator(chunk_size=500):
        row.content = row.content if "sealed" in row.content else closed(row.content)
        row.save(update_fields=["content"])


class Migration(migrations.Migration):
    dependencies = [("notify", "0001_initial")]
    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
