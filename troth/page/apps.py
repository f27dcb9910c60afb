from django.apps import AppConfig


class PageConfig(AppConfig):
    name = "troth.page"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how the page shows an incident, so that the desk can show it beforehand."""
        from troth.incidents import channels  # noqa: PLC0415 - models are loaded by now
        from troth.page import previewing  # noqa: PLC0415

        channels.offer("page", previewing.channels)
