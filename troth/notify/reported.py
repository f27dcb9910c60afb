"""What a mail provider tells later of what it took: bounces and complaints, read by django-anymail.

Each outlet has an address of its own for that, with a signature that nobody can make up: a provider
is given it once. What the provider's body says besides is read, not believed to be somebody else's.
"""

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from troth.notify.actions.entering import kept
from troth.notify.actions.suppressing import COMPLAINT, HARD, SOFT, bounced
from troth.notify.queries.readers import delivery_of
from troth.people import queries as people

OPENED: Final = "opened"  # a provider that was told to count readings says so; we never ask for it
_PLAIN: Final = {"complained": COMPLAINT, "opened": OPENED}
_HARD_REASONS: Final = {"invalid", "bounced", "unsubscribed"}
_SOFT_WORDS: Final = re.compile(r"^(soft[ _-]?bounced?|transient|temporary)$", re.IGNORECASE)
# Where a provider says how bad it is: anymail's reasons do not tell a full mailbox from none.
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "mailersend": ("type",),
    "mailgun": ("event-data", "severity"),
    "mailjet": ("hard_bounce",),
    "mandrill": ("event",),
    "postal": ("payload", "status"),
    "resend": ("data", "bounce", "type"),
    "sparkpost": ("msys", "message_event", "bounce_class"),
}
_HARD_WORDS: Final = frozenset(
    {"activity.hard_bounced", "permanent", "true", "hard_bounce", "hardfail", "10", "30", "90"}
)
_MOST: Final = 1_000  # events of one call


class UnreadableError(Exception):
    """The body is not what this provider sends."""


class TooLongError(UnreadableError):
    """The body is longer than any that a provider sends; it was not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One event: of whom, what kind, in which words."""

    address: str
    kind: str
    said: str
    event_id: str
    receipt: str
    at: datetime


def take(request: HttpRequest, *, provider: str, now: datetime) -> int:
    """Write down what a provider tells; return how much of it was news. Raises UnreadableError."""
    return sum(_write(news, now) for news in _news(request, provider, now))


def _news(request: HttpRequest, provider: str, now: datetime) -> Iterator[News]:
    try:
        events = list(_reader(provider).parse_events(request))[:_MOST]
    except ImportError as error:
        raise UnreadableError(
            "django-anymail is not installed: add the extra “channels”"
        ) from error
    except RequestDataTooBig as error:
        raise TooLongError("this is too long") from error
    except Exception as error:
        raise UnreadableError(f"this is not what {provider} sends") from error
    for number, event in enumerate(events):
        kind = _kind(event, provider)
        if kind and isinstance(event.recipient, str):
            said = event.mta_response or event.description or event.reject_reason or ""
            yield News(
                address=event.recipient, kind=kind, said=kept(str(said), 500),
                event_id=kept(f"{provider} {_own_id(event, provider, kind, number)}", 200),
                receipt=kept(str(event.message_id or ""), 200),
                at=min(event.timestamp or now, now),
            )  # fmt: skip


def _own_id(event: Any, provider: str, kind: str, number: int) -> str:  # noqa: ANN401 - as above
    """Return what names an event when it is told again. Mailgun's library has one of the call."""
    if provider == "mailgun":
        own = _at(event.esp_event, ("event-data", "id"))
    else:
        own = "" if kind == OPENED else event.event_id
    return str(own or f"{event.message_id} {event.event_type}{_place(kind, number)}")


def _reader(provider: str) -> Any:  # noqa: ANN401 - anymail has no types
    """Return anymail's reader of a provider, without its own check: our address is the secret."""
    module = import_module(f"anymail.webhooks.{provider}")
    for name, found in inspect.getmembers(module, inspect.isclass):
        if name.endswith("TrackingWebhookView") and found.__module__ == module.__name__:
            return object.__new__(found)
    raise ImportError(provider)


def _kind(event: Any, provider: str) -> str:  # noqa: ANN401 - anymail has no types
    """Return what an event is for us, by the provider's own word where it has one."""
    name = str(event.event_type)
    if name in _PLAIN:
        return _PLAIN[name]
    if name not in {"bounced", "rejected", "failed"}:
        return ""
    own = _at(event.esp_event, _WORDS.get(provider, ()))
    if isinstance(own, str | bool):
        return HARD if str(own).lower() in _HARD_WORDS and not _is_block(event) else SOFT
    reason = str(event.reject_reason or "")
    return HARD if reason in _HARD_REASONS and not _says_soft(event.esp_event) else SOFT


def _at(told: object, path: Sequence[str]) -> object:
    """Return what stands at a place of a provider's words, or None."""
    for name in path:
        told = told.get(name) if isinstance(told, Mapping) else None
    return told if path else None


def _is_block(event: Any) -> bool:  # noqa: ANN401 - anymail has no types
    """Say whether it is about the sender: Mailgun calls it permanent that a host blocks us."""
    return _at(event.esp_event, ("event-data", "reason")) in {"espblock", "old", "greylisted"}


def _says_soft(told: object) -> bool:
    """Say whether a provider calls it soft: anymail gives both kinds the same reason."""
    values = told.values() if isinstance(told, Mapping) else ()
    return any(isinstance(one, str) and _SOFT_WORDS.search(one[:40]) for one in values)


def _place(kind: str, number: int) -> str:
    """Tell events of one message apart; a message that is read twice is read once."""
    return "" if kind == OPENED else f" {number}"


def _write(news: News, now: datetime) -> bool:
    try:
        contact = people.find("email", news.address)
    except ValueError:
        return False
    if contact is None:
        return False
    delivery = delivery_of(contact.pk, news.receipt)
    if news.kind == OPENED and delivery is None:
        return False
    return bounced(
        contact_id=contact.pk, kind=news.kind, said=news.said, event_id=news.event_id,
        at=news.at, now=now, delivery_id=delivery,
    )  # fmt: skip
