"""Promises that look at segments have them watched: their streams are told by which attributes.

The streams, their baselines and what faded stay as they are.
"""

import re

from django.db import migrations

_ATTRIBUTE = re.compile("[a-z][a-z0-9_]{0,39}")
_MOST = 5


def watch(apps, schema_editor):
    Promise = apps.get_model("promises", "Promise")
    Stream = apps.get_model("metrics", "Stream")
    for promise in Promise.objects.filter(retired_at=None).iterator():
        version = promise.versions.order_by("-number").first()
        names = attributes(version.spec if version else {})
        if names:
            Stream.objects.filter(key=f"promise:{promise.slug}").update(attributes=names)


def attributes(document):
    found = (document.get("spec") or {}).get("segments") or []
    listed = [str(one).strip() for one in (found if isinstance(found, list) else [found])]
    return [name for name in dict.fromkeys(listed) if _ATTRIBUTE.fullmatch(name)][:_MOST]


class Migration(migrations.Migration):

    dependencies = [
        ('promises', '0004_score'),
        ('metrics', '0011_segments_asked'),
    ]

    operations = [migrations.RunPython(watch, migrations.RunPython.noop)]
