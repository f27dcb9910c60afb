import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notify", "0010_indexes_to_sift_by"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Census",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("took_ms", models.PositiveIntegerField()),
                ("counts", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="Reckoning",
            fields=[
                (
                    "telling",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="reckoning",
                        serialize=False,
                        to="notify.telling",
                    ),
                ),
                ("at", models.DateTimeField(null=True)),
                ("rest_ms", models.PositiveIntegerField(default=0)),
                ("counts", models.JSONField(default=list)),
                ("news", models.JSONField(default=list)),
                ("turn", models.PositiveIntegerField(default=0)),
                ("is_settled", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_settled", False)),
                        fields=["telling"],
                        name="notify_reckoning_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Stretch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                (
                    "telling",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stretches",
                        to="notify.telling",
                    ),
                ),
            ],
        ),
        migrations.RemoveIndex(model_name="delivery", name="notify_delivery_failed"),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "accepted",
                            "overtaken",
                            "joined",
                            "withheld",
                            "refused",
                            "given up",
                            "unknown",
                        ],
                    )
                ),
                fields=["state", "-id", "channel"],
                name="notify_delivery_ended",
            ),
        ),
    ]
