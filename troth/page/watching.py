"""The dead man's switch of the page itself: whether it is served, and as fresh as it should be.

Needs no installation and no Django: it runs anywhere and asks what every published page carries,
`checked.json`, and whether the front page is there.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

FRESH, STALE, UNREACHABLE = "fresh", "stale", "unreachable"
CODES = {FRESH: 0, STALE: 1, UNREACHABLE: 3}
_MOST = 2_000_000  # bytes that are read of any answer


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at one page. `age` is in seconds since the last check, None where nobody knows."""

    url: str
    at: datetime
    state: str  # fresh, stale or unreachable
    says: str
    age: float | None = None
    revision: str = ""


class UnansweredError(Exception):
    """It was asked and gave no answer that can be used."""


def look(url: str, *, at: datetime, max_age: float, timeout: float) -> Seen:
    """Ask a page for its age. Both its front page and `checked.json` must be there."""
    root = url.rstrip("/")
    try:
        _get(f"{root}/", timeout)
        told = _told(_get(f"{root}/checked.json", timeout))
    except UnansweredError as problem:
        return Seen(url, at, UNREACHABLE, str(problem))
    return judged(url, told, at=at, max_age=max_age)


def judged(url: str, told: dict[str, object], *, at: datetime, max_age: float) -> Seen:
    """Say what a page's `checked.json` means at an instant."""
    stamp, revision = told.get("checked_at"), str(told.get("data_revision") or "")
    try:
        checked = datetime.fromisoformat(str(stamp))
        age = (at - checked).total_seconds()
    except (ValueError, TypeError):
        return Seen(url, at, STALE, "it was never checked", revision=revision)
    if age > max_age:
        return Seen(url, at, STALE, f"last checked {_length(age)} ago", age, revision)
    if age < -max_age:
        return Seen(url, at, STALE, f"checked {_length(-age)} in the future", age, revision)
    return Seen(url, at, FRESH, f"checked {_length(max(age, 0))} ago", age, revision)


def worst(seen: Sequence[Seen]) -> str:
    return max((one.state for one in seen), key=lambda state: CODES[state], default=FRESH)


def _length(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{round(seconds)} seconds"
    return f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} hours"  # noqa: PLR2004 - two hours


def _get(url: str, timeout: float) -> bytes:
    if urlsplit(url).scheme not in ("http", "https"):
        raise UnansweredError("it is no web address")
    request = Request(url, headers={"User-Agent": "troth-watch", "Cache-Control": "no-cache"})  # noqa: S310 - checked above
    try:
        with urlopen(request, timeout=timeout) as answer:  # noqa: S310 - checked above
            body: bytes = answer.read(_MOST)
    except HTTPError as problem:
        raise UnansweredError(f"{urlsplit(url).path} answers {problem.code}") from None
    except (OSError, HTTPException, ValueError) as problem:
        reason = getattr(problem, "reason", None) or problem
        raise UnansweredError(f"no answer: {reason}") from None
    if not body:
        raise UnansweredError(f"{urlsplit(url).path} is empty")
    return body


def _told(body: bytes) -> dict[str, object]:
    try:
        told = json.loads(body)
    except ValueError:
        raise UnansweredError("checked.json is no JSON: this is no page of Troth") from None
    if not isinstance(told, dict) or "checked_at" not in told:
        raise UnansweredError("checked.json says nothing: this is no page of Troth")
    return told


class Alarm:
    """Decides when to ring: after `after` bad looks in a row, and once more when all is well."""

    def __init__(self, after: int) -> None:
        self._after = after
        self._bad = 0
        self.is_ringing = False

    def wants(self, state: str) -> bool:
        """Take in a state, and say whether the alarm has to be told of it now."""
        self._bad = 0 if state == FRESH else self._bad + 1
        ringing = self._bad >= self._after or (self.is_ringing and self._bad > 0)
        return ringing != self.is_ringing

    def told(self) -> None:
        """Note that the alarm was told; untold, it is tried again at the next look."""
        self.is_ringing = not self.is_ringing
