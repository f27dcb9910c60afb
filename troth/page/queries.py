"""What the page reads, all of it from the promises: once for each writing."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar

from django.conf import settings

from troth.page.picture import Picture, Shown, Site
from troth.page.sheets import fingerprint
from troth.promises import queries as promises
from troth.promises.rules.results import Standing


class _OfPromise(Protocol):
    @property
    def slug(self) -> str: ...


Row = TypeVar("Row", bound=_OfPromise)


def site() -> Site:
    """Return whose page it is, as the settings say."""
    troth = settings.TROTH
    return Site(
        organisation=troth.organisation,
        base_url=troth.base_url.rstrip("/"),
        languages=tuple(troth.languages),
        notice=getattr(troth, "notice", ""),
    )


def picture(*, now: datetime) -> Picture:
    """Return everything public at the instant `now`, read in a fixed number of queries."""
    standings = [one for one in promises.standing(at=None) if _is_public(one)]
    shown = tuple(_shown(standings))
    revision = fingerprint(*(one.inputs for one in shown))
    return Picture(site(), now, promises.judged_at(), shown, revision)


def _is_public(standing: Standing) -> bool:
    return standing.visibility == "public" and standing.retired_at is None


def _shown(standings: list[Standing]) -> Iterable[Shown]:
    documents = promises.documents()
    targets = _by_slug(promises.history_of_targets())
    flips = _by_slug(promises.flips())
    restatements = _by_slug(promises.restatements())
    exclusions = _by_slug(promises.exclusions())
    suspensions = _by_slug(promises.suspensions())
    for standing in standings:
        slug = standing.slug
        yield Shown(
            standing=standing,
            document=documents.get(slug, {}),
            targets=targets[slug],
            flips=flips[slug],
            restatements=restatements[slug],
            exclusions=exclusions[slug],
            suspensions=suspensions[slug],
        )


def _by_slug(rows: Iterable[Row]) -> "defaultdict[str, tuple[Row, ...]]":
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.slug].append(row)
    return defaultdict(tuple, {slug: tuple(some) for slug, some in found.items()})
