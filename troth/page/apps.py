from django.apps import AppConfig


class PageConfig(AppConfig):
    name = "troth.page"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how the page shows an incident, so that the desk can show it beforehand."""
        from troth.incidents import channels
        from troth.page import previewing

        channels.offer("page", previewing.channels)
