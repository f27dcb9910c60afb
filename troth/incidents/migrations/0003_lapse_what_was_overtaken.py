from django.db import migrations
from django.db.models import F, Q


def lapse(apps, schema_editor):
    """Let lapse what has waited for approval since before the end, or a merge."""
    waiting = apps.get_model("incidents", "Update").objects.filter(
        published_at=None, discarded_at=None, incident__listed_at__isnull=False
    )
    over = Q(incident__resolved_at__gte=F("created_at"))
    for one in waiting.filter(over).select_related("incident"):
        one.lapsed_at, one.lapsed_for = one.incident.resolved_at, one.incident.state
        one.save(update_fields=["lapsed_at", "lapsed_for"])
    for one in waiting.filter(incident__merged_at__isnull=False).select_related("incident"):
        one.lapsed_at, one.lapsed_for = one.incident.merged_at, "merged"
        one.save(update_fields=["lapsed_at", "lapsed_for"])


class Migration(migrations.Migration):
    dependencies = [("incidents", "0002_lapsed")]

    operations = [migrations.RunPython(lapse, migrations.RunPython.noop)]
