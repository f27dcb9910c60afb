from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "troth.desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let reports and incidents show each other, and charts of promises what happened."""
        from troth.desk import beside, reports

        reports.join()
        beside.join()
