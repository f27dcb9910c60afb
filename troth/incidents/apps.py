from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "troth.incidents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what we tell readers of."""
        from troth.incidents.standing import page
        from troth.notify import signing_off, standing, topics

        topics.tells("incidents", "maintenance", "breaches")
        signing_off.offer("incidents", _two_publish)
        standing.offer("incidents", page)


def _two_publish() -> bool:
    from troth.incidents.queries import grid

    return grid().two_person
