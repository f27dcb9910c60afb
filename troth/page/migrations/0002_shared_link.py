from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("page", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SharedLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("purpose", models.CharField(max_length=200)),
                ("language", models.CharField(max_length=20)),
                ("as_of", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("made_by", models.CharField(max_length=200)),
                ("made_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                ("openings", models.IntegerField(default=0)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by", models.CharField(blank=True, max_length=200)),
            ],
            options={"ordering": ["-id"]},
        )
    ]
