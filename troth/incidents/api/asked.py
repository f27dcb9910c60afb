"""What is asked for: the shapes that operations take."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from troth.components.rules.results import Status as Condition
from troth.core import clock
from troth.core.moments import Cursor, Instant, Limit
from troth.incidents import actions, queries
from troth.incidents.rules.publishing import LONGEST, LONGEST_NAME
from troth.incidents.rules.results import Impact, Kind, State, Urgency


class Filter(Schema):
    """`since` and `until` bound when it began, or is to begin: from, and before."""

    kind: Kind | None = None
    state: State | None = None
    component: str = Field("", max_length=12, description="Uid of a component it affected.")
    search: str = Field("", max_length=200)
    open: bool | None = None
    since: Instant | None = None
    until: Instant | None = None
    audience: str | None = Field(
        None, max_length=100, description="As this audience sees it; else everything."
    )
    cursor: Cursor | None = None
    limit: Limit = 50

    def choice(self) -> queries.Choice:
        return queries.Choice(
            audience=self.audience or queries.STAFF, since=self.since, until=self.until,
            kinds=(self.kind,) if self.kind else (), states=(self.state,) if self.state else (),
            component=self.component, text=self.search, is_open=self.open,
        )  # fmt: skip


def text(length: int = LONGEST) -> Any:  # noqa: ANN401 - a field
    return Field(None, max_length=length)


class MessageIn(Schema):
    """One update. What is left out stays as it was; `components` maps uid or slug to a status."""

    body: str = Field(max_length=LONGEST, description="Markdown.")
    state: State | None = None
    components: dict[str, Condition] = Field({}, max_length=500)
    next_due_at: Instant | None = None
    at: Instant | None = Field(None, description="Back-dates what readers see.")
    since: Instant | None = Field(None, description="Since when the components are so.")
    notify: bool = True
    problem: str | None = text()
    affects: str | None = text()
    workaround: str | None = text()
    recovery: str | None = text()
    data_loss: str | None = text()
    urgency: Urgency | None = None
    impact: Impact | None = None
    postmortem_due: Instant | None = None
    turn: int | None = Field(None, ge=0, le=2**31 - 1, description="Refused if it changed since.")

    def message(self) -> actions.Message:
        said = {name: getattr(self, name) for name in MessageIn.model_fields}
        del said["components"], said["turn"]
        return actions.Message(**said, impacts=self.components)


class UpdateIn(MessageIn):
    propose: bool = Field(False, description="For another person to approve.")


class OpeningIn(MessageIn):
    """An incident with its first message; a draft unless `publish`."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    kind: Kind = Kind.INCIDENT
    started_at: Instant | None = None
    audiences: list[str] = Field([], max_length=50)
    two_person: bool | None = None
    publish: bool = False

    def opening(self) -> actions.Opening:
        return actions.Opening(
            name=self.name, message=self.message(), kind=self.kind, started_at=self.started_at,
            audiences=tuple(self.audiences), two_person=self.two_person,
        )  # fmt: skip


class CorrectionIn(Schema):
    name: str | None = Field(None, min_length=1, max_length=LONGEST_NAME)
    started_at: Instant | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    audiences: list[str] | None = None
    postmortem_due: Instant | None = None


class EditIn(Schema):
    body: str = Field(min_length=1, max_length=LONGEST)
    reason: str = Field("", max_length=300)


class ImpactsIn(Schema):
    components: dict[str, Condition] = Field(max_length=500)
    reason: str = Field("", max_length=300)


class NoteIn(Schema):
    text: str = Field(min_length=1, max_length=LONGEST)


class RoleIn(Schema):
    role: str = Field(pattern="^(commander|liaison|scribe)$")
    person: str = Field(min_length=1, max_length=200)
    note: str = Field("", max_length=LONGEST)


class OtherIn(Schema):
    uid: str = Field(pattern="^[a-z0-9]{12}$")


class Asked:
    """Who asks, and when: what every action takes."""

    def __init__(self, request: HttpRequest) -> None:
        self.by: Any = request.auth  # type: ignore[attr-defined]
        self.now: datetime = clock.now()

    @property
    def both(self) -> dict[str, Any]:
        return {"by": self.by, "now": self.now}
