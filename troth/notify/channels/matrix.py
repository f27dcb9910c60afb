"""Matrix, by an account of our own. The transaction's id is the letter's: repeats are dropped."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Final
from urllib.parse import quote

import msgspec

from troth.notify import calling
from troth.notify.carriers.http import read
from troth.notify.channel import Address, Call, Channel, Letter, Shape, Target, named
from troth.notify.rules import counting
from troth.notify.rules.results import Answer, Fate

_LONGEST: Final = 20_000  # bytes; an event has at most 65,536


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    server: Annotated[str, named("Home server", "Such as https://matrix.example.com.")]
    token: Annotated[str, named("Access token", "Of the account that speaks.", min_length=1)]


def check(settings: Settings) -> None:
    calling.server(settings.server)


def hand(letter: Letter, target: Target) -> Call:
    settings: Settings = target.settings
    room = quote(target.address, safe="")
    path = f"/_matrix/client/v3/rooms/{room}/send/m.room.message/{letter.id}"
    return Call(
        url=f"{calling.server(settings.server)}{path}",
        method="PUT",
        headers=calling.bearer(settings.token),
        json={
            "msgtype": "m.notice",  # no bot answers it
            "body": f"{letter.words.title}\n\n{letter.words.text}",
            "m.mentions": {},  # “@room” in a text rings for nobody
        },
    )


def reads(status: int, headers: Mapping[str, str], body: str) -> Answer:
    """Return what Matrix means: older servers say in JSON how long to wait."""
    answer = read(status, headers, body)
    told = calling.answered(body)
    if answer.fate is Fate.ACCEPTED:
        return replace(answer, receipt=str(told.get("event_id", ""))[:200])
    after = told.get("retry_after_ms")
    if answer.fate is Fate.LATER and answer.after is None and isinstance(after, int):
        return replace(answer, after=after / 1_000)
    return answer


matrix = Channel(
    label="Matrix",
    help="A message in a room of Matrix, by an account of yours that is in it.",
    shape=Shape.NOTE,
    hand=hand,
    settings=Settings,
    secrets=("token",),
    check=check,
    address=Address(
        label="Room",
        check=calling.matching(r"![^:\s]+(:\S+)?", "write the room's id: it begins with !"),
        hint="!abcdef:example.com",
    ),
    limit=_LONGEST,
    counts=counting.octets,
    reads=reads,
    is_idempotent=True,
    per_second=5,
)
