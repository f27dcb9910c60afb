"""Signed webhooks, as https://www.standardwebhooks.com describes them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec

from troth.core import clock
from troth.notify import calling
from troth.notify.carriers.http import read
from troth.notify.channel import Address, Call, Channel, Letter, Shape, Target
from troth.notify.rules.results import Answer, Fate

_LONGEST: Final = 2_000
_DOCUMENTATION: Final = "https://www.standardwebhooks.com"
_CHALLENGE: Final = re.compile(r"sub_[\w.:=-]{40,200}")


def hand(letter: Letter, target: Target) -> Call:
    """Return the request: the story, signed with each key that is valid now."""
    at = clock.now()
    body = body_of(letter, at)
    return Call(
        url=target.address,
        headers={
            "content-type": "application/json",
            "webhook-id": letter.id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signatures(letter.id, at, body, target.secret),
        },
        body=body,
    )


def reads(status: int, headers: Mapping[str, str], body: str) -> Answer:
    """Return what a program means; one that was asked may answer with our challenge alone."""
    answer = read(status, headers, body)
    if answer.fate is not Fate.ACCEPTED:
        return answer
    text = body.strip().strip('"')
    echo = text if _CHALLENGE.fullmatch(text) else str(calling.answered(body).get("challenge", ""))
    return replace(answer, echo=echo if _CHALLENGE.fullmatch(echo) else "")


def body_of(letter: Letter, at: datetime) -> bytes:
    """Return `{"type", "timestamp", "data"}`; data is what the story says for programs.

    `meta` and what the story has of Statuspage's shape stand beside them: receivers of either find
    what they know.
    """
    story, said = letter.story, at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return msgspec.json.encode(
        {
            "type": story.event.value,
            "timestamp": said,
            "data": story.data or story,
            **({"correction": True} if story.is_correction else {}),
            "links": {"manage": letter.manage_url, "unsubscribe": letter.end_url},
            "meta": {
                "unsubscribe": letter.end_url,
                "documentation": _DOCUMENTATION,
                "generated_at": said,
            },
            **story.statuspage,
        }
    )


def signatures(letter_id: str, at: datetime, body: bytes, keys: str) -> str:
    """Return one signature for each key, the newest first."""
    from standardwebhooks import Webhook

    text = body.decode()
    return " ".join(Webhook(key).sign(letter_id, at, text) for key in keys.split())


def check(text: str) -> str:
    """Return the address of a program. Raises ValueError."""
    text = text.strip()
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write the whole address, such as https://example.org/hook")
    if parts.username or parts.password:
        raise ValueError("user and password do not belong into the address")
    if len(text) > _LONGEST:
        raise ValueError(f"is longer than {_LONGEST} characters")
    return text


webhook = Channel(
    label="Webhook",
    help="JSON for programs, signed; repeats carry the same webhook-id.",
    shape=Shape.HOOK,
    address=Address(label="Address", check=check, is_secret=True,
                    hint="https://example.org/hook"),
    hand=hand,
    is_idempotent=True,
    is_public=True,
    place=7,
    at_once=50,
    reads=reads,
)  # fmt: skip
