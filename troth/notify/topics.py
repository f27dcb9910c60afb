"""What can be subscribed to: packages above say it, because they know and we do not.

They offer their parts and the families of events that they tell of at the start of the process
(`offer`, `tells`). A story of theirs names the same keys in `Story.parts`: the component's own,
and that of its group, so that whoever follows a group hears of what joins it later.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from troth.notify.rules.families import FAMILIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One part. `kind` is the heading it stands under; `inside` is the key of its group."""

    key: str
    name: str
    kind: str
    inside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page that strangers may subscribe to; `slug` is "" for the main one."""

    slug: str
    name: str
    audience: str = ""


# Both are given the page's slug; the first the reader's language, too.
Provider = Callable[[str, str], Sequence[Topic]]
Places = Callable[[], Sequence[Place]]
_offered: dict[str, Provider] = {}
_places: dict[str, Places] = {}
_audiences: dict[str, Callable[[], Mapping[str, str]]] = {}
_pages_for: dict[str, Callable[[Collection[str]], Sequence[str]]] = {}
_told: set[str] = set()


def offer(name: str, provider: Provider) -> None:
    """Say which parts a package has; the same name again takes its place.

    The provider gives what everybody may see of the page, and nothing else.
    """
    _offered[name] = provider


def offer_pages(name: str, provider: Places) -> None:
    """Say which public pages there are beside the main one."""
    _places[name] = provider


def tells(*families: str) -> None:
    """Say which families of events (rules.families) a package tells of."""
    _told.update(FAMILIES[family].key for family in families)


def of(page: str, language: str) -> list[Topic]:
    """Return every part of a page, in the order of its providers."""
    return [topic for provider in _offered.values() for topic in provider(page, language)]


def names(keys: Iterable[str], page: str, language: str) -> dict[str, str]:
    """Return key → name of those that are still there."""
    known = {topic.key: topic.name for topic in of(page, language)}
    return {key: known[key] for key in keys if key in known}


def places() -> dict[str, Place]:
    """Return the public pages by their slug, the main one first."""
    found = [Place(slug="", name="")]
    found += [place for provider in _places.values() for place in provider()]
    return {place.slug: place for place in found}


def families() -> list[str]:
    """Return the families that somebody tells of, in their order."""
    return [key for key in FAMILIES if key in _told]


def offer_audiences(name: str, provider: Callable[[], Mapping[str, str]]) -> None:
    """Say which audiences (slug → name) readers can belong to."""
    _audiences[name] = provider


def offer_pages_for(name: str, provider: Callable[[Collection[str]], Sequence[str]]) -> None:
    """Say which pages (slugs), private ones too, are for any of the audiences given."""
    _pages_for[name] = provider


def pages_for(audiences: Collection[str]) -> tuple[str, ...]:
    """Return the slugs of the pages that are for any of these audiences."""
    return tuple(slug for provider in _pages_for.values() for slug in provider(audiences))


def audiences() -> dict[str, str]:
    """Return the audiences by their slug."""
    return {slug: name for provider in _audiences.values() for slug, name in provider().items()}
