"""What a reader wants to be told, from wherever it comes: form, API, file. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from troth.notify.rules import families
from troth.notify.rules.events import Purpose, Severity, events_of

PACES: Final = ("at once", "daily", "weekly")
DAY_MINUTES: Final = 24 * 60
MOST_PARTS: Final = 500
_KEY: Final = re.compile(r"[a-z]+:[A-Za-z0-9_.-]{1,100}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HOUR: Final = re.compile(r"([01]?[0-9]|2[0-3])(?::?([0-5][0-9]))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """`keys` name parts (story.Part.key), none is all. Quiet minutes are two or none."""

    events: int
    floor: Severity = Severity.NONE
    keys: tuple[str, ...] = ()
    pace: str = "at once"
    quiet_from: int | None = None
    quiet_until: int | None = None
    page: str = ""
    audience: str = ""
    language: str = "en"
    zone: str = "UTC"

    @property
    def purposes(self) -> frozenset[Purpose]:
        return frozenset(event.purpose for event in events_of(self.events))


class WishError(ValueError):
    """`problems` is field → sentence."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(f"{field}: {what}" for field, what in problems.items()))


def checked(wish: Wish) -> Wish:
    """Return the wish with each part once and in order. Raises WishError with every problem."""
    if problems := dict(_problems(wish)):
        raise WishError(problems)
    return replace(wish, keys=tuple(sorted(set(wish.keys))))


def _problems(wish: Wish) -> Iterator[tuple[str, str]]:
    if not wish.events & families.OPEN_TO_ALL:
        yield "events", "choose at least one thing to be told of"
    if wish.pace not in PACES:
        yield "pace", f"is one of {', '.join(PACES)}"
    if not _LANGUAGE.fullmatch(wish.language) or len(wish.language) > 10:  # noqa: PLR2004 - the column
        yield "language", "is a language such as en or de"
    if not is_zone(wish.zone):
        yield "zone", "is a time zone such as Europe/Berlin"
    yield from _keys(wish)
    yield from _quiet(wish)


def _keys(wish: Wish) -> Iterator[tuple[str, str]]:
    if len(wish.keys) > MOST_PARTS:
        yield "parts", f"at most {MOST_PARTS}; choose none to hear of everything"
    for key in wish.keys[:MOST_PARTS]:
        if not _KEY.fullmatch(key):
            yield "parts", f"“{key[:40]}” is no part"


def _quiet(wish: Wish) -> Iterator[tuple[str, str]]:
    ends = (wish.quiet_from, wish.quiet_until)
    if ends == (None, None):
        return
    if None in ends:
        yield "quiet_until", "quiet hours have a beginning and an end"
    elif any(not 0 <= (one or 0) < DAY_MINUTES for one in ends):
        yield "quiet_from", "is a time of the day such as 22:00"
    elif ends[0] == ends[1]:
        yield "quiet_until", "quiet hours end at another time than they begin"


def is_zone(name: str) -> bool:
    return name in zones()


@cache
def zones() -> frozenset[str]:
    """Return the names of all time zones."""
    return frozenset(available_timezones())


def minute(text: str) -> int | None:
    """Return the minute of the day of "22:00" or "7"; None of nothing. Raises ValueError."""
    text = text.strip()
    if not text:
        return None
    found = _HOUR.fullmatch(text)
    if found is None:
        raise ValueError("write a time of the day such as 22:00")
    return int(found[1]) * 60 + int(found[2] or 0)


def clock_of(found: int | None) -> str:
    """Return "22:00" of a minute of the day."""
    return "" if found is None else f"{found // 60:02}:{found % 60:02}"


def together(was: Wish, more: Wish) -> Wish:
    """Return what fulfils both: someone who asks for more loses nothing they had."""
    everything = not was.keys or not more.keys
    return replace(
        more,
        events=was.events | more.events,
        floor=min(was.floor, more.floor),
        keys=() if everything else tuple(sorted({*was.keys, *more.keys})),
    )


def zone_of(name: str) -> ZoneInfo:
    """Return a zone; UTC where a name means none any more."""
    return ZoneInfo(name) if is_zone(name) else ZoneInfo("UTC")
