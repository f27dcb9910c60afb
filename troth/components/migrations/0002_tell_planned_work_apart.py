"""Maintenance announced in time is told apart from now on: what was told of the past is told again.

Only components that ever had some are told anew, from its first second.
"""

from django.db import migrations
from django.db.models import Min


def tell_again(apps, _schema):
    condition = apps.get_model("components", "Condition")
    component = apps.get_model("components", "Component")
    works = condition.objects.filter(status="under_maintenance", withdrawn_at=None)
    firsts = works.exclude(component=None).values_list("component_id").annotate(Min("starts"))
    for key, first in firsts.order_by():
        row = component.objects.get(pk=key)
        row.account_from = first if row.account_from is None else min(first, row.account_from)
        row.save(update_fields=["account_from"])


class Migration(migrations.Migration):
    dependencies = [("components", "0001_initial")]

    operations = [migrations.RunPython(tell_again, migrations.RunPython.noop)]
