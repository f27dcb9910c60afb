"""Planned work: once, or again and again by a rule in local time."""

from datetime import timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms

from troth.components.rules.results import Status
from troth.incidents.actions import Planning
from troth.incidents.forms import fields
from troth.incidents.forms.fields import Asking, Touching, whole_minutes
from troth.incidents.rules.results import IncidentShown

_AGAIN = {
    "": "once", "FREQ=DAILY": "every day", "FREQ=WEEKLY": "every week",
    "FREQ=WEEKLY;INTERVAL=2": "every two weeks", "FREQ=MONTHLY": "every month",
    "other": "by a rule",
}  # fmt: skip


class PlanForm(Touching):
    """A window, who notices it, and what the clock does by itself."""

    asked: ClassVar = ("name", "body", "affects", "scheduled_for", "scheduled_until")
    impact_words = (Status.MAINTENANCE, Status.OPERATIONAL, Status.DEGRADED, Status.PARTIAL,
                    Status.MAJOR)  # fmt: skip
    unsaid = "not touched"
    name = fields.line("Name", help_text="For example “Databases move to new machines”.")
    body = fields.prose("What is planned", rows=4, help_text="Markdown.")
    affects = fields.prose("Who is affected, and how", rows=2)
    scheduled_for = fields.moment("Starts")
    scheduled_until = fields.moment("Ends")
    again = fields.pick("How often", _AGAIN.items())
    rule = fields.line("Rule", help_text="For “by a rule”: an RRULE such as FREQ=WEEKLY;BYDAY=SU.")
    zone = forms.CharField(label="Time zone of the rule", required=False, max_length=60)
    auto_start = fields.tick("Starts by itself")
    auto_complete = fields.tick(
        "Completes by itself at its end", help_text="Otherwise it overruns: an incident."
    )
    verify = fields.number("Minutes of verifying at its end")

    @staticmethod
    def start(zone: ZoneInfo) -> dict[str, object]:
        """Return what stands there first. A series repeats in the zone of its times."""
        at = fields.soon()
        return {"scheduled_for": at, "scheduled_until": at + timedelta(hours=1),
                "auto_start": True, "auto_complete": True, "verify": 0,
                "zone": zone.key}  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("scheduled_for", "scheduled_until"):
            if not cleaned.get(name) and name not in self.errors:
                self.refuse(name, "say when")
        if (cleaned.get("verify") or 0) > _MOST_MINUTES:
            self.refuse("verify", "verifying must fit into the window")
        return cleaned

    @property
    def planning(self) -> Planning:
        said = self.cleaned_data
        return Planning(
            name=said["name"], body=said["body"], affects=said["affects"],
            scheduled_for=said["scheduled_for"], scheduled_until=said["scheduled_until"],
            components=self.impacts, auto_start=said["auto_start"],
            auto_complete=said["auto_complete"],
            verify=timedelta(minutes=said["verify"] or 0),
        )  # fmt: skip

    @property
    def recurrence(self) -> str:
        """Return the rule, empty for a maintenance that is done once."""
        again = self.cleaned_data["again"]
        return str(self.cleaned_data["rule"] if again == "other" else again)

    @property
    def is_again(self) -> bool:
        return bool(self.cleaned_data["again"])


_MOST_MINUTES = 14 * 24 * 60


class WindowForm(Asking):
    """Moves a window."""

    asked: ClassVar = ("scheduled_for", "scheduled_until", "body")
    scheduled_for = fields.moment("Starts")
    scheduled_until = fields.moment("Ends")
    body = fields.prose("What we say about it", rows=3)

    @staticmethod
    def of(one: IncidentShown) -> dict[str, object]:
        return {"scheduled_for": whole_minutes(one.scheduled_for),
                "scheduled_until": whole_minutes(one.scheduled_until)}  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("scheduled_until") and "scheduled_until" not in self.errors:
            self.refuse("scheduled_until", "say when")
        if not cleaned.get("body"):
            self.refuse("body", "say what changes")
        return cleaned


class WordForm(Asking):
    """One message, for a cancellation or a step."""

    asked: ClassVar = ("body",)
    body = fields.prose("What we say about it", rows=3)


class EndForm(Asking):
    """Ends a series, and with a word what is announced of it."""

    body = fields.prose(
        "What we say about it",
        help_text="With it, what is announced is cancelled; without, it stays.",
    )
