"""Publishing: the page is written when something changed, or when what it says has grown old."""

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from django.conf import settings
from django.db import transaction

from troth.components.queries import PageShown
from troth.core import clock
from troth.core.tides import tide
from troth.notify.actions.carrying import carry
from troth.page import folder, queries, render
from troth.page.draft import Stop
from troth.page.folder import Manifest, Pulse
from troth.page.leaf import Measured
from troth.page.models import Notice
from troth.page.picture import Picture, Shown
from troth.page.queries import Promised
from troth.page.sheets import Sheet, fingerprint
from troth.staff.actions import note
from troth.staff.actions.audit import Actor, published_name

# Page, feeds, API and banner are one writing: what one shows, all show.
PLACE = "page"
# An unchanged page is written again this often, so that "checked at" stays true.
FRESH = timedelta(minutes=5)
# While signals pour in, writing takes no more than one part in this many of the time.
REST = 4
TURN = 0.7  # seconds for pages that can wait, before other work has its turn
FIRST = 0.1  # the same while something new is to be told: that is swapped before the others follow
_LOOK_EVERY = 0.05  # seconds between two looks whether something happened meanwhile


@dataclass(frozen=True, slots=True)
class Published:
    """What was published where: `files` in all, `written` of them new."""

    folder: Path
    revision: str
    at: datetime
    files: int
    written: int
    waiting: int = 0  # that there was no time for yet


def publish(
    *, now: datetime, always: bool = False, within: float | None = None
) -> Published | None:
    """Write the page if it would read differently, or if it is old. None where there was no need.

    Cheap when nothing changed. What tells of now is written at once, and swapped as one. Pages of
    single components, of promises and of the past follow for `within` seconds (None: all of them),
    until another change comes; where something new is told, they wait for the next writing.
    `publish()` then goes on with those that are left.
    """
    place: Path = settings.TROTH.page_dir
    if not always and not is_due(now=now):
        return None
    with folder.alone(place):
        before = folder.current(place)
        pulse = _pulse(now)
        if not always and not _differs(before, pulse, now):
            return None  # another process was quicker
        seen = _seen(before, pulse, now)
        stop = _patience(within, before, pulse, now)
        sheets = _sheets(seen)
        manifest, written = folder.write(place, sheets=sheets, pulse=pulse, now=now, stop=stop)
        _publish_private(seen, pulse, now, stop)
        _going.seen = replace(seen, revision=manifest.revision)
    shown = seen.picture.situation.recent
    carry(place=PLACE, revisions={f"incident:{one.uid}": one.revision for one in shown}, now=now)
    return Published(place, manifest.revision, now, len(manifest.files), written, manifest.waiting)


def publish_all(*, now: datetime) -> Published:
    """Write the page: first what tells of now, then all the rest. Returns the last writing."""
    found = published = publish(now=now, always=True, within=TURN)
    while found is not None and left():
        published = found
        found = publish(now=clock.now(), within=TURN)
    ended = found or published
    assert ended is not None  # noqa: S101 - `always` writes
    return ended


def left() -> int:
    """Return how many pages stand as they were, or are missing, because there was no time yet."""
    return sum(manifest.waiting for manifest in _manifests() if manifest)


def _manifests() -> Iterator[Manifest | None]:
    yield folder.current(settings.TROTH.page_dir)
    home = private_folder()
    for place in home.iterdir() if home.is_dir() else ():
        yield folder.current(place)


