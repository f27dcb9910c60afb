"""PagerDuty, by its Events API v2: one alert for each thing told of, which ends when that does."""

from typing import Annotated, Final, Literal

import msgspec

from troth.notify import calling
from troth.notify.channel import Call, Channel, Letter, Shape, Target, named
from troth.notify.rules.events import Severity
from troth.notify.rules.fitting import shortened
from troth.notify.rules.story import Story

_LONGEST_SUMMARY, _LONGEST_SOURCE, _LONGEST_TEXT = 1_024, 255, 50_000  # an event: 512 KB
_SEVERITIES: Final = {
    Severity.NONE: "info", Severity.MINOR: "warning", Severity.MAJOR: "error",
    Severity.CRITICAL: "critical",
}  # fmt: skip


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    routing_key: Annotated[
        str,
        named("Integration key", "Of an Events API v2 integration.", pattern="^[0-9a-zA-Z]{32}$"),
    ]
    region: Annotated[Literal["us", "eu"], named("Region", "Where the account is.")] = "us"


def hand(letter: Letter, target: Target) -> Call:
    settings: Settings = target.settings
    story, words = letter.story, letter.words
    host = "events.eu.pagerduty.com" if settings.region == "eu" else "events.pagerduty.com"
    return Call(
        url=f"https://{host}/v2/enqueue",
        json={
            "routing_key": settings.routing_key,
            "event_action": _action(letter),
            "dedup_key": story.about,
            "client": "Troth",
            "client_url": story.link,
            "payload": {
                "summary": shortened(words.title, _LONGEST_SUMMARY),
                "source": _source(story),
                "severity": _SEVERITIES[story.severity],
                "custom_details": {"text": words.text, "revision": story.revision},
            },
            "links": [{"href": story.link, "text": story.title}],
        },
    )


def _source(story: Story) -> str:
    named = ", ".join(part.name for part in story.parts if part.name)
    return shortened(named, _LONGEST_SOURCE) or story.about


def _action(letter: Letter) -> str:
    if calling.is_over(letter.story):
        return "resolve"
    return "acknowledge" if letter.story.event.value == "alert.taken" else "trigger"


pagerduty = Channel(
    label="PagerDuty",
    help="An alert that PagerDuty rings and ends. Repeats of one thing are one alert.",
    shape=Shape.NOTE,
    hand=hand,
    settings=Settings,
    secrets=("routing_key",),
    limit=_LONGEST_TEXT,
    is_idempotent=True,
    per_second=2,
)
