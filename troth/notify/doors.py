"""Who may still read the page that they subscribed to: the package above that keeps pages says it.

A private page is subscribed to by its own form, behind its door. What opened the door (the grant)
is kept with the subscription, and asked about again before a message leaves.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from troth.notify.models import Subscription
from troth.notify.topics import Place, places

Grant = Mapping[str, object]
Asked = tuple[str, str, Grant]  # the page's slug, the audience, and what was shown at its door
Shut = Callable[[Sequence[Asked], datetime], Sequence[bool]]
_keepers: dict[str, Shut] = {}
_named: dict[str, Callable[[str], Place | None]] = {}


def offer(name: str, *, shut: Shut, place: Callable[[str], Place | None]) -> None:
    """Let a package say which doors are shut, and give a private page by its slug.

    `shut` answers of each ask whether that page may not be read by it any more.
    """
    _keepers[name], _named[name] = shut, place


def shut(asked: Iterable[Asked], *, now: datetime) -> list[bool]:
    """Say of each whether its page may not be read any more; the main page is open to everybody."""
    every = list(asked)
    beside = [one for one in every if one[0]]
    found = [False] * len(beside)
    for keeper in _keepers.values() if beside else ():
        said = keeper(beside, now)
        found = [was or is_ for was, is_ in zip(found, said, strict=True)]
    answers = iter(found)
    return [next(answers) if one[0] else False for one in every]


def is_shut(subscription: Subscription, *, now: datetime) -> bool:
    """Say whether a reader may not read the page of a subscription any more."""
    return shut([(subscription.page, subscription.audience, subscription.door)], now=now)[0]


def place_of(subscription: Subscription, *, now: datetime) -> Place | None:
    """Return the page of a subscription, if its reader may read it now; None otherwise."""
    if is_shut(subscription, now=now):
        return None
    return places().get(subscription.page) or private(subscription.page)


def private(slug: str) -> Place | None:
    """Return a private page. Whoever asks has looked at its door before."""
    return next((found for named in _named.values() if (found := named(slug))), None)
