"""What is asked when somebody says how far a remedy is, and which violations a list shows."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from troth.core import windows
from troth.core.fields import as_zone
from troth.promises import words
from troth.promises.rules.remedies import LONGEST, RemedyState, Sought, Violation, recordable
from troth.promises.rules.terms import DocumentError


class RemedyForm(forms.Form):
    """How far it is, what everyone may read of it, what staff alone may."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31)
    state = forms.ChoiceField(label="The remedy is", widget=forms.RadioSelect)
    note = forms.CharField(
        label="In public",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Published on the page beside this violation, without your name.",
    )
    internal_note = forms.CharField(
        label="For staff only",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, violation: Violation, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.initial.setdefault("state", violation.state)
        self.initial.setdefault("seen", violation.seen)
        field = self.fields["state"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                (state.value, words.remedy(state)) for state in recordable(violation.remedy)
            ]

    def clean(self) -> dict[str, Any]:
        if "seen" in self.errors:  # its field is hidden: the form was changed on its way
            self.add_error(None, "This form was made wrong. Open the violation again.")
        return super().clean() or {}

    def refuse(self, error: DocumentError) -> None:
        """Show each problem at its field."""
        for problem in error.problems:
            self.add_error(problem.field, problem.message.capitalize() + ".")

    def catch_up(self, seen: int) -> None:
        """Take what the other person recorded as seen, and ask again; what was typed stays."""
        self.data = {**{name: self.data.get(name) for name in self.data}, "seen": str(seen)}
        self.add_error(None, "Somebody recorded a remedy meanwhile. Nothing of yours is written "
                             "yet: read theirs below, then record yours again.")  # fmt: skip


def sought(values: Mapping[str, str]) -> tuple[Sought, str]:
    """Return which violations an address asks for, and what of it cannot be read, in words.

    `from` and `to` are days, both included, of `zone`, else of UTC.
    """
    state = values.get("state", "")
    slug = values.get("promise", "")[:100]
    try:
        zone = ZoneInfo(as_zone(values.get("zone", "").strip() or "UTC"))
        first = _midnight(values.get("from", ""), zone)
        until = _midnight(values.get("to", ""), zone, after=timedelta(days=1))
    except ValueError as error:
        return Sought(slug=slug), str(error)
    known = state if state in RemedyState.__members__.values() else ""
    return Sought(slug=slug, state=known, since=first, until=until), ""


def _midnight(text: str, zone: ZoneInfo, *, after: timedelta = timedelta(0)) -> datetime | None:
    """Return the instant at which a written day begins, or another one so many days later."""
    try:
        day = date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise ValueError(f"“{text[:40]}” is no day; write for example 2026-03-01") from None
    if day is not None and not 1970 <= day.year < 2200:  # noqa: PLR2004 - as moments have it
        raise ValueError(f"“{text[:40]}” is outside the years 1970 to 2199")
    return windows.midnight(day + after, zone) if day else None
