"""What a person says of a component, and how long a link is good."""

from django import forms

from troth.components.rules.results import Status
from troth.components.rules.words import WORDS
from troth.ui.moments import MomentField, Timed


class WordForm(Timed):
    """What a person says of a component, why, and until when."""

    status = forms.ChoiceField(
        label="It is",
        choices=[(str(one), WORDS[one]) for one in (
            Status.OPERATIONAL, Status.DEGRADED, Status.PARTIAL, Status.MAJOR, Status.MAINTENANCE)],
    )  # fmt: skip
    note = forms.CharField(
        label="Note", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Shown beside the status, to everybody who sees the component.",
    )  # fmt: skip
    until = MomentField(
        "Until", help_text="Then its probes and incidents speak again. Empty: until you end it."
    )


class LinkForm(Timed):
    """Until when a link opens a private page."""

    until = MomentField("Good until", required=True, help_text="At most a year from now.")
