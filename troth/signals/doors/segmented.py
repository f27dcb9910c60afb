"""Messages shaped as Segment's libraries send them, made into signals.

`event` is the kind ("Order Completed" → order.completed), `messageId` the delivery id, `userId` or
`anonymousId` the subject. An `order_id` makes a case of its own for each kind: an order refunded
does not replace the order completed. Of the other properties only numbers, booleans and single
short words are kept, as segment attributes: free text and whatever names a person are dropped.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from troth.signals.envelope import LONGEST_VALUE, MOST_ATTRIBUTES, Signal

CALLS: Final = ("track", "identify", "page", "screen", "group", "alias")
_USED = frozenset({"order_id", "revenue", "value", "total", "currency"})
_PERSONAL = re.compile(
    r"(?i)(e_?mail|name|phone|mobile|address|street|city|zip|postal|birth|gender|title|url|href|"
    r"referrer|search|query|message|comment|text|note|description|avatar|password|token|_ip|^ip$)"
)
_WORD = re.compile(r"[\w.:+/-]+(?: [\w.:+/&-]+){0,2}")
_LONGEST_WORD: Final = 40


class MessageRefused(ValueError):  # noqa: N818 - said of a message
    """A message that is no signal: its field, and a reason that continues the field's name."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Sender:
    """Who posts, when it arrived, and when the sender's own clock says it was sent."""

    source: str
    received_at: datetime
    sent_at: str | None = None


def signal_of(message: Mapping[str, Any], call: str, sender: Sender) -> tuple[Signal, int]:
    """Return the signal in a message, and how many of its properties were dropped.

    Raises MessageRefused or msgspec.ValidationError.
    """
    kind = _kind(message, call)
    properties = _object(message, "properties")
    order = properties.get("order_id")
    segment, dropped = _segment(properties, _object(message, "context"))
    found: dict[str, Any] = {
        "source": sender.source,
        "kind": kind,
        "happened_at": _happened_at(message, sender),
        "id": message.get("messageId"),
        "key": f"{kind}/{order}" if isinstance(order, str | int) and order != "" else None,
        "subject": _text(message.get("userId") or message.get("anonymousId")),
        "value": _value(properties),
        "unit": properties.get("currency"),
        "segment": segment,
    }
    told = {name: value for name, value in found.items() if value is not None}
    return msgspec.convert(told, Signal), dropped


def slug(event: str) -> str:
    """Return “Order Completed” as order.completed: letters a-z, digits and dots."""
    plain = unicodedata.normalize("NFKD", event).encode("ascii", "ignore").decode()
    return ".".join(re.findall(r"[a-z0-9]+", plain.lower()))


def _kind(message: Mapping[str, Any], call: str) -> str:
    call = call or str(message.get("type", ""))
    if call not in CALLS:
        raise MessageRefused("type", f"is not one of {', '.join(CALLS)}")
    if call != "track":
        return call
    event = message.get("event")
    if not isinstance(event, str) or not event:
        raise MessageRefused("event", "is missing")
    found = slug(event)
    if not found:
        raise MessageRefused("event", "holds no letter a-z or digit that could name a kind")
    return found


def _object(message: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = message.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str | None:
    return str(value) if isinstance(value, str | int) and value != "" else None


def _value(properties: Mapping[str, Any]) -> float | None:
    for name in ("revenue", "value", "total"):
        value = properties.get(name)
        if isinstance(value, bool) or value is None:
            continue
        try:
            return float(value)
        except (TypeError, ValueError, OverflowError):
            continue
    return None


def _happened_at(message: Mapping[str, Any], sender: Sender) -> datetime:
    """Return when it happened by our clock: what the sender's clock says, less its skew."""
    original = _instant(message, "originalTimestamp") or _instant(message, "timestamp")
    if original is None:
        return sender.received_at
    sent = _instant(message, "sentAt") or _instant({"sentAt": sender.sent_at}, "sentAt")
    skew = sender.received_at - sent if sent else timedelta()
    try:
        return original + skew
    except OverflowError as error:
        raise MessageRefused("timestamp", "lies outside the years that are kept") from error


def _instant(message: Mapping[str, Any], name: str) -> datetime | None:
    value = message.get(name)
    if value is None:
        return None
    try:
        found = msgspec.convert(value, datetime)
    except msgspec.ValidationError as error:
        raise MessageRefused(name, "is not a time in RFC 3339") from error
    if found.tzinfo is None:
        raise MessageRefused(name, "has no time zone; end it with Z or an offset")
    return found


def _segment(
    properties: Mapping[str, Any], context: Mapping[str, Any]
) -> tuple[dict[str, str | int | float | bool], int]:
    kept = dict(_told(context))
    dropped = 0
    for name, value in properties.items():
        if name in _USED:
            continue
        attribute = _attribute(name)
        if attribute and _is_plain(attribute, value) and len(kept) < MOST_ATTRIBUTES:
            kept[attribute] = value
        else:
            dropped += 1
    return kept, dropped


def _told(context: Mapping[str, Any]) -> Iterator[tuple[str, str | int | float | bool]]:
    device = _object(context, "device").get("type")
    for name, value in (("device_type", device), ("locale", context.get("locale"))):
        if isinstance(value, str) and _is_plain(name, value):
            yield name, value


def _attribute(name: str) -> str:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    found = re.sub(r"[^a-z0-9]+", "_", snake.lower()).strip("_")[:40].rstrip("_")
    return found if found[:1].isalpha() else ""


def _is_plain(name: str, value: object) -> bool:
    if _PERSONAL.search(name):
        return False
    if isinstance(value, bool | int | float):
        return len(str(value)) <= LONGEST_VALUE
    return isinstance(value, str) and len(value) <= _LONGEST_WORD and bool(_WORD.fullmatch(value))
