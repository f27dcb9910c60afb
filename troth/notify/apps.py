from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "troth.notify"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what we tell of by ourselves: stories by hand, and the week."""
        from troth.notify import topics

        topics.tells("ideas", "certificates", "digest")
