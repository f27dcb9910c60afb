from django.apps import AppConfig


class PageConfig(AppConfig):
    name = "troth.page"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how the page shows an incident, and where an audience finds what it was promised."""
        from troth.incidents import channels
        from troth.page import previewing
        from troth.promises import showing

        channels.offer("page", previewing.channels)
        showing.offer("page", _address)


def _address(slug: str, audience: str) -> str:
    from troth.page import contracts

    return contracts.address(slug, audience)
