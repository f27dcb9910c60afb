"""Letters to try channels with."""

from datetime import UTC, datetime

import msgspec

from troth.notify import catalogue, wording
from troth.notify.channel import Letter, Target
from troth.notify.rules import samples
from troth.notify.rules.events import Event, Severity

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BASE = "https://status.example"
MANAGE = f"{BASE}/subscription/abc/"


def story(event=Event.INCIDENT_OPENED, **more):
    given = {
        "about": "incident:inc_1", "revision": "0123456789abcdef", "title": "Cards fail",
        "link": f"{BASE}/incidents/inc_1/", "what": "One in three is *refused* <now>.",
        "state": "We look", "severity": Severity.MAJOR,
    }  # fmt: skip
    empty = samples.bare(event, base_url=BASE, at=NOON)
    return msgspec.structs.replace(empty, **{**given, **more})


def letter_for(key, told=None, language="en", **more):
    """Return a letter in the words that a channel gets."""
    channel, told = catalogue.channel(key), told or story(**more)
    words = wording.words_of(
        told, shape=channel.shape, language=language, limit=channel.limit, counts=channel.counts
    )
    mine = wording.personal(words, manage_url=MANAGE, end_url=f"{MANAGE}end")
    return Letter(
        id="msg_0001", words=mine, story=told, language=language, manage_url=MANAGE,
        end_url=f"{MANAGE}end",
    )  # fmt: skip


def handed(key, address="", settings=None, secrets=None, letter=None, **more):
    """Return what a channel hands over, its address and settings checked first."""
    channel = catalogue.channel(key)
    read = catalogue.read(key, settings or {}, secrets) if settings or secrets else None
    target = Target(address=catalogue.address(key, address), settings=read)
    return channel.hand(letter or letter_for(key, **more), target)
