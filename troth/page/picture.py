"""What the page shows, read once and held still while every file is made from it. Pure values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property

from troth.page.clauses import Clauses
from troth.page.sheets import fingerprint
from troth.page.situation import NOTHING, Situation
from troth.promises.rules.remedies import Violation
from troth.promises.rules.reputation import Reputation, reputation
from troth.promises.rules.restating import together
from troth.promises.rules.results import (
    ExclusionRow,
    FlipRow,
    RestatementRow,
    Standing,
    SuspensionRow,
    TargetChange,
)
from troth.promises.scoring.stored import PublishedScore

_STILL = datetime(2000, 1, 1, tzinfo=UTC)
# Judged case by case; slices of time and attestations are no cases that anyone had.
_OF_CASES = ("event", "deadline", "invariant")


@dataclass(frozen=True, slots=True)
class Lens:
    """What a contract looks at: what its component's own record has of the headline window.

    Seconds, whole ones. `other` is how the promise to everyone stands, where there is one.
    """

    counted: Clauses
    component: str
    down: int  # by the common formula, round the clock
    planned: int  # in maintenance that was announced in time
    other: Standing | None = None


@dataclass(frozen=True)
class Shown:
    """One public promise, or one to this page's audience, with all that its page tells."""

    standing: Standing
    document: Mapping[str, object]
    targets: tuple[TargetChange, ...] = ()
    flips: tuple[FlipRow, ...] = ()
    restatements: tuple[RestatementRow, ...] = ()
    exclusions: tuple[ExclusionRow, ...] = ()
    suspensions: tuple[SuspensionRow, ...] = ()
    violations: tuple[Violation, ...] = ()  # newest first
    lens: Lens | None = None

    @property
    def slug(self) -> str:
        return self.standing.slug

    @property
    def name(self) -> str:
        return self.standing.name

    @property
    def text(self) -> str:
        return self.standing.text

    @property
    def remedy(self) -> str:
        return self.standing.remedy

    @property
    def audience(self) -> str:
        """The audience to which alone this is promised; "": everyone."""
        return self.standing.audience if self.standing.visibility == "audience" else ""

    @cached_property
    def inputs(self) -> str:
        """A fingerprint of all this, but for the instants of judging."""
        windows = tuple(replace(w, at=_STILL, starts_at=_STILL) for w in self.standing.windows)
        standing = replace(self.standing, windows=windows, judged_at=None)
        rest = (self.document, self.targets, self.flips, self.restatements)
        apart = (self.exclusions, self.suspensions, self.violations, self._lens)
        return fingerprint(standing, *rest, *apart)

    @cached_property
    def events(self) -> "tuple[Event, ...]":
        """All that changed publicly about it."""
        return tuple(_events(self))

    @property
    def _lens(self) -> tuple[object, ...]:
        lens = self.lens
        if lens is None:
            return ()
        verdict = lens.other.verdict if lens.other else ""
        return lens.component, lens.down, lens.planned, verdict


@dataclass(frozen=True)
class Withdrawn:
    """A public promise that is made no longer: what happened to it stays to be read."""

    slug: str
    name: str
    text: str
    at: datetime
    document: Mapping[str, object]
    remedy: str = ""
    targets: tuple[TargetChange, ...] = ()
    flips: tuple[FlipRow, ...] = ()
    restatements: tuple[RestatementRow, ...] = ()
    violations: tuple[Violation, ...] = ()
    hidden: bool = False  # staff go on judging it, out of public view

    @cached_property
    def inputs(self) -> str:
        return fingerprint(self)

    @cached_property
    def events(self) -> "tuple[Event, ...]":
        return tuple(_events(self))


@dataclass(frozen=True, slots=True)
class Security:
    """Who is told of a weakness, and until when that holds."""

    contacts: tuple[str, ...]
    expires: date
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """Whose page it is, where it stands, and in which languages it is written."""

    organisation: str
    base_url: str  # without a slash at its end
    languages: tuple[str, ...]  # the first one is at /
    notice: str = ""  # said on every page, for example that the data is a demonstration
    product: str = ""  # address that the reader's self-check asks
    security: "Security | None" = None
    counts_readers: bool = False


@dataclass(frozen=True)
class Picture:
    """Everything public at one instant. `checked_at` is when it was last judged, None if never."""

    site: Site
    written_at: datetime
    checked_at: datetime | None
    promises: tuple[Shown, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    situation: Situation = NOTHING  # components and incidents
    score: PublishedScore | None = None  # of the main page; None where none is computed yet
    revision: str = field(default="", compare=False)  # of the data: the same figures, the same text

    @property
    def standings(self) -> list[Standing]:
        return [shown.standing for shown in self.promises]

    @cached_property
    def reputation(self) -> Reputation:
        """How many of the promises that can be judged are kept."""
        return reputation(self.standings)

    @cached_property
    def violations(self) -> "list[tuple[Shown | Withdrawn, Violation]]":
        """Every time a promise was broken, newest first, with the promise."""
        every: list[Shown | Withdrawn] = [*self.promises, *self.withdrawn]
        found = [(shown, violation) for shown in every for violation in shown.violations]
        return sorted(found, key=lambda pair: (pair[1].began_at, pair[1].id), reverse=True)

    @cached_property
    def cases(self) -> int:
        """Cases judged in the 90 days of the strips, each once for every promise that judges it."""
        counted = (s for s in self.standings if s.evaluator in _OF_CASES and not s.timed)
        return sum(day.total for one in counted for day in one.strip)

    @cached_property
    def events(self) -> list["Event"]:
        """All that changed publicly, newest first."""
        every: list[Shown | Withdrawn] = [*self.promises, *self.withdrawn]
        found = [event for shown in every for event in shown.events]
        return sorted(found, key=lambda event: (event.at, event.key), reverse=True)


@dataclass(frozen=True, slots=True)
class Event:
    """A flip, a change of what is promised, a correction, an end: what feeds and history tell."""

    kind: str  # flip | target | restatement | withdrawal
    at: datetime
    shown: Shown | Withdrawn
    row: FlipRow | TargetChange | RestatementRow | Withdrawn

    @property
    def key(self) -> str:
        """A name that stays: the same event has the same key in every feed for ever."""
        row = self.row
        if isinstance(row, FlipRow):
            return f"{self.shown.slug}/flip/{row.id}"
        if isinstance(row, TargetChange):
            return f"{self.shown.slug}/version/{row.version}"
        if isinstance(row, Withdrawn):
            return f"{self.shown.slug}/withdrawal/{row.at:%Y%m%dT%H%M%SZ}"
        return f"{self.shown.slug}/restatement/{row.date:%Y-%m-%d}/{row.at:%Y%m%dT%H%M%SZ}"

    @property
    def month(self) -> date:
        return self.at.date().replace(day=1)


def _events(shown: Shown | Withdrawn) -> Iterable[Event]:
    for flip in shown.flips:
        if flip.headline and flip.was:
            yield Event("flip", flip.at, shown, flip)
    for change in shown.targets:
        yield Event("target", change.declared_at, shown, change)
    for restated in together(shown.restatements):
        yield Event("restatement", restated.at, shown, restated)
    if isinstance(shown, Withdrawn):
        yield Event("withdrawal", shown.at, shown, shown)
