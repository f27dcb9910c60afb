"""Bluesky, by an account of our own and an app password. Links are marked by their bytes."""

import re
from collections.abc import Mapping
from datetime import UTC
from typing import Annotated, Any, Final

import msgspec

from troth.core import clock
from troth.notify import calling
from troth.notify.channel import Call, Channel, Letter, Shape, Talk, Target, named
from troth.notify.rules import counting

_LIMIT: Final = 300
_LINK: Final = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)'\]]")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    handle: Annotated[str, named("Handle", "Such as shop.bsky.social.", pattern=r"^[\w.:-]+$")]
    app_password: Annotated[str, named("App password", "Made in the settings.", min_length=1)]
    server: Annotated[str, named("Server", "Where the account lives.")] = "https://bsky.social"


def check(settings: Settings) -> None:
    calling.server(settings.server)


def hand(letter: Letter, target: Target) -> Talk:
    settings: Settings = target.settings
    server = f"{calling.server(settings.server)}/xrpc"
    at = f"{clock.now().astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"
    record = {
        "$type": "app.bsky.feed.post",
        "text": letter.words.text,
        "createdAt": at,
        "langs": [letter.language],
        "facets": facets(letter.words.text),
    }

    def then(told: Mapping[str, Any]) -> Call:
        kind = "app.bsky.feed.post"
        return Call(
            url=f"{server}/com.atproto.repo.createRecord",
            headers=calling.bearer(told["accessJwt"]),
            json={"repo": told["did"], "collection": kind, "record": record},
        )

    login = {"identifier": settings.handle, "password": settings.app_password}
    return Talk(first=Call(url=f"{server}/com.atproto.server.createSession", json=login), then=then)


def facets(text: str) -> list[dict[str, Any]]:
    """Return which bytes of a text are links."""
    return [
        {
            "index": {
                "byteStart": len(text[: found.start()].encode()),
                "byteEnd": len(text[: found.end()].encode()),
            },
            "features": [{"$type": "app.bsky.richtext.facet#link", "uri": found[0]}],
        }
        for found in _LINK.finditer(text)
    ]


bluesky = Channel(
    label="Bluesky",
    help="A post on an account of yours, of at most 300 characters as they are seen.",
    shape=Shape.POST,
    hand=hand,
    settings=Settings,
    secrets=("app_password",),
    check=check,
    limit=_LIMIT,
    counts=counting.posted,
    at_once=1,
    per_second=1,
)
