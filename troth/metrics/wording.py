"""What faded, in words that somebody who has never seen a control chart can use."""

from collections.abc import Sequence
from typing import Any, Final

from troth.metrics.drift.pictures import FadeView, StreamView
from troth.ui import words

KINDS: Final = {
    "stack": "many a little worse",
    "fade": "fading",
    "spike": "one unusual day",
    "predictability": "less predictable",
    "gap": "short of the promise",
    "threshold": "past a limit",
    "no_data": "silent",
}
_NAMED = 4


def title(fade: FadeView) -> str:
    """Return what a fade is of."""
    found = fade.stream.name if fade.stream else "Several touchpoints together"
    if fade.segment:
        found += f" ({', '.join(f'{name} {value}' for name, value in fade.segment.items())})"
    return found


def word(fade: FadeView) -> str:
    return KINDS.get(fade.kind, fade.kind)


def text(fade: FadeView) -> str:
    """Return what is to be said of a fade in half a sentence; of what it had grown to by then."""
    if fade.kind == "no_data":
        return "says nothing any more"
    if fade.kind == "stack":
        return parts(fade.contributors)
    if fade.kind == "predictability":
        times = float(fade.evidence.get("times_wider", 1))
        return f"days scatter {words.number(times, 1)} times as much as they did"
    against = {"gap": "than promised", "threshold": "than the limit"}.get(fade.kind, "than usual")
    way = "worse" if fade.size >= 0 else "better"
    found = f"{size(fade.size, fade.stream)} {way} {against}"
    if fade.growth and fade.grown_size is not None:
        found += f", by now {size(fade.grown_size, fade.stream)}"
    return found


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
