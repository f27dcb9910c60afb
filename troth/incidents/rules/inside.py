"""What only the desk sees of an incident, as frozen values."""

from dataclasses import dataclass
from datetime import datetime

from troth.incidents.rules.results import Affected, FollowUp, IncidentShown, Kind, State


@dataclass(frozen=True, slots=True)
class SignOff:
    """That somebody agreed with a text; it `holds` while the text is the same."""

    update_uid: str
    by: str
    at: datetime
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """An update that is not public yet."""

    uid: str
    state: State
    body: str
    html: str
    at: datetime
    by: str
    next_due_at: datetime | None
    answers: tuple[tuple[str, str], ...]
    affected: tuple[Affected, ...]


@dataclass(frozen=True, slots=True)
class Lapsed:
    """An update that was proposed and overtaken by `why`: nobody can approve it any more."""

    uid: str
    state: State
    html: str
    by: str
    at: datetime
    why: str  # the state that came first, or "merged"


@dataclass(frozen=True, slots=True)
class NoteShown:
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RoleShown:
    role: str
    person: str
    since: datetime
    until: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class ClockShown:
    """What must be said by when. `kind` is the signal's: incident.update and the like."""

    kind: str
    due_at: datetime
    resolved_at: datetime | None

    @property
    def is_running(self) -> bool:
        return self.resolved_at is None


@dataclass(frozen=True, slots=True)
class OverdueShown:
    uid: str
    name: str
    what: str
    step: str
    to: str
    due_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class NoticeShown:
    number: int
    to: str
    at: datetime
    is_final: bool
    reference: str
    by: str


@dataclass(frozen=True, slots=True)
class Numbered:
    """A follow-up with the number by which actions know it."""

    number: int
    follow_up: FollowUp


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRow:
    uid: str
    kind: Kind
    name: str
    state: State
    origin: str
    opened_for: str
    started_at: datetime
    created_at: datetime
    confirm_at: datetime | None  # when it publishes itself
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    update_uid: str
    uid: str
    name: str
    state: State
    body: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """One incident with all that belongs to it. `shown` has its proposals among its updates."""

    shown: IncidentShown
    is_public: bool
    is_discarded: bool
    turn: int  # give it to actions that take `turn`
    two_person: bool
    origin: str
    opened_for: str
    confirm_at: datetime | None
    by: str
    may_follow: tuple[State, ...]
    proposals: tuple[Proposed, ...]
    lapsed: tuple[Lapsed, ...]
    workaround: str  # as it was said last, also after the end, when nobody outside needs it
    notes: tuple[NoteShown, ...]  # oldest first
    sign_offs: tuple[SignOff, ...]  # oldest first
    roles: tuple[RoleShown, ...]  # with those that were handed over, oldest first
    clocks: tuple[ClockShown, ...]
    overdue: tuple[OverdueShown, ...]
    parts: tuple[tuple[str, str], ...]  # of the post-mortem, as written, drafts too
    follow_ups: tuple[Numbered, ...]
    timeline: tuple[tuple[datetime, str, bool], ...]  # at, text, is public
    notices: tuple[NoticeShown, ...]  # of a breach
    merged: tuple[str, ...]  # uids that were merged into this one
    series: str = ""  # uid
    overrun: str = ""  # uid
