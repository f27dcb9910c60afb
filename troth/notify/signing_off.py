"""Whether what one person wrote is sent by another: packages above say what the house decided."""

from collections.abc import Callable

_asked: dict[str, Callable[[], bool]] = {}


def offer(name: str, is_asked: Callable[[], bool]) -> None:
    """Say how to ask whether two people publish here; the same name again takes its place."""
    _asked[name] = is_asked


def is_asked() -> bool:
    """Return whether the installation wants a second person for everything that goes out."""
    return any(asked() for asked in _asked.values())
