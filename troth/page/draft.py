"""A revision while it is being written: what stays is linked, what must be new is made at once.

What can wait is made for as long as there is time. What there was no time for stands as it was, or
is missing for now; the manifest says how much of that there is, and the next revision goes on.

The folder of the oldest revision is used again: most of what a revision holds was in it already,
so that a change among twenty thousand files touches dozens of them.
"""

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic

from troth.core.steps import reached
from troth.page.disk import packed, sync
from troth.page.manifest import MANIFEST, Entry, Manifest, Pulse, encoded
from troth.page.negotiation import SUFFIXES
from troth.page.sheets import Patience, Sheet, says_the_same
from troth.page.shelf import content_type

Stop = Callable[[], bool]
_LONG = 1.0  # seconds


class Draft:
    """The next revision in `target`; `there` is what that folder holds of an older one."""

    def __init__(
        self, target: Path, *, before: Manifest | None, there: Manifest | None = None
    ) -> None:
        self._began = monotonic()
        self._target, self._root = target, f"{target}/"
        self._old = f"{target.parent}/{before.revision}/" if before else ""
        self._before = before.files if before else {}
        self._there = dict(there.files) if there else {}
        self._files: dict[str, Entry] = {}
        self._missing: list[str] = []
        self._waiting = 0
        self._new: list[str] = []
        self._touched: set[str] = set()
        self._waste, self._discarded = waste_of(target), 0

    @property
    def new(self) -> int:
        """How many files were made, each coding counted."""
        return len(self._new)

    def fill(self, sheets: Iterable[Sheet], *, stop: Stop | None) -> float:
        """Take all files; those that can wait are made until `stop` says so.

        Returns the seconds that what could not wait has taken.
        """
        late = [sheet for sheet in sheets if not self._take(sheet, stop)]
        took = monotonic() - self._began
        for sheet in sorted(late, key=self._rank):
            if stop is not None and stop():
                self._postpone(sheet)
            else:
                self._make(sheet)
        if self._waiting:
            self._keep_assets()
        return took

    def _take(self, sheet: Sheet, stop: Stop | None) -> bool:
        """Link a file that stays, make one that cannot wait; False for one that can."""
        entry = self._before.get(sheet.path)
        if entry is not None and entry.inputs == sheet.inputs:
            self._keep(sheet.path, entry)
        elif self._can_wait(sheet, entry) or (sheet.patience and self._is_long(stop)):
            return False
        else:
            self._make(sheet)
        return True

    def _rank(self, sheet: Sheet) -> int:
        """Return when its turn comes: what says something new, what is missing, what only aged."""
        entry = self._before.get(sheet.path)
        if entry is None:
            return 1
        return 2 if says_the_same(entry.inputs, sheet.inputs) else 0

    def finish(self, pulse: Pulse, *, took: float, **more: object) -> Manifest:
        """Bring everything to the disk, with the list of what there is, and return that."""
        for path in self._there.keys() - self._files.keys():
            self._remove(path, self._there[path])
        manifest = Manifest(
            revision=self._target.name,
            facts=pulse.facts,
            figures=pulse.figures,
            took=round(took, 3),
            files=self._files,
            waiting=self._waiting,
            missing=self._missing,
            **more,  # type: ignore[arg-type]
        )
        reached("publish.rendered")
        self._put(MANIFEST, encoded(manifest))
        sync(self._target, self._new, self._touched)
        return manifest

    def _can_wait(self, sheet: Sheet, entry: Entry | None) -> bool:
        if sheet.patience is Patience.AGED:
            same = entry is not None and says_the_same(entry.inputs, sheet.inputs)
            return same or not self._before
        return sheet.patience is Patience.ALWAYS

    def _is_long(self, stop: Stop | None) -> bool:
        """Say whether what is urgent has taken so long that the rest of it must wait."""
        return stop is not None and monotonic() - self._began > _LONG

    def _postpone(self, sheet: Sheet) -> None:
        entry = self._before.get(sheet.path)
        self._waiting += 1
        if entry is None:
            self._missing.append(sheet.path)
        else:
            self._keep(sheet.path, entry)

    def _keep_assets(self) -> None:
        """Keep the style sheets and scripts that files of before still ask for."""
        for path, entry in self._before.items():
            if entry.immutable and path not in self._files:
                self._keep(path, entry)

    def _keep(self, path: str, entry: Entry) -> None:
        """Let a file of the revision before be in this one."""
        self._files[path] = entry
        there = self._there.get(path)
        if there is not None:
            if there.holds(entry):
                return
            self._remove(path, there)
        self._link(path, entry)

    def _link(self, path: str, entry: Entry) -> None:
        old, new = self._old + path, self._root + path
        self._touched.add(_folder(new))
        os.makedirs(os.path.dirname(new), exist_ok=True)  # noqa: PTH103, PTH120 - thousands of them
        for suffix in _suffixes(entry):
            os.link(f"{old}{suffix}", f"{new}{suffix}")

    def _make(self, sheet: Sheet) -> None:
        path, body = sheet.path, sheet.make()
        if path in self._there:
            self._remove(path, self._there[path])
        digest = hashlib.sha256(body).hexdigest()
        before = self._before.get(path)
        if before is not None and before.sha256 == digest:  # it reads the same: packed already
            self._files[path] = before.following(sheet.inputs)
            self._link(path, before)
            return
        self._put(path, body)
        codings = packed(path, body, quickly=sheet.patience > Patience.NONE)
        for coding, coded in codings.items():
            self._put(path + SUFFIXES[coding], coded)
        self._files[path] = Entry(
            type=content_type(path),
            bytes=len(body),
            sha256=digest,
            codings=tuple(codings),
            immutable=sheet.immutable,
            inputs=sheet.inputs,
        )

    def _put(self, path: str, body: bytes) -> None:
        whole = self._root + path
        self._touched.add(_folder(whole))
        os.makedirs(os.path.dirname(whole), exist_ok=True)  # noqa: PTH103, PTH120 - as above
        with open(whole, "xb") as file:  # noqa: PTH123 - never onto what another revision shares
            file.write(body)
        self._new.append(whole)

    def _remove(self, path: str, entry: Entry) -> None:
        """Take a file out of the folder, and the folders that it leaves empty."""
        self._there.pop(path, None)
        whole = self._root + path
        self._touched.add(_folder(whole))
        for suffix in _suffixes(entry):
            self._discard(f"{whole}{suffix}")
        if path in self._files:
            return
        place = _folder(whole)
        while len(place) >= len(self._root) and not os.listdir(place):  # noqa: PTH208 - as above
            os.rmdir(place)  # noqa: PTH106
            self._touched.discard(place)
            place = _folder(place)
            self._touched.add(place)

    def _discard(self, whole: str) -> None:
        """Move a file out of the way: to free its space takes long, and nobody waits for that."""
        if not self._discarded:
            self._waste.mkdir()
        self._discarded += 1
        os.rename(whole, f"{self._waste}/{self._discarded}")  # noqa: PTH104 - texts, as above


def waste_of(target: Path) -> Path:
    """Return where a draft puts what is in its folder no more, until it is removed for good."""
    return target.with_name(f".gone-{target.name}")


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _suffixes(entry: Entry) -> list[str]:
    return ["", *(SUFFIXES[coding] for coding in entry.codings)]
