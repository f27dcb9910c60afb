"""The composer: everything that people need to know before anything goes out."""

from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from troth.components.rules.results import Status
from troth.incidents import queries
from troth.incidents.actions import Message, Opening
from troth.incidents.forms import fields
from troth.incidents.forms.fields import Touching, whole_minutes
from troth.incidents.rules import cadence, spans, states
from troth.incidents.rules.inside import Inside
from troth.incidents.rules.results import Impact, IncidentShown, Kind, State, Urgency

URGENCIES = {
    Urgency.URGENT: "urgent",
    Urgency.IMPORTANT: "important",
    Urgency.ROUTINE: "routine",
}
STATES = {one: str(one).replace("_", " ") for one in State}
_TEXTS = ("name", "problem", "affects", "workaround", "recovery", "data_loss")


def due_after(urgency: Urgency, *, opened_at: datetime, now: datetime) -> datetime | None:
    """Return until when the cadence lets us wait, in whole minutes."""
    pace = queries.grid().paces[urgency]
    return whole_minutes(cadence.next_due(pace, opened_at=opened_at, spoken_at=now))


class Composing(Touching):
    """What is said: of what is wrong, of whom, since when, and when we speak again."""

    asked: ClassVar[tuple[str, ...]] = (
        "name", "problem", "affects", "workaround", "started_at", "state", "body", "next_due_at",
        "recovery", "data_loss",
    )  # fmt: skip
    words: ClassVar[tuple[State, ...]] = (
        State.INVESTIGATING, State.IDENTIFIED, State.MONITORING,
    )  # fmt: skip
    problem = fields.prose("What is wrong, exactly", rows=2)
    affects = fields.prose("Who is affected", rows=2)
    workaround = fields.prose(
        "Workaround", rows=2, help_text="Write “None known.” if there is none."
    )
    state = fields.pick("State", ())
    body = fields.prose("Message", rows=6, help_text="Markdown. What we know and do now.")
    urgency = fields.pick(
        "Urgency", [("", "as its impact says"), *URGENCIES.items()],
        help_text="How often we promise to speak.",
    )  # fmt: skip
    impact = fields.pick(
        "Impact", [("", "as its components say"), *fields.IMPACTS],
        help_text="Say it where no component is named: the whole counts as this bad.",
    )  # fmt: skip
    next_due_at = fields.moment(
        "Next update by", help_text="As late as our cadence allows; you may promise it sooner."
    )

    def __init__(self, *args: Any, choices: tuple[State, ...] = (), **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        chosen = choices or self.words
        self.fields["state"].choices = [(str(one), STATES[one]) for one in chosen]  # type: ignore[attr-defined]

    @property
    def message(self) -> Message:
        said = self.cleaned_data
        state, urgency = said.get("state"), said.get("urgency")
        texts: dict[str, Any] = {name: self.said(name) for name in _TEXTS}
        return Message(
            body=said["body"], impacts=self.impacts, next_due_at=said.get("next_due_at"),
            state=State(state) if state else None, at=said.get("at"),
            urgency=Urgency(urgency) if urgency else None,
            impact=Impact(said["impact"]) if said.get("impact") else None,
            postmortem_due=said.get("postmortem_due"),
            notify=not said.get("quietly", False),
            **texts,
        )  # fmt: skip


class OpeningForm(Composing):
    """A new incident, or a draft that is written anew."""

    name = fields.line("Name", help_text="As customers would call it.")
    started_at = fields.moment("Since when")
    two_person = fields.tick("Another person must sign off before it goes out")
    field_order = [
        "name", "problem", "affects", "started_at", "workaround", "state", "body", "impact",
        "urgency", "next_due_at", "two_person",
    ]  # fmt: skip

    def opening(self, kind: Kind = Kind.INCIDENT) -> Opening:
        said = self.cleaned_data
        return Opening(
            name=said["name"], message=replace(self.message, name=said["name"]), kind=kind,
            started_at=said["started_at"], two_person=True if said.get("two_person") else None,
        )  # fmt: skip


class UpdateForm(Composing):
    """One more message about what is public."""

    unsaid = "as before"
    at = fields.moment("Said at", help_text="Only to date it back. Empty: now.")
    field_order = [
        "state", "body", "next_due_at", "problem", "affects", "workaround", "impact", "urgency",
        "at",
    ]  # fmt: skip


class ResolveForm(Composing):
    """The last message: what works again, and what was lost."""

    words = (State.RESOLVED,)
    workaround = None  # type: ignore[assignment]
    next_due_at = None  # type: ignore[assignment]
    urgency = None
    impact = None
    recovery = fields.prose("Does everything work again?", rows=2,
                            help_text="Say that all of it does, or what does not.")  # fmt: skip
    data_loss = fields.prose("Was data lost or damaged?", rows=2,
                             help_text="Say what, or that no effect lingers.")  # fmt: skip
    at = fields.moment("Over since", help_text="Empty: now.")
    postmortem_due = fields.moment("Post-mortem promised by", help_text="Public, where it is set.")
    field_order = [
        "state", "body", "recovery", "data_loss", "at", "postmortem_due", "problem", "affects",
    ]  # fmt: skip


class ReopenForm(UpdateForm):
    """It was not over: say why."""


FORMS = {"update": UpdateForm, "resolve": ResolveForm, "reopen": ReopenForm}


def for_opening(opening: Opening, *, now: datetime) -> dict[str, object]:
    """Return what a template, or nothing, fills in beforehand."""
    said = opening.message
    worst = said.urgency or Urgency.URGENT
    return {
        "name": opening.name, "problem": said.problem, "affects": said.affects,
        "workaround": said.workaround, "body": said.body, "state": said.state or "investigating",
        "started_at": whole_minutes(opening.started_at or now), "urgency": said.urgency or "",
        "impact": said.impact or "",
        "next_due_at": said.next_due_at or due_after(worst, opened_at=now, now=now),
        "two_person": bool(opening.two_person),
        **fields.initial_impacts(dict(said.impacts)),
    }  # fmt: skip


def for_draft(inside: Inside, *, now: datetime) -> dict[str, object]:
    one = inside.shown
    first = one.updates[-1] if one.updates else None
    urgency = one.urgency or cadence.urgency_of(Impact(one.impact))
    return {
        **_facts(inside), "turn": inside.turn, "name": one.name,
        "started_at": whole_minutes(one.started_at),
        "body": first.body if first else "", "state": one.state, "urgency": one.urgency or "",
        "next_due_at": due_after(urgency, opened_at=now, now=now), "two_person": inside.two_person,
        "impact": next((dict(one.answers).get("impact", "") for one in inside.proposals), ""),
        **fields.initial_impacts(at_present(one)),
    }  # fmt: skip


def for_update(inside: Inside, *, now: datetime) -> dict[str, object]:
    """Return what stands, so that nothing must be written twice."""
    one = inside.shown
    urgency = one.urgency or cadence.urgency_of(Impact(one.impact))
    state = one.state if one.is_open else State.INVESTIGATING
    return {
        **_facts(inside), "state": state, "turn": inside.turn,
        "next_due_at": due_after(urgency, opened_at=one.created_at, now=now),
    }  # fmt: skip


def at_present(one: IncidentShown) -> dict[str, Status]:
    """Return what an incident says of components now."""
    ends: dict[str, Status] = {}
    for span in one.spans:
        if span.ends_at is None:
            ends[span.component] = span.status
    return ends


def _facts(inside: Inside) -> dict[str, object]:
    one = inside.shown
    return {"problem": one.problem, "affects": one.affects, "workaround": inside.workaround}


def states_for(inside: Inside, way: str) -> tuple[State, ...]:
    if way == "reopen":
        return tuple(one for one in State if one in states.REOPENED)
    over = (State.RESOLVED, State.POSTMORTEM)
    open_ones = tuple(one for one in inside.may_follow if one not in over)
    return open_ones or tuple(inside.may_follow)


__all__ = ["FORMS", "OpeningForm", "for_draft", "for_opening", "for_update", "spans"]
