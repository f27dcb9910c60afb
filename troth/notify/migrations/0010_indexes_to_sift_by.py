from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notify", "0009_fill_what_they_are_sifted_by"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                fields=["channel", "id", "state"], name="notify_subscription_channel"
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(fields=["language", "id"], name="notify_subscription_language"),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(fields=["page", "id"], name="notify_subscription_page"),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("is_ours", True)),
                fields=["id"],
                name="notify_subscription_ours",
            ),
        ),
        migrations.AddIndex(
            model_name="subscribedpart",
            index=models.Index(fields=["key", "subscription"], name="notify_part_readers"),
        ),
    ]
