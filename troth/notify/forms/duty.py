from typing import Any, Final

from django import forms

from troth.notify import catalogue
from troth.notify.models import Outlet, Subscription
from troth.notify.rules import families
from troth.notify.rules.events import Severity

_SEVERITIES: Final = [(str(int(one)), one.name.title()) for one in Severity]
_HEARS: Final = {"alarms": "Alarms: what our own people must act on", "incidents": "Incidents",
                 "maintenance": "Maintenance", "promises": "Promises", "breaches": "Breaches",
                 "certificates": "Certificates", "digest": "Weekly digest",
                 "reports": "Reports of insight, when one is made"}  # fmt: skip
STEPS: Final = 5


class RouteForm(forms.Form):
    """A place where our own people are rung, or an account that we post to."""

    use_required_attribute = False

    name = forms.CharField(label="Name", max_length=200, help_text="For example Shop on call.")
    channel = forms.ChoiceField(label="Channel")
    outlet = forms.ChoiceField(
        label="Outlet", required=False, help_text="Empty: the channel's usual one."
    )
    address = forms.CharField(
        label="Address", max_length=2_000, required=False,
        help_text="Of a person, a room or an endpoint. Empty where the outlet says where to.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    hears = forms.MultipleChoiceField(
        label="What is told there", choices=list(_HEARS.items()),
        widget=forms.CheckboxSelectMultiple, initial=["alarms"],
    )  # fmt: skip
    floor = forms.ChoiceField(label="From which severity", choices=_SEVERITIES, initial="0")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        channels = [(key, one.label) for key, one in catalogue.all_channels().items()]
        outlets = Outlet.objects.filter(retired_at=None).order_by("name")
        _choose(self.fields["channel"], channels)
        named = [(one.slug, f"{one.name} ({one.channel})") for one in outlets]
        _choose(self.fields["outlet"], [("", "the usual one"), *named])

    def events(self) -> int:
        return families.heard(self.cleaned_data["hears"])

    def chosen_outlet(self) -> Outlet | None:
        slug = self.cleaned_data["outlet"]
        return Outlet.objects.filter(slug=slug, retired_at=None).first() if slug else None

    def severity(self) -> Severity:
        return Severity(int(self.cleaned_data["floor"]))


class EscalationForm(forms.Form):
    """Up to five steps; one without routes is left out."""

    use_required_attribute = False

    name = forms.CharField(label="Name", max_length=100)
    slug = forms.SlugField(label="Name in files", max_length=100)
    floor = forms.ChoiceField(label="From which severity", choices=_SEVERITIES, initial="0")

    def __init__(self, *args: Any, is_new: bool = True, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        routes = Subscription.objects.filter(is_ours=True, ended_at=None).order_by("note")
        named = [(one.uid, one.note or one.uid) for one in routes]
        for number in range(1, STEPS + 1):
            self.fields[f"after_{number}"] = forms.IntegerField(
                label=f"Step {number}: after minutes", min_value=0, max_value=7 * 24 * 60,
                required=False,
            )  # fmt: skip
            self.fields[f"routes_{number}"] = forms.MultipleChoiceField(
                label=f"Step {number}: ring", choices=named, required=False,
                widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip
        self.fields["slug"].disabled = not is_new

    def steps(self) -> list[dict[str, Any]]:
        filled = self.cleaned_data
        return [
            {"after": filled[f"after_{number}"] or 0, "subscriptions": filled[f"routes_{number}"]}
            for number in range(1, STEPS + 1)
            if filled[f"routes_{number}"]
        ]

    def severity(self) -> Severity:
        return Severity(int(self.cleaned_data["floor"]))


def _choose(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
    field.choices = choices
