import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0005_room_for_group_and_component")]

    operations = [
        migrations.CreateModel(
            name="Began",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=100)),
                ("key", models.CharField(max_length=200)),
                ("happened_at", models.DateTimeField()),
                ("touchpoint", models.CharField(blank=True, max_length=200)),
                ("said", models.TextField(blank=True)),
                ("by", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("incident", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="began_with", to="incidents.incident")),
                ("moment", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="incidents.timelineentry")),
            ],
            options={
                "ordering": ["-happened_at", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("incident", "source", "key"), name="one_beginning_a_deploy")
                ],
            },
        ),
    ]
