"""What is asked of a calendar: when it is open, and its holidays, one a line."""

from collections.abc import Iterable
from typing import Any, Final
from zoneinfo import available_timezones

from django import forms

from troth.promises.queries.calendars import Shown
from troth.promises.rules.terms import DocumentError

_DAYS: Final = (
    ("mon", "Monday"), ("tue", "Tuesday"), ("wed", "Wednesday"), ("thu", "Thursday"),
    ("fri", "Friday"), ("sat", "Saturday"), ("sun", "Sunday"),
)  # fmt: skip
_FIELDS: Final = {
    "metadata.name": "name", "metadata.displayName": "title", "spec.zone": "zone",
    "spec.hours": "hours", "spec.weekdays": "weekdays", "spec.holidays": "holidays",
}  # fmt: skip


class CalendarForm(forms.Form):
    """A calendar as fields; `document` is what they say."""

    name = forms.CharField(
        label="Name", max_length=100,
        help_text="Small letters, digits and hyphens: promises and metrics name it so.",
    )  # fmt: skip
    title = forms.CharField(label="What people call it", max_length=200, required=False)
    zone = forms.CharField(
        label="Time zone", max_length=60, initial="UTC", help_text="For example Europe/Berlin.",
        widget=forms.TextInput(attrs={"list": "zones", "spellcheck": "false"}),
    )  # fmt: skip
    weekdays = forms.MultipleChoiceField(
        label="Open on", choices=_DAYS, initial=[day for day, _ in _DAYS[:5]],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    hours = forms.CharField(label="From and until", max_length=20, initial="09:00-17:00")
    holidays = forms.CharField(
        label="Holidays", max_length=50_000, required=False, widget=forms.Textarea(
            attrs={"rows": 10, "class": "code", "spellcheck": "false"}),
        help_text="One a line, as 2026-12-25 Christmas Day.",
    )  # fmt: skip

    @property
    def zones(self) -> list[str]:
        return sorted(available_timezones())

    def document(self) -> dict[str, Any]:
        """Return what the fields say as a document of kind Calendar."""
        said = self.cleaned_data
        meta = {"name": said["name"]}
        if said["title"]:
            meta["displayName"] = said["title"]
        lines = [line.strip() for line in said["holidays"].splitlines()]
        return {
            "apiVersion": "troth/v1", "kind": "Calendar", "metadata": meta,
            "spec": {"zone": said["zone"], "weekdays": said["weekdays"], "hours": said["hours"],
                     "holidays": [line for line in lines if line]},
        }  # fmt: skip

    def refuse(self, error: DocumentError) -> None:
        """Show each problem at its field; of a holiday, at which line."""
        for problem in error.problems:
            path, _, place = problem.field.partition("[")
            line = f"Line {int(place[:-1]) + 1}: " if place[:-1].isdecimal() else ""
            self.add_error(_FIELDS.get(path), f"{line}{problem.message}.")


def initial(one: Shown) -> dict[str, Any]:
    """Return the fields of a calendar as it stands."""
    hours = one.hours
    return {
        "name": one.slug, "title": "" if one.title == one.slug else one.title, "zone": hours.zone,
        "weekdays": [day for place, (day, _) in enumerate(_DAYS) if place in hours.weekdays],
        "hours": open_hours(one), "holidays": "\n".join(_lines(one)),
    }  # fmt: skip


def open_hours(one: Shown) -> str:
    """Write the hours as the document says them: “09:00-17:00”, “00:00-24:00”."""
    closes = f"{one.hours.closes:%H:%M}"
    return f"{one.hours.opens:%H:%M}-{'24:00' if closes == '00:00' else closes}"


def open_days(one: Shown) -> str:
    names = [name for place, (_, name) in enumerate(_DAYS) if place in one.hours.weekdays]
    return ", ".join(names) or "on no day"


def _lines(one: Shown) -> Iterable[str]:
    return (f"{day}" if name == "a holiday" else f"{day} {name}" for day, name in one.holidays)
