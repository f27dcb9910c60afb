"""What a channel is: one file in `channels/`, one value of `Channel`, one test. Nothing else.

    ntfy = Channel(
        label="ntfy",
        help="Push messages by an ntfy server.",
        shape=Shape.NOTE,               # which words it gets: see rules/shapes
        settings=Settings,              # of the outlet: a frozen msgspec.Struct, or None
        secrets=("token",),             # its fields that are sealed and never shown again
        address=Address(label="Topic", check=check),   # None: the outlet itself is the reader
        hand=hand,                      # pure: (Letter, Target) -> Call | Mail | Push | Notice
    )

A channel says how a message looks on the wire and nothing more: sending, waiting, trying again
and writing down are done once, elsewhere (`carriers`, `actions`). Its test compares what `hand`
returns.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from troth.core import described
from troth.notify.rules.results import Answer
from troth.notify.rules.story import Story

# How a field of an outlet's settings is called on the desk, and what it is for.
named: Final = described.named


class Shape(StrEnum):
    """The words that a channel gets."""

    MAIL = "mail"  # subject, text and HTML
    SMS = "sms"  # at most 160 characters of GSM 03.38
    POST = "post"  # a social network's post, within `limit`
    CARD = "card"  # title, fields, link: Slack, Teams, Discord
    NOTE = "note"  # title and a few lines of plain text
    HOOK = "hook"  # JSON for a program
    SPOKEN = "spoken"  # read aloud by a telephone


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A story in one shape and language, the same for every reader.

    `remark` says why a template of our own was not used; empty where all is well.
    """

    title: str
    text: str
    html: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message to one reader.

    `id` stays the same however often it is tried: the idempotency key. The links are absolute.
    """

    id: str
    words: Words
    story: Story
    language: str = "en"
    manage_url: str = ""
    end_url: str = ""  # RFC 8058: a POST there ends the subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """To whom, through what: the address, and the outlet's settings with its secrets."""

    address: str
    settings: Any = None
    secret: str = ""  # of this subscription, such as a webhook's signing secret
    sender: str = ""  # mail: From


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An HTTP request. Exactly one of `json`, `form` and `body` is given, or none of them."""

    url: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """Two requests: of the JSON that answers the first, `then` makes the second."""

    first: Call
    then: Callable[[Mapping[str, Any]], Call]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail. The carrier makes it of the letter: the words are built once and patched for each."""

    to: str
    letter: Letter
    sender: str
    server: str = ""  # smtp[s]://[user:password@]host[:port]
    provider: str = ""  # "" is SMTP; else a backend of anymail
    options: Mapping[str, str] = field(default_factory=dict)  # of the backend: keys and addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A web push. `subscription` is what the browser gave."""

    subscription: Mapping[str, Any]
    body: bytes
    topic: str = ""
    urgency: str = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message by Apprise."""

    url: str
    title: str
    text: str


Handed = Call | Talk | Mail | Push | Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What a reader gives to be reached. `check` returns it normalised or raises ValueError."""

    label: str
    check: Callable[[str], str]
    is_secret: bool = False  # whoever knows it may write there: never shown whole
    confirms: bool = True  # double opt-in: a message asks whether it was meant
    hint: str = ""


def _nothing(_settings: Any) -> None:  # noqa: ANN401 - settings of any channel
    """Find nothing wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    label: str
    help: str
    shape: Shape
    hand: Callable[[Letter, Target], Handed]
    address: Address | None = None
    settings: type[Any] | None = None
    secrets: tuple[str, ...] = ()
    limit: int = 0  # of the text, measured by `counts`; 0: none
    counts: Callable[[str], int] = len  # how the network counts: see rules/counting
    is_idempotent: bool = False  # the other side drops repeats of Letter.id
    is_public: bool = False  # strangers may subscribe by it on the page
    place: int = 50  # among those they choose from: what more people use comes first
    at_once: int = 4  # messages under way at the same time
    per_second: float = 0  # 0: no limit
    # Raises ValueError for settings that make no sense together.
    check: Callable[[Any], None] = _nothing
    # What an HTTP answer (status, headers, body) means, where it is not the usual.
    reads: Callable[[int, Mapping[str, str], str], Answer] | None = None
