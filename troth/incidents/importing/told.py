"""What another status page told, before it is ours. Frozen values; nothing in them is mended."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

import msgspec

from troth.components.rules.results import Status
from troth.incidents.rules.results import Impact, Kind, State
from troth.signals.envelope import Signal

_ODD = re.compile(r"[^A-Za-z0-9._:/-]+")
_LONGEST = 100  # characters of a source


class Unreadable(ValueError):  # noqa: N818 - said of a file
    """The file is not what the importer reads; the message says why in plain words."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A component of the source; `key` is what its incidents call it by, an id or a name."""

    key: str
    name: str
    description: str = ""
    group: str = ""  # its name
    position: int = 0
    start: date | None = None
    uid: str = ""  # kept where it is 12 letters and digits
    third_party: bool = False
    only_if_degraded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message; `impacts`: key of a part → its status from `since` or the message on."""

    at: datetime
    state: State
    body: str
    impacts: Mapping[str, Status] = field(default_factory=dict)
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One incident. `ended_at` None: the source gives no end. `flags`: found while reading."""

    source_id: str
    name: str
    said: tuple[Said, ...]  # in the order of the source
    started_at: datetime
    ended_at: datetime | None
    kind: Kind = Kind.INCIDENT
    impact: Impact | None = None
    state: State | None = None  # None: that of the latest message
    created_at: datetime | None = None
    uid: str = ""
    scheduled_for: datetime | None = None
    scheduled_until: datetime | None = None
    flags: tuple[str, ...] = ()
    is_flagged_open: bool = True  # False: that it has no end is no oddity


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Something of which no incident can be made, and why."""

    source_id: str
    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Figures of the source beside ours."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that was found. `source` tells one page from another of the same software."""

    source: str
    told: tuple[Told, ...] = ()
    parts: tuple[Part, ...] = ()
    refused: tuple[Refused, ...] = ()
    signals: Iterable[Signal] = ()
    notes: tuple[str, ...] = ()  # flags of the source as a whole
    tables: tuple[Table, ...] = ()


def source_of(name: str) -> str:
    """Return the name of a source as signals take it: 100 plain characters."""
    return _ODD.sub("-", name)[:_LONGEST].strip("-") or "import"


@dataclass(frozen=True, slots=True)
class _Renamed:
    """Signals of another source than the importer gave them; they may be gone through again."""

    signals: Iterable[Signal]
    source: str

    def __iter__(self) -> Iterator[Signal]:
        for one in self.signals:
            yield msgspec.structs.replace(one, source=self.source)


def renamed(found: Found, source: str) -> Found:
    """Return what was found as of a source of another name, its signals too."""
    signals = _Renamed(found.signals, source_of(source))
    return replace(found, source=source[:_LONGEST], signals=signals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """How one kind of history is read. `read` gets a path; raises Unreadable."""

    label: str
    takes: str  # what PATH is, in words
    example: str
    read: Callable[[Path], Found]
