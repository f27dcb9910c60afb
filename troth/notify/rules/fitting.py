"""Making a text fit: what matters least goes first; state, headline and link stay. Pure."""

from collections.abc import Callable
from typing import Final

from troth.notify.rules.saying import Saying

Render = Callable[[Saying], str]
Fits = Callable[[str], bool]

# What is left out, in this order; the first that need not go whole is shortened.
_LEAST_FIRST: Final = ("facts", "parts", "body", "affects", "until", "since", "advice", "next_at",
                       "next_hour", "organisation", "severity", "what")  # fmt: skip
_SHORTENED: Final = frozenset({"body", "affects", "advice", "what"})
_SHORTEST: Final = 12  # characters: fewer say nothing
_MORE: Final = "…"


def fitted(render: Render, saying: Saying, fits: Fits) -> str | None:
    """Return the text with as much of the story as fits; None where not even the least does."""
    text = render(saying)
    if fits(text):
        return text
    less = dict(saying)
    for name in _LEAST_FIRST:
        whole, less[name] = less[name], None
        if whole and fits(text := render(less)):
            return _with_some(render, less, (name, whole), fits) or text
    return _with_some(render, less, ("title", less["title"]), fits)


def _with_some(render: Render, less: Saying, part: tuple[str, object], fits: Fits) -> str | None:
    """Return the text with the longest beginning of a part that fits, cut between words."""
    name, whole = part
    if not isinstance(whole, str) or name not in _SHORTENED | {"title"}:
        return None
    low, high, found = _SHORTEST, len(whole) - 1, None
    while low <= high:
        middle = (low + high) // 2
        text = render({**less, name: shortened(whole, middle)})
        if fits(text):
            found, low = text, middle + 1
        else:
            high = middle - 1
    return found


def shortened(text: str, most: int) -> str:
    """Return a text of at most so many characters, cut between words where there is one."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    start, gap, _ = kept.rpartition(" ")
    if gap and len(start) >= len(kept) // 2:
        kept = start
    return kept.rstrip(" ,;:.-") + _MORE
