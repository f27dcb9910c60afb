from django.apps import AppConfig


class PromisesConfig(AppConfig):
    name = "troth.promises"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say which promises readers can follow, and that we tell of them."""
        from troth.notify import topics
        from troth.promises import followed

        topics.offer("promises", followed.topics)
        topics.tells("promises")
