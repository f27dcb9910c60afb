"""What the law asks about a breach of personal data, in the order in which it becomes known."""

from typing import Any, ClassVar

from django import forms

from troth.incidents.actions import Findings
from troth.incidents.forms import fields
from troth.incidents.forms.composing import OpeningForm
from troth.incidents.forms.fields import Asking, whole_minutes
from troth.incidents.rules.results import BreachShown

_NAMES = ("facts", "people", "records", "scope_note", "consequences", "fixes", "prevention",
          "contact", "hotline", "reset_url")  # fmt: skip


class FindingsForm(Asking):
    """What is known by now. What is empty is not known yet, and the letter says so."""

    asked: ClassVar = ("aware_at",)
    aware_at = fields.moment(
        "Aware since", help_text="The 72 hours run from here, draft or public."
    )
    facts = fields.prose("What happened")
    people = fields.number("People, about")
    records = fields.number("Records, about")
    scope_note = fields.prose("Whose data, and which", rows=2)
    consequences = fields.prose("What it may mean for them", rows=2)
    fixes = fields.prose("What was done about it", rows=2)
    prevention = fields.prose("What keeps it from happening again", rows=2)
    contact = fields.line("Who answers questions", most=300)
    hotline = fields.line(
        "Hotline",
        most=100,
        help_text="+49 30 1234567, with a SIP address or a page where it has one.",
    )
    reset_url = forms.CharField(
        label="Where people change their password", required=False, max_length=500,
        help_text="An address that begins with https://",
    )  # fmt: skip

    @staticmethod
    def of(known: BreachShown) -> dict[str, object]:
        return {"aware_at": whole_minutes(known.aware_at),
                **{name: getattr(known, name) for name in _NAMES}}  # fmt: skip

    @property
    def findings(self) -> Findings:
        return findings_of(self.cleaned_data)


def findings_of(said: dict[str, Any]) -> Findings:
    return Findings(**{name: said[name] for name in _NAMES})


class ReportForm(OpeningForm):
    """A breach with its first message. It may stay a draft: not every breach is told to all."""

    asked: ClassVar = (*OpeningForm.asked, "aware_at")
    field_order = ["aware_at", "facts", "people", "records", "scope_note", "contact", "hotline",
                   "reset_url", *OpeningForm.field_order]  # fmt: skip
    aware_at = FindingsForm.base_fields["aware_at"]
    facts = FindingsForm.base_fields["facts"]
    people = FindingsForm.base_fields["people"]
    records = FindingsForm.base_fields["records"]
    scope_note = FindingsForm.base_fields["scope_note"]
    contact = FindingsForm.base_fields["contact"]
    hotline = FindingsForm.base_fields["hotline"]
    reset_url = FindingsForm.base_fields["reset_url"]

    @property
    def findings(self) -> Findings:
        return findings_of(dict.fromkeys(_NAMES) | {
            name: value for name, value in self.cleaned_data.items() if name in _NAMES
        })  # fmt: skip


class NoticeForm(Asking):
    """That the authority or the people were told what is known."""

    to = fields.pick(
        "To", [("authority", "the authority (Art. 33)"), ("people", "the people (Art. 34)")]
    )
    at = fields.moment("Told at", help_text="Empty: now.")
    is_final = fields.tick("Nothing more follows", help_text="Then every part must be filled.")
    reference = fields.line("Their reference")
    delay_reason = fields.prose("Reasons for the delay", rows=2,
                                help_text="Asked for after 72 hours.")  # fmt: skip
