"""What a person, a program or a job asks for, and how it is refused. Frozen values."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from troth.components.rules.results import Status
from troth.incidents.rules.publishing import Gap, NotReady
from troth.incidents.rules.results import Impact, Kind, State, Urgency
from troth.staff.actions.audit import Actor

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


class Overtaken(Exception):  # noqa: N818 - an answer, not an error in the code
    """Somebody else changed it since it was read. Nothing was done."""


class NotAllowed(ValueError):  # noqa: N818
    """It cannot follow what is: the message says why in plain words."""


class NeedsSecond(NotAllowed):
    """Two people publish here: another one than the writer must approve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One update. None leaves what was said before as it is; components left out keep theirs.

    `at` back-dates what readers see; the cadence is judged by when it really was published.
    """

    body: str
    state: State | None = None  # None: as before
    impacts: Mapping[str, Status] = field(default_factory=dict)  # component uid → status
    next_due_at: datetime | None = None  # None: as late as the cadence allows
    at: datetime | None = None
    since: datetime | None = None  # of the impacts; None: from `at` on
    notify: bool = True
    name: str | None = None
    problem: str | None = None
    affects: str | None = None
    workaround: str | None = None
    recovery: str | None = None
    data_loss: str | None = None
    urgency: Urgency | None = None
    impact: Impact | None = None
    postmortem_due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A new incident or breach with its first message."""

    name: str
    message: Message
    kind: Kind = Kind.INCIDENT
    started_at: datetime | None = None  # None: now
    audiences: tuple[str, ...] = ()  # empty: by its components, else everybody
    two_person: bool | None = None  # None: as the house does
    origin: str = "person"
    opened_for: str = ""
    confirm_at: datetime | None = None  # when the draft publishes itself


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """An incident that is over, as it is told later: by hand or by an import.

    Nothing is asked for and nobody is notified; `flags` say what is odd about it. With `source`
    and `source_id` the same history again changes nothing.
    """

    name: str
    messages: tuple[Message, ...]  # with `at` and `state`, in any order
    kind: Kind = Kind.INCIDENT
    started_at: datetime
    impact: Impact | None = None
    urgency: Urgency | None = None
    created_at: datetime | None = None
    names: Mapping[str, str] = field(default_factory=dict)  # component uid → its name then
    audiences: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    uid: str = ""  # kept from the source where it is 12 letters and digits and free
    # None: as the latest messages say. Dirty history ends before it starts.
    ended_at: datetime | None = None
    state: State | None = None
    scheduled_for: datetime | None = None
    scheduled_until: datetime | None = None
    source: str = ""
    source_id: str = ""


def new_uid() -> str:
    """Return 12 lower-case letters and digits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(12))


def key_of(actor: Actor) -> str:
    """Return who it is, so that two of the same name are two.

    A token is the person who made it: nobody signs alone what their own program wrote.
    """
    maker = getattr(actor, "made_by_id", None)
    if maker:
        return f"User:{maker}"
    pk = getattr(actor, "pk", None)
    # Not type(): a request's user is a wrapper that is its person in all but type.
    return f"{actor.__class__.__name__}:{pk}" if pk else f"name:{actor}"


def refuse(found: tuple[Gap, ...]) -> None:
    """Raise NotReady where there are gaps."""
    if found:
        raise NotReady(found)


def after(at: datetime, last: datetime | None) -> datetime:
    """Return `at`, or the instant after `last` where the clock jumped back: order is kept."""
    return at if last is None or at > last else last + timedelta(microseconds=1)
