"""What a check found out, by name, and how a condition reaches into it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Fact = Any  # None, bool, int, float, str, or a list or mapping of these
_LONGEST: Final = 60
_SECOND: Final = 1.0
_TIMES: Final = frozenset({"time", "dns", "connect", "tls", "first_byte", "transfer"})


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that is not there, and why, in words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Path:
    """The way to a fact: `json.items[0].name` is ("json", "items", 0, "name")."""

    steps: tuple[str | int, ...]

    def __str__(self) -> str:
        first, *rest = self.steps
        return str(first) + "".join(_step(step) for step in rest)


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if step.replace("-", "").replace("_", "").isalnum() else f'["{step}"]'


def find(facts: Mapping[str, Fact], path: Path) -> Fact | Missing:
    """Return what the path leads to. Names of headers are written in small letters."""
    found: Fact = facts
    for number, step in enumerate(path.steps):
        found = _inside(found, step)
        if isinstance(found, Missing):
            return _explained(found, path, number)
    return found


def _inside(found: Fact, step: str | int) -> Fact | Missing:
    if isinstance(found, Mapping):
        return _member(found, step)
    if isinstance(found, Sequence) and not isinstance(found, str | bytes):
        return _item(found, step)
    return Missing("")


def _member(found: Mapping[str, Fact], step: str | int) -> Fact | Missing:
    key = str(step)
    if key in found:
        return found[key]
    return found.get(key.lower(), Missing(""))


def _item(found: Sequence[Fact], step: str | int) -> Fact | Missing:
    if isinstance(step, str) and not step.lstrip("-").isdecimal():
        return Missing("")
    index = int(step)
    return found[index] if -len(found) <= index < len(found) else Missing("")


def _explained(found: Missing, path: Path, number: int) -> Missing:
    reached = Path(path.steps[: number + 1])
    return Missing(found.reason or f"{reached} is missing")


def shown_value(name: str, value: Fact) -> str:
    """Return a value as a reason names it: short, on one line, times with their unit."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, float) and (name in _TIMES or name.startswith("phase.")):
        return f"{value * 1000:.0f} ms" if value < _SECOND else f"{value:.2f} s"
    if isinstance(value, float):
        return f"{value:g}"
    text = f'"{_plain(value)}"' if isinstance(value, str) else _plain(repr(value))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _plain(text: str) -> str:
    """Return the beginning of a text without what could break a line or hide something."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:_LONGEST])
