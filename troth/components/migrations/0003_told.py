import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("components", "0002_tell_planned_work_apart"),
    ]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="told",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="Told",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("status", models.CharField(max_length=24)),
                ("episode", models.CharField(default="", max_length=40)),
                ("at", models.DateTimeField()),
                (
                    "component",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="told",
                        to="components.component",
                    ),
                ),
            ],
        ),
    ]
