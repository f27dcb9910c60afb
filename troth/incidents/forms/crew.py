"""Small forms on an incident's own page: notes, roles, links, corrections."""

from typing import Any, ClassVar

from troth.incidents.actions import ROLES
from troth.incidents.forms import fields
from troth.incidents.forms.composing import URGENCIES
from troth.incidents.forms.fields import Asking, Touching, whole_minutes
from troth.incidents.rules.inside import Inside
from troth.incidents.rules.results import Impact, Urgency


class NoteForm(Asking):
    asked: ClassVar = ("text",)
    text = fields.prose("Note", rows=3, help_text="For those who work here. Never public.")


class RoleForm(Asking):
    asked: ClassVar = ("role", "person")
    role = fields.pick("Role", [(role, role) for role in ROLES])
    person = fields.line("Who takes over")
    note = fields.prose("What they must know", rows=2)


class OtherForm(Asking):
    """Names another incident by its uid or its address."""

    asked: ClassVar = ("other",)
    other = fields.line("The other incident", help_text="Its id, or the address of its page.")

    def clean_other(self) -> str:
        text = str(self.cleaned_data["other"]).strip().rstrip("/")
        return text.rsplit("/", 1)[-1]


class EditForm(Asking):
    asked: ClassVar = ("body",)
    body = fields.prose("Message", rows=8, help_text="Markdown. What it said before stays public.")
    reason = fields.line("Why it is changed", most=300)


class CorrectionForm(Touching):
    """What an update ought to have said of components: all of it, not only what differs."""

    reason = fields.line("Why it is changed", most=300)


class FactsForm(Asking):
    """Sets right what is known of an incident: its name, its start, how bad it was."""

    asked: ClassVar = ("name", "started_at")
    name = fields.line("Name")
    started_at = fields.moment("Since when", help_text="Moves the time its components were down.")
    impact = fields.pick("Impact", [("", "as its components say"), *fields.IMPACTS])
    urgency = fields.pick("Urgency", [("", "as it is"), *URGENCIES.items()])
    postmortem_due = fields.moment("Post-mortem promised by")

    @staticmethod
    def of(inside: Inside) -> dict[str, object]:
        one = inside.shown
        return {"turn": inside.turn, "name": one.name,
                "started_at": whole_minutes(one.started_at), "urgency": one.urgency or "",
                "postmortem_due": whole_minutes(one.postmortem_due)}  # fmt: skip

    def changes(self, inside: Inside) -> dict[str, Any]:
        """Return what differs from what stands: what a minute hides is no change."""
        said, was = self.cleaned_data, self.of(inside)
        new = {
            name: said[name]
            for name in self.of(inside)
            if name != "turn" and said[name] and said[name] != was[name]
        }
        if new.get("urgency"):
            new["urgency"] = Urgency(new["urgency"])
        return new | ({"impact": Impact(said["impact"])} if said["impact"] else {})
