"""Messages on telephones by an ntfy server."""

from typing import Annotated, Final

import msgspec

from troth.notify import calling
from troth.notify.channel import Address, Call, Channel, Letter, Shape, Target, named
from troth.notify.rules import counting
from troth.notify.rules.events import Severity

_LIMIT: Final = 3_500  # bytes; from 4,096 on it becomes an attachment
_PRIORITIES: Final = {
    Severity.NONE: 3, Severity.MINOR: 3, Severity.MAJOR: 4, Severity.CRITICAL: 5,
}  # fmt: skip


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    server: Annotated[str, named("Server", "Your own, or that of the project.")] = "https://ntfy.sh"
    token: Annotated[str, named("Access token", "Where the topic is protected.")] = ""


def check(settings: Settings) -> None:
    calling.server(settings.server)


def hand(letter: Letter, target: Target) -> Call:
    settings: Settings = target.settings or Settings()
    story = letter.story
    priority = 5 if story.is_urgent else _PRIORITIES[story.severity]
    return Call(
        url=f"{calling.server(settings.server)}/",
        headers=calling.bearer(settings.token),
        json={
            "topic": target.address,
            "title": letter.words.title,
            "message": letter.words.text,
            "click": story.link,
            "priority": 3 if calling.is_over(story) else priority,
            "tags": ["white_check_mark" if calling.is_over(story) else "warning"],
        },
    )


ntfy = Channel(
    label="ntfy",
    help="A message to telephones and desktops that listen to a topic of an ntfy server.",
    shape=Shape.NOTE,
    hand=hand,
    settings=Settings,
    secrets=("token",),
    check=check,
    address=Address(
        label="Topic",
        check=calling.matching(r"[\w-]{1,64}", "a topic has letters, digits, - and _; at most 64"),
        is_secret=True,
        hint="our-shop-alerts",
    ),
    limit=_LIMIT,
    counts=counting.octets,
)
