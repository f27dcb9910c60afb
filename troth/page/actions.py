"""Publishing: the page is written when something changed, or when what it says has grown old."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from troth.components.queries import PageShown
from troth.page import folder, queries, render
from troth.page.folder import Manifest, Pulse
from troth.page.leaf import Measured
from troth.page.models import Notice
from troth.page.picture import Picture, Shown
from troth.page.sharing import LONGEST, Share, token
from troth.page.sheets import Sheet, fingerprint
from troth.staff.actions import note
from troth.staff.actions.audit import Actor, published_name

# An unchanged page is written again this often, so that "checked at" stays true.
FRESH = timedelta(minutes=5)
# While signals pour in, writing takes no more than one part in this many of the time.
REST = 4


@dataclass(frozen=True, slots=True)
class Published:
    """What was published where: `files` in all, `written` of them new."""

    folder: Path
    revision: str
    at: datetime
    files: int
    written: int


def publish(*, now: datetime, always: bool = False) -> Published | None:
    """Write the page if it would read differently, or if it is old. None where there was no need.

    Cheap when nothing changed. The page is written whole or not at all.
    """
    place: Path = settings.TROTH.page_dir
    if not always and not is_due(now=now):
        return None
    with folder.alone(place):
        before = folder.current(place)
        pulse = _pulse(now)
        if not always and not _differs(before, pulse, now):
            return None  # another process was quicker
        picture = queries.picture(now=now)
        pages = queries.beside(picture, now=now)
        sheets = _sheets(picture, pages, _measuring(now))
        manifest, written = folder.write(place, sheets=sheets, pulse=pulse, now=now)
        _publish_private([pair for pair in pages if pair[0].is_private], pulse, now)
    return Published(place, manifest.revision, now, len(manifest.files), written)


Measure = Callable[[Shown], Measured]
Beside = tuple[PageShown, Picture]


def _sheets(picture: Picture, pages: Sequence[Beside], measure: Measure) -> Iterator[Sheet]:
    """Yield the files of the main page and of the public ones beside it. Private ones never."""
    yield from _files(picture, measure)
    for page, part in pages:
        if not page.is_private:
            yield from render.below(f"{queries.BESIDE}{page.slug}/", _files(part, measure))


def _files(picture: Picture, measure: Measure) -> Iterator[Sheet]:
    return render.sheets(picture, secret=settings.TROTH.signing_key, measure=measure)


def _publish_private(pages: Sequence[Beside], pulse: Pulse, now: datetime) -> None:
    """Write each private page to a folder of its own, outside the public one."""
    home = private_folder()
    for page, part in pages:
        place = home / page.slug
        place.mkdir(parents=True, exist_ok=True)
        folder.write(place, sheets=_files(part, _measuring(now)), pulse=pulse, now=now)
    kept = {page.slug for page, _part in pages}
    for old in home.iterdir() if home.is_dir() else ():
        if old.name not in kept:
            shutil.rmtree(old)


def private_folder() -> Path:
    """Return where private pages are: never inside what is published."""
    return Path(settings.TROTH.data_dir) / "private"


def _measuring(now: datetime) -> Callable[[Shown], Measured]:
    """Return the function that reads a promise's detail, once for all languages."""
    known: dict[str, Measured] = {}

    def measure(shown: Shown) -> Measured:
        if shown.slug not in known:
            known[shown.slug] = queries.measured(shown, now=now)
        return known[shown.slug]

    return measure


def publish_copy(*, to: Path, now: datetime) -> Published:
    """Publish the same bytes into another folder, for another host; swapped atomically there too.

    `to/current` is the document root. The page is written first where there is none yet.
    """
    publish(now=now)
    place: Path = settings.TROTH.page_dir
    with folder.alone(to):
        before = folder.current(to)
        revision = folder.copy(place, to)
        after = folder.current(to)
    files = after.files if after else {}
    same = before is not None and before.revision == revision
    return Published(to, revision, now, len(files), 0 if same else len(files))


@transaction.atomic
def share(*, terms: Share, author: Actor, now: datetime) -> str:
    """Return the address of a link to the one sheet. Raises ValueError in plain words."""
    if not now < terms.until <= now + LONGEST:
        raise ValueError("a link ends in the future, and within a year")
    if terms.as_of > now:
        raise ValueError("nobody knows yet what will be true then: choose a day that has begun")
    after = {"as_of": terms.as_of.isoformat(), "until": terms.until.isoformat()}
    note(actor=author, verb="shared", thing="page", now=now, after=after)
    return f"{queries.site().base_url}/share/{token(terms)}/"


@transaction.atomic
def post_notice(*, text: str, author: Actor, now: datetime) -> None:
    """Let this sentence stand on every page in place of the one before; "" takes that away."""
    before = queries.notice()
    if text == before:
        return
    Notice.objects.filter(withdrawn_at=None).update(withdrawn_at=now)
    if text:
        Notice.objects.create(text=text, author=published_name(author), posted_at=now)
    note(
        actor=author,
        verb="posted" if text else "withdrew",
        thing="notice",
        now=now,
        before={"text": before} if before else None,
        after={"text": text} if text else None,
    )


def is_due(*, now: datetime) -> bool:
    """Return whether `publish()` would write: the page reads differently now, or it is old."""
    return _differs(folder.current(settings.TROTH.page_dir), _pulse(now), now)


def _differs(before: Manifest | None, pulse: Pulse, now: datetime) -> bool:
    if before is None or before.facts != pulse.facts:
        return True
    age = now - before.written_at
    if before.figures != pulse.figures:
        return age >= timedelta(seconds=before.took * (REST - 1))
    if age < FRESH:
        return False
    checked = queries.checked_at()
    return checked is not None and checked > before.written_at


def _pulse(now: datetime) -> Pulse:
    """Return fingerprints of all that the page follows from, without reading all of it."""
    revision = queries.revision()
    around = queries.around(now=now)
    facts = fingerprint(render.software(), queries.site(), revision.facts, around)
    return Pulse(facts, revision.figures)
