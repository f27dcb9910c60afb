from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="update", name="lapsed_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="update",
            name="lapsed_for",
            field=models.CharField(blank=True, max_length=14),
        ),
    ]
