"""Opsgenie: one alert for each thing told of, known by its alias, closed when that is over."""

from hashlib import blake2b
from typing import Annotated, Any, Final, Literal

import msgspec

from troth.notify import calling
from troth.notify.channel import Call, Channel, Letter, Shape, Target, named
from troth.notify.rules.events import Severity
from troth.notify.rules.fitting import shortened

_LONGEST_MESSAGE, _LONGEST_TEXT = 130, 15_000
_PRIORITIES: Final = {
    Severity.NONE: "P4", Severity.MINOR: "P3", Severity.MAJOR: "P2", Severity.CRITICAL: "P1",
}  # fmt: skip


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    api_key: Annotated[str, named("API key", "Of an API integration.", min_length=1)]
    region: Annotated[Literal["us", "eu"], named("Region", "Where the account is.")] = "us"


def hand(letter: Letter, target: Target) -> Call:
    settings: Settings = target.settings
    host = "api.eu.opsgenie.com" if settings.region == "eu" else "api.opsgenie.com"
    alias = blake2b(letter.story.about.encode(), digest_size=16).hexdigest()
    path, body = f"/v2/alerts/{alias}", _note(letter)
    if calling.is_over(letter.story):
        path += "/close?identifierType=alias"
    elif letter.story.event.value == "alert.taken":
        path += "/acknowledge?identifierType=alias"
    else:
        path, body = "/v2/alerts", {**_alert(letter), "alias": alias}
    headers = {"Authorization": f"GenieKey {settings.api_key}"}
    return Call(url=f"https://{host}{path}", headers=headers, json=body)


def _alert(letter: Letter) -> dict[str, Any]:
    story, words = letter.story, letter.words
    return {
        "message": shortened(words.title, _LONGEST_MESSAGE),
        "description": words.text,
        "details": {"link": story.link, "revision": story.revision},
        "entity": ", ".join(part.name for part in story.parts if part.name)[:512],
        "priority": _PRIORITIES[story.severity],
        "source": "Troth",
    }


def _note(letter: Letter) -> dict[str, Any]:
    return {"note": letter.words.text, "source": "Troth"}


opsgenie = Channel(
    label="Opsgenie",
    help="An alert that Opsgenie rings and closes. Repeats of one thing are one alert.",
    shape=Shape.NOTE,
    hand=hand,
    settings=Settings,
    secrets=("api_key",),
    limit=_LONGEST_TEXT,
    is_idempotent=True,
    per_second=5,
)
