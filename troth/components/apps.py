from django.apps import AppConfig


class ComponentsConfig(AppConfig):
    name = "troth.components"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say which parts readers can follow, and on which pages."""
        from troth.components import followed
        from troth.notify import doors, topics

        topics.offer("components", followed.topics)
        topics.offer_pages("components", followed.places)
        topics.offer_audiences("components", followed.audiences)
        topics.offer_pages_for("components", followed.pages_for)
        topics.tells("components")
        doors.offer("components", shut=followed.shut, place=followed.private_place)
