from django.db import migrations, models


class Migration(migrations.Migration):
    """The columns alone: filled by the next migration, indexed by the one after it."""

    dependencies = [
        ("notify", "0007_grants_of_private_pages"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="channel",
            field=models.CharField(db_default="", default="", max_length=40),
        ),
        migrations.AddField(
            model_name="subscription",
            name="language",
            field=models.CharField(db_default="", default="", max_length=10),
        ),
    ]
