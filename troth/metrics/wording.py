"""What faded, in words that somebody who has never seen a control chart can use."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from troth.metrics.drift.enrolment import Threshold
from troth.metrics.drift.pictures import FadeView, StreamView
from troth.ui import words

KINDS: Final = {
    "stack": "many a little worse",
    "fade": "fading",
    "spike": "one unusual day",
    "surprise": "a surprise within the day",
    "predictability": "less predictable",
    "gap": "short of the promise",
    "threshold": "past a limit",
    "no_data": "silent",
}
RULES: Final = {  # run rules (drift.rules) in words
    "beyond-3": "beyond three sigmas",
    "two-of-three-beyond-2": "two of three days beyond two sigmas",
    "four-of-five-beyond-1": "four of five days beyond one sigma",
    "eight-on-one-side": "eight days on one side",
    "six-in-a-row-rising": "six days that rise",
    "six-in-a-row-falling": "six days that fall",
}
_NAMED = 4
_WHOLE = 10  # from so many on no part of a case is told


def title(fade: FadeView) -> str:
    """Return what a fade is of."""
    found = fade.stream.name if fade.stream else "Several touchpoints together"
    if fade.segment:
        parts = (
            f"{name} {'not said' if value is None else value}"
            for name, value in fade.segment.items()
        )
        found += f" ({', '.join(parts)})"
    return found


def word(fade: FadeView) -> str:
    return KINDS.get(fade.kind, fade.kind)


def text(fade: FadeView) -> str:
    """Return what is to be said of a fade in half a sentence; of what it had grown to by then."""
    if fade.kind in _OWN_WORDS:
        return _OWN_WORDS[fade.kind](fade)
    against = {"gap": "than promised", "threshold": "than the limit"}.get(fade.kind, "than usual")
    way = "worse" if fade.size >= 0 else "better"
    found = f"{size(fade.size, fade.stream)} {way} {against}"
    if fade.stream is not None and "until" in fade.evidence:
        found += f", {by_then(fade.evidence, fade.stream)}"
    if fade.growth and fade.grown_size is not None:
        found += f", by now {size(fade.grown_size, fade.stream)}"
    return found


def by_then(evidence: dict[str, Any], stream: StreamView) -> str:
    """Return how far a day was when it was told before it was whole."""
    until = datetime.fromisoformat(evidence["until"])
    seen, cases, usual = (float(evidence[name]) for name in ("seen", "cases", "expected"))
    return f"seen by {clock_of(until, stream)}: {so_far(seen, cases, usual, stream)}"


def _scatter(fade: FadeView) -> str:
    times = float(fade.evidence.get("times_wider", 1))
    return f"days scatter {words.number(times, 1)} times as much as they did"


def _surprise(fade: FadeView) -> str:
    return surprise(fade.evidence, fade.stream) if fade.stream else ""


def surprise(evidence: dict[str, Any], stream: StreamView) -> str:
    """Return what a bucket was: "12 where 210 are usual, from 10:00 to 10:05"."""
    seen, usual = (_within(float(evidence[name]), stream) for name in ("value", "expected"))
    begins, ends = (
        clock_of(datetime.fromisoformat(evidence[name]), stream) for name in ("begins", "ends")
    )
    verb = "are" if stream.reading == "count" else "is"
    return f"{seen} where {usual} {verb} usual, from {begins} to {ends}"


def _within(value: float, stream: StreamView) -> str:
    if stream.reading == "share":
        way = "failed" if stream.better == "more" else "went the worse way"
        return f"{words.share(value)} {way}"
    if stream.reading == "count":
        return words.number(value, 0 if value == round(value) or value >= _WHOLE else 1)
    return words.measured(round(value, 2), stream.unit)


def limit(one: Threshold, stream: StreamView) -> str:
    """Return a limit that people set on a day: "above 50 %", "15 % above what is usual of it"."""
    if one.relative:
        return f"more than {words.share(one.limit, 0)} {one.side} what is usual of such a day"
    return f"{one.side} {reading(one.limit, stream)}"


def clock_of(until: datetime, stream: StreamView) -> str:
    """Return the time of an instant on the clocks of a stream's zone."""
    return f"{until.astimezone(ZoneInfo(stream.zone)):%H:%M}"


def so_far(seen: float, cases: float, usual: float, stream: StreamView) -> str:
    """Return what a day has come to: "37 of 400 failed where 12 are usual by then"."""
    if stream.reading == "share":
        way = "failed" if stream.better == "more" else "went the worse way"
        return (
            f"{words.number(round(seen))} of {words.number(round(cases))} {way} "
            f"where {_few(usual)} are usual by then"
        )
    if stream.reading == "count":
        return f"{words.number(round(seen))} where {_few(usual)} are usual by then"
    value, mean = (words.measured(round(one, 2), stream.unit) for one in (seen, usual))
    return f"{value} in the mean of {words.number(round(cases))} where {mean} is usual by then"


def _few(value: float) -> str:
    return words.number(round(value, 1), 0 if value >= _WHOLE else 1)


def parts(contributors: Sequence[dict[str, Any]]) -> str:
    """Return who made a stack, the greatest part first."""
    named = [f"{part['name']} ({words.share(part['part'], 0)})" for part in contributors[:_NAMED]]
    more = len(contributors) - len(named)
    return ", ".join(named) + (f" and {more} more" if more > 0 else "")


def size(value: float, stream: StreamView | None) -> str:
    """Return a size in the stream's own unit: shares are told in percentage points."""
    if stream is None or stream.reading == "share":
        return f"{words.number(abs(value), 1)} pp"
    return words.measured(round(abs(value), 2), stream.unit)


def reading(value: float | None, stream: StreamView) -> str:
    """Return a reading of a stream as people say it."""
    return read(value, stream.reading, stream.unit)


def read(value: float | None, kind: str, unit: str) -> str:
    """Return a share, a mean in its unit, or a count as people say it."""
    if kind == "share":
        return words.share(value)
    if value is None:
        return words.NOTHING
    return words.measured(round(value, 2), unit if kind == "mean" else "")


_OWN_WORDS: Final[dict[str, Callable[[FadeView], str]]] = {
    "no_data": lambda _: "says nothing any more",
    "stack": lambda fade: parts(fade.contributors),
    "predictability": _scatter,
    "surprise": _surprise,
}
