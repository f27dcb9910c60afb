"""X, by an account of our own: OAuth 1.0a, whose tokens do not end."""

from typing import Annotated, Final

import msgspec

from troth.core import clock
from troth.notify import oauth
from troth.notify.channel import Call, Channel, Letter, Shape, Target, named
from troth.notify.rules import counting

_LIMIT: Final = 280
_URL: Final = "https://api.x.com/2/tweets"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    api_key: Annotated[str, named("API key", "Of your app.", min_length=1)]
    api_secret: Annotated[str, named("API secret", min_length=1)]
    token: Annotated[str, named("Access token", "Of the account that posts.", min_length=1)]
    token_secret: Annotated[str, named("Access token's secret", min_length=1)]


def hand(letter: Letter, target: Target) -> Call:
    settings: Settings = target.settings
    keys = oauth.Keys(
        consumer=settings.api_key,
        consumer_secret=settings.api_secret,
        token=settings.token,
        token_secret=settings.token_secret,
    )
    at = int(clock.now().timestamp())
    header = oauth.header("POST", _URL, keys=keys, nonce=f"{letter.id}{at}", at=at)
    return Call(url=_URL, headers={"Authorization": header}, json={"text": letter.words.text})


x = Channel(
    label="X",
    help="A post on an account of yours. Letters of most European scripts count one of 280, "
    "others and emoji two, a link 23.",
    shape=Shape.POST,
    hand=hand,
    settings=Settings,
    secrets=("api_key", "api_secret", "token", "token_secret"),
    limit=_LIMIT,
    counts=counting.weighted,
    at_once=1,
    per_second=1,
)
