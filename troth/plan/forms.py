"""What staff write into the plan."""

import secrets
from typing import Any

from django import forms

from troth.metrics import queries as metrics
from troth.plan import queries
from troth.plan.actions.claiming import Quote
from troth.plan.actions.setting import OUTCOMES, Aim
from troth.plan.actions.undertaking import Task, Wish
from troth.plan.rules.effects import FEWEST_DAYS
from troth.plan.rules.states import LONGEST_WAIT
from troth.promises import queries as promises
from troth.staff import queries as staff

_LONGEST = 5000
_DAYS = 28


def line(label: str, *, most: int = 200, help_text: str = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=most, help_text=help_text)


def prose(label: str, *, help_text: str = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(
        label=label, required=False, max_length=_LONGEST, widget=area, help_text=help_text
    )


def day(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    shown = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=shown, help_text=help_text)


class Kept(forms.Form):
    """A form of something that others may change meanwhile; sent twice, it is done once."""

    turn = forms.IntegerField(min_value=0, initial=0, widget=forms.HiddenInput)
    token = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        kwargs["initial"] = {"token": secrets.token_urlsafe(18), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class _Owned(Kept):
    owner = forms.ChoiceField(label="Who answers for it")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        people = [(str(one.pk), one.shown_name) for one in staff.people() if one.is_active]
        _choose(self, "owner", people)


def _choose(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


class GoalForm(_Owned):
    name = line("Goal", help_text="Where you want to be, in one sentence.")
    why = prose("Why", help_text="What customers notice of it.")
    pillar = forms.ChoiceField(label="Pillar of trust", required=False)
    due_on = day("By when")
    field_order = ("name", "why", "pillar", "owner", "due_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        names = sorted({one.pillar for one in promises.promises() if one.pillar})
        _choose(self, "pillar", [("", "None"), *((name, name) for name in names)])

    def aim(self) -> Aim:
        said = self.cleaned_data
        return Aim(name=said["name"], why=said["why"], pillar=said["pillar"],
                   owner=int(said["owner"]), due_on=said["due_on"])  # fmt: skip


class TaskForm(_Owned):
    name = line("Initiative", help_text="What you do, in one sentence.")
    text = prose("How")
    starts_on = day("Begins on", required=False)
    due_on = day("Reaches customers by")
    field_order = ("name", "text", "owner", "starts_on", "due_on")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        begins, due = said.get("starts_on"), said.get("due_on")
        if begins and due and due < begins:
            self.add_error("due_on", "It cannot reach customers before it begins.")
        return said

    def task(self) -> Task:
        said = self.cleaned_data
        return Task(name=said["name"], text=said["text"], owner=int(said["owner"]),
                    starts_on=said["starts_on"], due_on=said["due_on"])  # fmt: skip


class WishForm(Kept):
    stream = forms.ChoiceField(
        label="What is to change", help_text="A touchpoint that is watched day by day."
    )
    least = forms.FloatField(
        label="By how much at least", min_value=0,
        help_text="For the better: percentage points of a share, else the unit it is counted in.",
    )  # fmt: skip
    days = forms.IntegerField(
        label="Within how many days after it reached customers", initial=_DAYS,
        min_value=FEWEST_DAYS, max_value=LONGEST_WAIT,
        help_text="Judged then, once, against as many days before (28 to 56).",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        known = [(str(one.pk), f"{one.name} ({_how(one.reading, one.unit)})")
                 for one in metrics.streams()]  # fmt: skip
        _choose(self, "stream", [("", "Choose one"), *known])

    def clean_least(self) -> float:
        least = float(self.cleaned_data["least"])
        if least <= 0:
            raise forms.ValidationError("Write how much better it is to be: more than 0.")
        return least

    def wish(self) -> Wish:
        said = self.cleaned_data
        return Wish(stream=int(said["stream"]), least=said["least"], days=said["days"])


def _how(reading: str, unit: str) -> str:
    return {"share": "share", "mean": f"mean {unit}".strip(), "count": "count"}[reading]


class ShipForm(Kept):
    on = day("It reached customers on")


class DropForm(Kept):
    why = line("Why not", most=500)


class CloseForm(Kept):
    outcome = forms.ChoiceField(
        label="How it ended", choices=[(one, one) for one in OUTCOMES], widget=forms.RadioSelect
    )
    note = forms.CharField(label="In a sentence", required=False, max_length=500)


class TurnForm(Kept):
    """Nothing to write: what is asked is done or not."""


class ClaimForm(Kept):
    text = line("What is said", most=500, help_text="In their words, shortly.")
    number = forms.CharField(label="The number in it", required=False, max_length=60)
    source = line("Who says it", most=300, help_text="Author, title, year, how many were asked.")
    link = forms.URLField(
        label="Where it can be read", required=False, max_length=500, assume_scheme="https"
    )
    said_on = day("Published on", required=False)
    doubt = prose("What speaks against it", help_text="Studies that found otherwise, its limits.")
    ours = forms.ChoiceField(
        label="Our own figure", required=False, help_text="Measured here, shown beside theirs."
    )
    used_in = forms.CharField(
        label="Where we quote it", required=False, max_length=300,
        help_text="A page, a deck, a mail: so that it can be corrected there.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        _choose(self, "ours", [("", "None"), *queries.figures()])

    def quote(self) -> Quote:
        said = self.cleaned_data
        names = ("text", "number", "source", "link", "said_on", "doubt", "ours", "used_in")
        return Quote(**{name: said[name] for name in names})
