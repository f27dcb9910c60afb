"""Mastodon and what speaks like it, by an account of our own."""

from typing import Annotated, Final, Literal

import msgspec

from troth.notify import calling
from troth.notify.channel import Call, Channel, Letter, Shape, Target, named
from troth.notify.rules import counting

_LIMIT: Final = 500


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    server: Annotated[str, named("Server", "Such as https://mastodon.example.")]
    token: Annotated[str, named("Access token", "With leave to write statuses.", min_length=1)]
    visibility: Annotated[
        Literal["public", "unlisted", "private"], named("Who may read", "Of each post.")
    ] = "public"


def check(settings: Settings) -> None:
    calling.server(settings.server)


def hand(letter: Letter, target: Target) -> Call:
    settings: Settings = target.settings
    return Call(
        url=f"{calling.server(settings.server)}/api/v1/statuses",
        headers={**calling.bearer(settings.token), "Idempotency-Key": letter.id},
        json={
            "status": letter.words.text,
            "visibility": settings.visibility,
            "language": letter.language,
        },
    )


mastodon = Channel(
    label="Mastodon",
    help="A post on an account of yours. A link counts 23 characters of 500.",
    shape=Shape.POST,
    hand=hand,
    settings=Settings,
    secrets=("token",),
    check=check,
    limit=_LIMIT,
    counts=counting.with_short_links,
    is_idempotent=True,
    at_once=1,
    per_second=1,
)
