"""How the whole stands, for programs: said by the package above that knows it, when it is sent."""

from collections.abc import Callable, Mapping

_offered: dict[str, Callable[[], Mapping[str, object]]] = {}


def offer(name: str, provider: Callable[[], Mapping[str, object]]) -> None:
    """Let a package say how the page stands; the same name again takes its place."""
    _offered[name] = provider


def page() -> dict[str, object]:
    """Return what is known of the page; nothing where nobody says it."""
    return {key: value for provider in _offered.values() for key, value in provider().items()}
