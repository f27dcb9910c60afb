"""Reading a document field by field, collecting every problem in plain words. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from fractions import Fraction
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from troth.core import windows
from troth.core.problems import Problem

T = TypeVar("T")
_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?")


def nearest(word: str, known: Iterable[str]) -> str:
    """Return “; did you mean “x”?” for the nearest known word, or nothing."""
    found = get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return f"; did you mean “{found[0]}”?" if found else ""


class Fields:
    """One mapping of a document. Getters note a problem and return the default."""

    def __init__(self, value: object, path: str, problems: list[Problem]) -> None:
        self.path, self.problems = path, problems
        if value is not None and not isinstance(value, Mapping):
            self.note("", f"must hold named fields, not {_kind(value)}")
            value = None
        self.values: Mapping[object, object] = value or {}

    def note(self, name: str, message: str) -> None:
        path = ".".join(part for part in (self.path, name) if part)
        self.problems.append(Problem(path, message))

    def only(self, *known: str) -> None:
        """Note every field that is not among the `known`."""
        for name in self.values:
            if name not in known:
                self.note(str(name), f"there is no such field{nearest(str(name), known)}")

    def inside(self, name: str) -> "Fields":
        path = f"{self.path}.{name}" if self.path else name
        return Fields(self.values.get(name), path, self.problems)

    def has(self, name: str) -> bool:
        return self.values.get(name) is not None

    def read(self, name: str, default: T, parse: Callable[[object], T]) -> T:
        """Return `parse(value)`; where it raises ValueError, its message becomes a problem."""
        value = self.values.get(name)
        if value is None:
            return default
        try:
            return parse(value)
        except ValueError as error:
            self.note(name, str(error))
            return default

    def text(self, name: str, default: str = "") -> str:
        return self.read(name, default, as_text)

    def needed(self, name: str, hint: str) -> str:
        """Return a text that must be there; `hint` says what to write."""
        if not self.has(name) or self.values.get(name) == "":
            self.note(name, f"is missing: {hint}")
            return ""
        return self.text(name)

    def choice(self, name: str, known: Sequence[str], default: str) -> str:
        return self.read(name, default, lambda value: as_choice(value, known))

    def items(self, name: str) -> list[tuple[str, object]]:
        """Return (path, item) of a list; a single value counts as a list of one."""
        value = self.values.get(name)
        if value is None:
            return []
        listed = value if isinstance(value, list) else [value]
        return [(f"{name}[{index}]", item) for index, item in enumerate(listed)]


def as_text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError(f"must be a text, not {_kind(value)}")  # noqa: TRY004 - one kind of error
    return str(value).strip()


def as_choice(value: object, known: Sequence[str]) -> str:
    word = as_text(value)
    if word in known:
        return word
    raise ValueError(f"“{word}” is none of {', '.join(known)}{nearest(word, known)}")


def as_slug(value: object) -> str:
    word = as_text(value)
    if _SLUG.fullmatch(word):
        return word
    raise ValueError(f"“{word}” is no name: use a-z, 0-9 and inner hyphens, at most 100")


def as_share(value: object) -> Fraction:
    """Return 97%, 0.97, "0.97" or "97 in 100" exactly as written, between 0 and 1."""
    text = as_text(value)
    try:
        share = _share(text)
    except (InvalidOperation, ZeroDivisionError):
        raise ValueError(
            f"“{text}” is no share; write for example 97%, 0.97 or 97 in 100"
        ) from None
    if not 0 <= share <= 1:
        raise ValueError(f"{text} is not between 0 and 1; for a percentage write {text}%")
    return share


def _share(text: str) -> Fraction:
    if text.endswith("%"):
        return _exact(text[:-1]) / 100
    for word in (" in ", " of ", "/"):
        if word in text:
            part, whole = text.split(word, 1)
            return _exact(part) / _exact(whole)
    return _exact(text)


def _exact(text: str) -> Fraction:
    number = Decimal(text.strip())
    if not number.is_finite() or number.adjusted() > 12 or number.adjusted() < -12:  # noqa: PLR2004
        raise InvalidOperation
    return Fraction(number)


def as_truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError(f"must be true or false, not {_kind(value)}")


def as_whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"must be a whole number, not {_kind(value)}")
    return value


def as_seconds(value: object) -> int:
    return windows.parse_duration(as_text(value))


def as_zone(value: object) -> str:
    name = as_text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"“{name}” is no time zone; write for example Europe/Berlin") from None
    return name


def as_instant(value: object, zone: ZoneInfo) -> datetime:
    """Return an aware instant; a date is its first moment, a bare time is meant in `zone`."""
    if isinstance(value, str):
        value = _from_text(value)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return (
            windows.midnight(value, zone)
            if value.year > 1
            else datetime.combine(value, time.min, tzinfo=zone)
        )
    raise ValueError(f"must be a date or an instant, not {_kind(value)}")


def _from_text(text: str) -> date:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)  # noqa: PLR2004
    except ValueError:
        raise ValueError(f"“{text}” is no date; write for example 2026-01-31") from None


def _kind(value: object) -> str:
    names = {dict: "named fields", list: "a list", bool: "yes or no", type(None): "nothing"}
    return names.get(type(value), f"“{value}”")
