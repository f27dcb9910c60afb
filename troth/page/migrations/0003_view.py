from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("page", "0002_shared_link")]

    operations = [
        migrations.CreateModel(
            name="View",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("path", models.CharField(max_length=200)),
                ("language", models.CharField(max_length=20)),
                ("kind", models.CharField(max_length=10)),
                ("origin", models.CharField(max_length=10)),
                ("audience", models.CharField(blank=True, max_length=200)),
                ("in_incident", models.BooleanField()),
                ("views", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "path", "language", "kind", "origin", "audience", "in_incident"),
                        name="one_view_row",
                    )
                ],
            },
        ),
    ]
