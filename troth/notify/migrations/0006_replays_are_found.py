from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notify", "0005_one_index_of_tellings"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("replay_of__isnull", False)),
                fields=["replay_of"],
                name="notify_delivery_replayed",
            ),
        ),
    ]
