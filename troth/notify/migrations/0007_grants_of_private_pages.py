from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notify", "0006_replays_are_found"),
    ]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="door",
            field=models.JSONField(
                db_default=models.Value({}, models.JSONField()), default=dict
            ),
        ),
    ]
