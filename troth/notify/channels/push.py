"""Notifications of browsers (web push). The address is the subscription that the browser gave."""

from base64 import urlsafe_b64decode
from hashlib import blake2b
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from troth.notify.calling import is_over
from troth.notify.channel import Address, Channel, Letter, Push, Shape, Target
from troth.notify.rules import counting
from troth.notify.vapid import unpadded
from troth.people.rules import addresses

_LIMIT: Final = 1_500  # bytes of text: title, links and JSON come with it
_MOST: Final = 3_000  # bytes of all of it before it is encrypted
_POINT, _AUTH = 65, 16  # bytes of a browser's keys


def check(text: str) -> str:
    """Return a browser's subscription, written one way. Raises ValueError."""
    try:
        told = msgspec.json.decode(text)
        endpoint, keys = str(told["endpoint"]), told["keys"]
        point, auth = _key(keys["p256dh"], _POINT), _key(keys["auth"], _AUTH)
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        raise ValueError("this is no subscription of a browser") from None
    link = addresses.link(endpoint)
    if urlsplit(link).scheme != "https" and urlsplit(link).hostname not in _HERE:
        raise ValueError("a push service is reached by https")
    whole = {"endpoint": endpoint, "keys": {"auth": auth, "p256dh": point}}
    return msgspec.json.encode(whole).decode()


_HERE: Final = ("127.0.0.1", "::1", "localhost")


def _key(text: str, length: int) -> str:
    found = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(found) != length:
        raise ValueError("a key of another length")
    return unpadded(found)


def hand(letter: Letter, target: Target) -> Push:
    story = letter.story
    told: dict[str, Any] = {
        "title": letter.words.title,
        "body": letter.words.text,
        "url": story.link,
        "about": story.about,
        "revision": story.revision,
        "language": letter.language,
        "manage": letter.manage_url,
        "is_over": is_over(story),
    }
    body = msgspec.json.encode(told)
    while len(body) > _MOST and told["body"]:
        told["body"] = told["body"][: -max(1, (len(body) - _MOST) // 4)]
        body = msgspec.json.encode(told)
    return Push(
        subscription=msgspec.json.decode(target.address),
        body=body,
        topic=unpadded(blake2b(story.about.encode(), digest_size=18).digest()),
        urgency="high" if story.is_urgent else "normal",
    )


push = Channel(
    label="Browser",
    help="A notification of the browser, also while the page is closed. No address is asked for.",
    shape=Shape.NOTE,
    hand=hand,
    address=Address(label="Subscription", check=check, is_secret=True, confirms=False),
    limit=_LIMIT,
    counts=counting.octets,
    is_idempotent=True,  # a browser shows one notification for each thing told of
    is_public=True,
    at_once=32,
)
