from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from troth.notify.rules.story import Part
    from troth.notify.topics import Topic


class PageConfig(AppConfig):
    name = "troth.page"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how the page shows an incident, and where an audience finds what it was promised."""
        from troth.incidents import channels
        from troth.notify import topics
        from troth.page import previewing
        from troth.promises import showing

        channels.offer("page", previewing.channels)
        showing.offer("page", _address, _parts)
        topics.offer("page", _topics)


def _address(slug: str, audience: str) -> str:
    from troth.page import contracts

    return contracts.address(slug, audience)


def _parts(slug: str, document: Mapping[str, object]) -> "Sequence[Part]":
    from troth.page import followed

    return followed.parts(slug, document)


def _topics(slug: str, language: str) -> "Sequence[Topic]":
    from troth.page import followed

    return followed.topics(slug, language)
