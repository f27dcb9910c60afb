"""Calendars of before hand their holidays down, so that what is watched may name them."""

from datetime import date

from django.db import migrations


def hand_down(apps, schema_editor):
    Calendar = apps.get_model("promises", "Calendar")
    Holiday = apps.get_model("metrics", "Holiday")
    for calendar in Calendar.objects.iterator():
        for day in days(calendar.spec):
            Holiday.objects.get_or_create(
                calendar=calendar.slug, day=day, defaults={"name": "a holiday"}
            )


def days(document):
    found = (document.get("spec") or {}).get("holidays") or []
    for one in found if isinstance(found, list) else [found]:
        try:
            yield date.fromisoformat(str(one)[:10])
        except ValueError:
            continue


class Migration(migrations.Migration):

    dependencies = [
        ('promises', '0005_segments_watched'),
        ('metrics', '0012_calendar_names'),
    ]

    operations = [migrations.RunPython(hand_down, migrations.RunPython.noop)]
