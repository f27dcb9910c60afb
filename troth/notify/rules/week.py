"""The week as one story: what everybody was told of it, the newest first. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import blake2b
from typing import Final
from zoneinfo import ZoneInfo

from troth.notify.rules import labels
from troth.notify.rules.digest import line_of
from troth.notify.rules.events import Event
from troth.notify.rules.story import Part, Story, in_language

HOUR: Final = 6  # on Mondays, before digests go at eight
_TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "en": ("The week from {first} to {last}: one piece of news",
           "The week from {first} to {last}: {count} pieces of news"),
    "de": ("Die Woche vom {first} bis {last}: eine Nachricht",
           "Die Woche vom {first} bis {last}: {count} Nachrichten"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Seven days from a Monday, by the clocks of one zone."""

    monday: date
    zone: ZoneInfo

    @property
    def about(self) -> str:
        year, number, _day = self.monday.isocalendar()
        return f"digest:{year}-W{number:02}"

    @property
    def since(self) -> datetime:
        return datetime.combine(self.monday, time(), self.zone)

    @property
    def until(self) -> datetime:
        return datetime.combine(self.monday + timedelta(days=7), time(), self.zone)


def to_tell(at: datetime, zone: ZoneInfo) -> Week | None:
    """Return the week that is told now: the last one, on a Monday from six o'clock on."""
    wall = at.astimezone(zone)
    if wall.weekday() or wall.hour < HOUR:
        return None
    return Week(monday=wall.date() - timedelta(days=7), zone=zone)


def is_for_all(story: Story) -> bool:
    """Return whether everybody who reads the main page may hear of a story."""
    return not story.audiences and (not story.pages or "" in story.pages)


def story_of(week: Week, stories: Sequence[Story], *, link: str, languages: Sequence[str]) -> Story:
    """Return the week's story of what was told, given the newest first."""
    first, *others = [_said(week, stories, language) for language in languages]
    parts = {part.key: Part(key=part.key, name="") for one in stories for part in one.parts}
    words = " ".join(one.revision for one in stories)
    return Story(
        about=week.about,
        event=Event.DIGEST_WEEKLY,
        revision=blake2b(f"{week.about} {words}".encode(), digest_size=8).hexdigest(),
        title=first["title"],
        body=first["body"],
        link=link,
        since=week.since,
        until=week.until,
        parts=tuple(parts.values()),
        pages=("",),
        translations=dict(zip(languages[1:], others, strict=True)),
    )


def _said(week: Week, stories: Sequence[Story], language: str) -> dict[str, str]:
    days = [labels.day(one, language) for one in (week.monday, week.monday + timedelta(days=6))]
    titles = _TITLES.get(labels.spoken(language), _TITLES["en"])
    title = titles[len(stories) > 1].format(first=days[0], last=days[1], count=len(stories))
    body = "\n".join(line_of(in_language(one, language)) for one in stories)
    return {"title": title, "body": body}
