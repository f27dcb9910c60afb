"""What we learned: the post-mortem's four parts, its moments, and what is to follow."""

from typing import Any, ClassVar

from troth.incidents.forms import fields
from troth.incidents.forms.fields import Asking


class PartsForm(Asking):
    asked: ClassVar = ("apology", "cause", "fix", "prevention")
    apology = fields.prose("We are sorry", rows=4, help_text="To whom, for what. Markdown.")
    cause = fields.prose("What caused it", rows=6)
    fix = fields.prose("What fixed it", rows=6)
    prevention = fields.prose("What keeps it from happening again", rows=6)

    @property
    def parts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.asked}


class FollowUpForm(Asking):
    asked: ClassVar = ("text", "owner", "due")
    text = fields.line("What will be done", most=2000)
    owner = fields.line("By whom")
    due = fields.moment("Until when")


class MomentForm(Asking):
    asked: ClassVar = ("at", "text")
    at = fields.moment("When")
    text = fields.line("What happened", most=2000)
    is_public = fields.tick("Readers see it")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("at") and "at" not in self.errors:
            self.refuse("at", "say when")
        return cleaned
