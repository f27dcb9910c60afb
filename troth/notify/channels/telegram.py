"""Telegram, by a bot of our own."""

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec

from troth.notify import calling
from troth.notify.carriers.http import read
from troth.notify.channel import Address, Call, Channel, Letter, Shape, Target, named
from troth.notify.rules import counting
from troth.notify.rules.results import Answer, Fate

_LONGEST: Final = 4_096
_GONE: Final = ("blocked by the user", "chat not found", "user is deactivated", "was kicked",
                "not a member", "group chat was upgraded")  # fmt: skip


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    token: Annotated[str, named("Token", "As BotFather gave it.", pattern=r"^\d+:[\w-]{20,}$")]
    server: Annotated[str, named("Server", "Of the bot API, where it is your own.")] = (
        "https://api.telegram.org"
    )


def check(settings: Settings) -> None:
    calling.server(settings.server)


def hand(letter: Letter, target: Target) -> Call:
    settings: Settings = target.settings
    words = letter.words
    return Call(
        url=f"{calling.server(settings.server)}/bot{settings.token}/sendMessage",
        json={
            "chat_id": target.address,
            "text": f"{words.title}\n\n{words.text}",
            "link_preview_options": {"is_disabled": True},
        },
    )


def reads(status: int, headers: Mapping[str, str], body: str) -> Answer:
    """Return what Telegram means: it says how long to wait, and who is there no more, in JSON."""
    said = calling.answered(body)
    words = f"{status} {said.get('description', '')}".strip()[:200]
    if said.get("ok") is True:
        result = said.get("result")
        receipt = str(result.get("message_id", "")) if isinstance(result, dict) else ""
        return Answer(fate=Fate.ACCEPTED, said=f"{status} message {receipt}", receipt=receipt)
    if status in (400, 403) and any(sign in words for sign in _GONE):
        return Answer(fate=Fate.GONE, said=words)
    asked = said.get("parameters")
    if status == 429 and isinstance(asked, dict):  # noqa: PLR2004
        return Answer(fate=Fate.LATER, said=words, after=float(asked.get("retry_after") or 1))
    return read(status, headers, body)


telegram = Channel(
    label="Telegram",
    help="A message by a bot of yours to a person, a group or a channel of Telegram.",
    shape=Shape.NOTE,
    hand=hand,
    settings=Settings,
    secrets=("token",),
    check=check,
    address=Address(
        label="Chat",
        check=calling.matching(
            r"@\w{4,32}|-?\d{1,20}", "write the number of the chat, or @ and a channel's name"
        ),
        hint="@our_channel or -1001234567890",
    ),
    limit=_LONGEST - 320,  # its title comes with it
    counts=counting.units,
    per_second=25,
    reads=reads,
)
