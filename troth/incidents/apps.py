from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "troth.incidents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what we tell readers of."""
        from troth.notify import topics

        topics.tells("incidents", "maintenance", "breaches")
