from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms

from troth.page.edition import NAMES
from troth.page.sharing import Share


class NoticeForm(forms.Form):
    text = forms.CharField(
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="Notice on every public page",
        help_text="One sentence in the page's first language. Leave it empty to take it away.",
    )

    def clean_text(self) -> str:
        """Return it on one line, however it was typed."""
        return " ".join(str(self.cleaned_data["text"]).split())


class ShareForm(forms.Form):
    purpose = forms.CharField(
        max_length=200, label="For whom, or for what", help_text="Only the desk shows it."
    )
    as_of = forms.DateField(
        required=False,
        label="As of",
        help_text="The end of that day, UTC. Empty means now.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    days = forms.IntegerField(min_value=1, max_value=365, initial=14, label="Good for so many days")
    language = forms.ChoiceField(label="Language")

    def __init__(self, *args: Any, languages: Sequence[str], **more: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **more)
        self.fields["language"].choices = [(one, NAMES.get(one, one)) for one in languages]  # type: ignore[attr-defined]

    def share(self, *, now: datetime) -> Share:
        """Return what the link is to show. A day still going on is shown as of now."""
        given = self.cleaned_data
        day = given["as_of"]
        end = datetime.combine(day, time.max, tzinfo=UTC) if day else now
        until = now + timedelta(days=given["days"])
        as_of = min(end, now) if day == now.date() else end
        return Share(as_of, until, given["language"], " ".join(given["purpose"].split()))