Measure = Callable[[Shown], Measured]
Beside = tuple[PageShown, Picture]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is written, read once; `revision` is the one that it was written to last."""

    pulse: Pulse
    picture: Picture
    pages: Sequence[Beside]
    measure: Measure
    promised: Promised
    revision: str = ""


class _Going:
    """What this process writes: pages that wait are made from what was read for the others."""

    seen: Seen | None = None


_going = _Going()


def _seen(before: Manifest | None, pulse: Pulse, now: datetime) -> Seen:
    """Read everything public, or return what is being written where it is still true."""
    held, _going.seen = _going.seen, None
    if held and (before is None or held.revision != before.revision):
        held = None  # another process wrote since
    if before and held and _goes_on(before, held, pulse, now):
        return held
    promised = queries.promised(now=now, before=held.promised if held else None)
    picture = queries.picture(now=now, of=promised)
    return Seen(pulse, picture, queries.beside(picture, now=now), _measuring(now), promised)


def _goes_on(before: Manifest, held: Seen, pulse: Pulse, now: datetime) -> bool:
    is_going_on = before.waiting > 0 and held.pulse == pulse
    return is_going_on and abs(now - held.picture.written_at) < FRESH


def _patience(
    within: float | None, before: Manifest | None, pulse: Pulse, now: datetime
) -> "Patience | None":
    """Return what says when to stop; None for never."""
    if within is None:
        return None
    is_new = before is None or before.facts != pulse.facts
    return Patience(min(within, FIRST) if is_new else within, pulse, now)


class Patience:
    """Says when to stop with what can wait: when the time is over, or when something happened."""

    def __init__(self, within: float, pulse: Pulse, now: datetime) -> None:
        self._facts, self._now = pulse.facts, now
        self._within = within
        self._tide: object = None
        self._ends = self._look_at = 0.0
        self._is_over = False

    def __call__(self) -> bool:
        at = monotonic()
        if not self._ends:  # what could not wait is done
            self._ends, self._look_at = at + self._within, at + min(self._within, _LOOK_EVERY)
        if not self._is_over and at >= self._look_at:
            self._look_at = at + _LOOK_EVERY
            self._is_over = at >= self._ends or self._happened()
        return self._is_over

    def _happened(self) -> bool:
        """Say whether there is something new to tell: asked at length only after a commit."""
        before, self._tide = self._tide, tide()
        is_still = self._tide is not None and self._tide == before
        return not is_still and _pulse(self._now).facts != self._facts


def _sheets(seen: Seen) -> Iterator[Sheet]:
    """Yield the files of the main page and of the public ones beside it. Private ones never."""
    yield from _files(seen.picture, seen.measure)
    for page, part in seen.pages:
        if not page.is_private:
            yield from render.below(
                f"{queries.BESIDE}{page.slug}/", _files(part, seen.measure)
            )  # fmt: skip


def _files(picture: Picture, measure: Measure) -> Iterator[Sheet]:
    return render.sheets(picture, secret=settings.TROTH.signing_key, measure=measure)


def _publish_private(seen: Seen, pulse: Pulse, now: datetime, stop: Stop | None) -> None:
    """Write each private page to a folder of its own, outside the public one."""
    home = private_folder()
    pages = [pair for pair in seen.pages if pair[0].is_private]
    for page, part in pages:
        place = home / page.slug
        place.mkdir(parents=True, exist_ok=True)
        folder.write(place, sheets=_files(part, seen.measure), pulse=pulse, now=now, stop=stop)
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
    while left() and publish(now=clock.now(), within=TURN):
        pass
    place: Path = settings.TROTH.page_dir
    with folder.alone(to):
        before = folder.current(to)
        revision = folder.copy(place, to)
        after = folder.current(to)
    files = after.files if after else {}
    same = before is not None and before.revision == revision
    return Published(to, revision, now, len(files), 0 if same else len(files))


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
    """Return whether `publish()` would write: the page reads differently now, or it is old.

    Where nothing was committed since the last time and no day ended, one small question answers.
    """
    before = folder.current(settings.TROTH.page_dir)
    if before is None:
        return True
    still = (tide(), before.revision, queries.today(now=now))
    if (
        still[0] is not None
        and getattr(_known, "current", None) == still
        and not _is_old(before, now)
    ):
        return False
    pulse = _pulse(now)
    _known.current = still if pulse == (before.facts, before.figures) and not left() else None
    return _differs(before, pulse, now)


def _is_old(before: Manifest, now: datetime) -> bool:
    return now - before.written_at >= FRESH


_known = threading.local()  # of what was committed, that the page tells it all


def _differs(before: Manifest | None, pulse: Pulse, now: datetime) -> bool:
    if before is None or before.facts != pulse.facts or left():
        return True
    age = now - before.written_at
    if before.figures != pulse.figures:
        return age >= timedelta(seconds=before.took * (REST - 1))
    if not _is_old(before, now):
        return False
    checked = queries.checked_at()
    return checked is not None and checked > before.written_at


def _pulse(now: datetime) -> Pulse:
    """Return fingerprints of all that the page follows from, without reading all of it."""
    revision = queries.revision()
    around = queries.around(now=now)
    facts = fingerprint(render.software(), queries.site(), revision.facts, around)
    return Pulse(facts, revision.figures)
