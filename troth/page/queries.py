"""What the page reads, all of it from the promises: once for each writing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Protocol, TypeVar

from django.conf import settings

from troth.components import queries as components
from troth.components.queries import PageShown
from troth.core import work
from troth.page import contracts, folder, outlook
from troth.page.folder import Manifest
from troth.page.leaf import Measured
from troth.page.models import Notice
from troth.page.parts import Segments
from troth.page.picture import Picture, Security, Shown, Site, Withdrawn
from troth.page.readability import Reading, reading
from troth.page.sheets import fingerprint
from troth.page.situation import data as told
from troth.promises import queries as promises
from troth.promises.queries import bulletin, scores
from troth.promises.rules.remedies import Sought
from troth.promises.rules.results import Standing

BESIDE, PRIVATE = "p/", "private/"  # where the pages beside the main one are
_QUARTER = 900  # seconds
_ALL = 100_000  # events; more than any page has shown so far


class _OfPromise(Protocol):
    @property
    def slug(self) -> str: ...


class _Dated(Protocol):
    @property
    def at(self) -> datetime: ...


Row = TypeVar("Row", bound=_OfPromise)
Dated = TypeVar("Dated", bound=_Dated)


def site() -> Site:
    """Return whose page it is, as the settings say."""
    troth = settings.TROTH
    return Site(
        organisation=troth.organisation,
        base_url=troth.base_url.rstrip("/"),
        languages=tuple(troth.languages),
        notice=notice(),
        product=troth.product_url or "",
        security=_security(),
        counts_readers=troth.page_statistics,
    )


def _security() -> Security | None:
    troth = settings.TROTH
    if not (troth.security_contact and troth.security_expires):
        return None
    return Security(troth.security_contact, troth.security_expires, troth.security_policy)


def notice() -> str:
    """Return the sentence that stands on every page, or ""."""
    row = Notice.objects.filter(withdrawn_at=None).first()
    return row.text if row else ""


def hard_to_read() -> list[tuple[str, str, Reading]]:
    """Return (slug, text, how it reads) of the public promises whose words are not plain."""
    first = site().languages[0]
    texts = [(one.slug, one.text) for one in promises.standing(visibility="public")]
    read = [(slug, text, reading(text, first)) for slug, text in texts]
    return [found for found in read if not found[2].is_plain]


def published() -> Manifest | None:
    """Return the list of files of the page as it is published now."""
    return folder.current(settings.TROTH.page_dir)


def revision() -> bulletin.Revision:
    """Return fingerprints of all public facts and figures, without reading all of them."""
    return bulletin.revision()


def around(*, now: datetime) -> tuple[object, ...]:
    """Return what differs when components or incidents changed visibly, or a day ended."""
    return outlook.revision(now=now)


def today(*, now: datetime) -> date:
    """Return the local day that an instant lies in: when it ends, pages of days change."""
    return outlook.today(now=now)


def checked_at() -> datetime | None:
    """Return when the verdicts were last looked at, also if none had to change; None if never."""
    seen = (bulletin.judged_at(), work.finished_at("promises.judge"))
    return max((at for at in seen if at is not None), default=None)


def measured(shown: Shown, *, now: datetime) -> Measured:
    """Return what only a promise's own page shows. Segments are counted once a day."""
    day = now.astimezone(UTC).date()
    return Measured(
        detail=promises.promise_detail(shown.slug),
        segments=_segments(shown.slug, shown.standing.segments, shown.standing.version, day),
        segments_at=_begun(day),
    )


@lru_cache(maxsize=4096)
def _segments(
    slug: str,
    attributes: tuple[str, ...],
    version: int,  # noqa: ARG001 - a new version is counted anew
    day: date,
) -> Segments:
    """Count a promise by its attributes as of the beginning of the day: a scan of the signals."""
    at = _begun(day)
    return {
        attribute: promises.by_segment(slug, attribute=attribute, at=at) for attribute in attributes
    }


def _begun(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Promised:
    """All public promises as they were read: true until their revision or their time is another."""

    known: tuple[bulletin.Revision, int]
    shown: tuple[Shown, ...]
    withdrawn: tuple[Withdrawn, ...]


def promised(*, now: datetime, before: Promised | None = None) -> Promised:
    """Return all public promises; what was read `before` where it still holds.

    A day ends somewhere at each quarter of an hour, and with it the strips that end today.
    """
    revision = (bulletin.revision(), int(now.timestamp()) // _QUARTER)
    if before is not None and before.known == revision:
        return before
    known = _Known(now)
    shown = tuple(known.shown(promises.standing(visibility="public")))
    return Promised(revision, shown, tuple(known.withdrawn()))


def picture(*, now: datetime, of: Promised | None = None) -> Picture:
    """Return everything public, as it stands at the instant `now`."""
    of = of or promised(now=now)
    around = outlook.situation(now=now)
    made, gone = [one.inputs for one in of.shown], [one.inputs for one in of.withdrawn]
    score = scores.published()
    scored = (score.score.digest, score.events, score.versions) if score else ()
    revision = fingerprint(made, gone, told(around), *scored)
    return Picture(site(), now, checked_at(), of.shown, of.withdrawn, around, score, revision)


def picture_as_of(at: datetime) -> Picture:
    """Return what was public at an instant, as it was known then: the same for ever."""
    declared = bulletin.declared(now=at)
    standings = promises.standing(visibility="public", at=at, as_of=at)
    shown = tuple(
        Shown(standing=one, document=declared[one.slug].document)
        for one in standings
        if one.slug in declared
    )
    then = outlook.as_of(at)
    data = fingerprint([one.inputs for one in shown], told(then))
    return Picture(site(), at, at, shown, (), then, revision=data)


def beside(whole: Picture, *, now: datetime) -> list[tuple[PageShown, Picture]]:
    """Return the pages beside the main one, each with the part of the picture that it shows."""
    pages = components.pages()
    own = contracts.declared(now=now) if any(_has_contracts(page) for page in pages) else ()
    return [(page, _part(whole, page, own, now)) for page in pages]


def _has_contracts(page: PageShown) -> bool:
    """Say whether promises to its audiences alone may be shown: never where anyone may look."""
    return page.is_private and bool(page.audiences)


def _part(whole: Picture, page: PageShown, own: Sequence[Shown], now: datetime) -> Picture:
    """Return what one page shows: its components, the promises that judge them, its contracts."""
    seen = outlook.situation(now=now, page=page)
    judged = {one.promise for one in seen.components}
    public = tuple(shown for shown in whole.promises if shown.slug in judged)
    of_page = [one for one in own if _has_contracts(page) and one.audience in page.audiences]
    promises = (*(contracts.compared(one, seen, public) for one in of_page), *public)
    return replace(
        whole,
        site=replace(whole.site, organisation=page.name, base_url=_address(whole.site, page)),
        promises=promises,
        withdrawn=(),
        situation=seen,
        score=None,  # it speaks of all promises
        revision=fingerprint([one.inputs for one in promises], told(seen)),
    )


def _address(site: Site, page: PageShown) -> str:
    return f"{site.base_url}/{PRIVATE if page.is_private else BESIDE}{page.slug}"


class _Known:
    """The facts about all public promises, by slug."""

    def __init__(self, now: datetime) -> None:
        self._declared = bulletin.declared(now=now)
        self._flips = _by_slug(promises.flips(visibility="public", limit=_ALL))
        self._restatements = _by_slug(promises.restatements(limit=_ALL))
        self._exclusions = _by_slug(promises.exclusions())
        self._violations = _by_slug(promises.Ledger(Sought(visibility="public")))
        for one in self._declared.values():
            if one.hidden:
                found = promises.Ledger(Sought(slug=one.slug, until=one.retired_at))
                self._violations[one.slug] = tuple(found)
                self._flips[one.slug] = tuple(promises.flips(slug=one.slug, limit=_ALL))

    def shown(self, standings: list[Standing]) -> Iterator[Shown]:
        for standing in standings:
            one = self._declared.get(standing.slug)
            if one is not None:
                yield Shown(
                    standing=standing,
                    document=one.document,
                    targets=one.targets,
                    flips=self._flips[one.slug],
                    restatements=self._restatements[one.slug],
                    exclusions=self._exclusions[one.slug],
                    suspensions=one.suspensions,
                    violations=self._violations[one.slug],
                )

    def withdrawn(self) -> Iterator[Withdrawn]:
        for one in self._declared.values():
            if one.retired_at is not None:
                spec = one.document.get("spec")
                text = spec.get("text") if isinstance(spec, Mapping) else ""
                yield Withdrawn(
                    slug=one.slug,
                    name=one.name,
                    text=str(text),
                    at=one.retired_at,
                    document=one.document,
                    targets=one.targets,
                    flips=_until(one.retired_at, self._flips[one.slug]),
                    restatements=_until(one.retired_at, self._restatements[one.slug]),
                    violations=self._violations[one.slug],
                    hidden=one.hidden,
                )


def _until(at: datetime, rows: Iterable[Dated]) -> tuple[Dated, ...]:
    return tuple(row for row in rows if row.at <= at)


def _by_slug(rows: Iterable[Row]) -> "defaultdict[str, tuple[Row, ...]]":
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.slug].append(row)
    return defaultdict(tuple, {slug: tuple(some) for slug, some in found.items()})
