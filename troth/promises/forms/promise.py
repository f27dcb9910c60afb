"""The form of a promise, and the same as YAML. Both end in one document, checked by one parser."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.text import slugify

from troth.metrics.drift.enrolment import HIGHEST_COST
from troth.promises import queries
from troth.promises.forms import documents
from troth.promises.forms.fields import BEYOND, MEANINGLESS, PATHS, READ, WRITTEN, field_of
from troth.promises.rules.terms import DocumentError

_EVALUATORS = (
    ("deadline", "Done by a date: each case has a time by which it must be done"),
    ("event", "Each case is good or not"),
    ("timeslice", "Up or down: each slice of time is good or not"),
    ("invariant", "Always: a single failure breaks it"),
    ("attestation", "Proven: valid, unexpired evidence exists"),
)
_NO_DATA = (("unknown", "no data"), ("kept", "kept"), ("broken", "broken"))
_VISIBILITY = (
    ("public", "Everyone, on the public page"),
    ("audience", "One audience, on its private pages"),
    ("internal", "Staff only"),
)


class Depending(forms.CharField):
    """Needed by some evaluators: the parser says so, not the field."""

    def validate(self, value: object) -> None:
        """Leave it to the parser."""


def _code(label: str, help_text: str, kind: type[forms.CharField]) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "code", "spellcheck": "false", "autocomplete": "off"})
    required = kind is Depending
    return kind(label=label, help_text=help_text, required=required, widget=widget)


class Declaring(forms.Form):
    """What both ways to write share: why it is declared, and that the parser understands it."""

    use_required_attribute = False

    reason = forms.CharField(
        label="Why this change",
        max_length=2000,
        help_text="Published beside the target.",
        widget=forms.TextInput,
    )

    def __init__(self, *args: Any, base: Mapping[str, Any] | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.base = base
        self.fields["reason"].required = base is not None
        self.document: dict[str, Any] = {}
        self.is_draft = False

    def as_draft(self) -> "Declaring":
        """Ask no reason and no name: for a look at what is being written."""
        self.fields["reason"].required = False
        self.is_draft = True
        return self

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors.keys() - {"reason"}:
            self.document = self.written()
            self._understand()
        return cleaned

    def written(self) -> dict[str, Any]:
        """Return the document as it was filled in."""
        raise NotImplementedError

    def _understand(self) -> None:
        if self.base and documents.at(self.document, "metadata.name") != self._name():
            self.add_error(None, f"The name in addresses stays as it is: {self._name()}")
        try:
            queries.preview(document=self.document)
        except DocumentError as error:
            self.refuse(error)

    def refuse(self, error: DocumentError) -> None:
        """Show each problem at its field."""
        for problem in error.problems:
            self._tell(problem.field, problem.message)

    def _name(self) -> object:
        return documents.at(self.base or {}, "metadata.name")

    def _tell(self, path: str, message: str) -> None:
        name = field_of(path)
        if name in self.fields:
            self.add_error(name, message[:1].upper() + message[1:] + "." * (message[-1:] != "?"))
        else:
            self.add_error(None, f"{path}: {message}")


class PromiseForm(Declaring):
    """The common cases, field by field. What it cannot show is kept as it was."""

    text = forms.CharField(
        label="The promise, as your customers read it",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Plain words, one sentence, something that can turn out false.",
    )
    name = forms.CharField(label="Short name", max_length=200, required=False)
    slug = forms.CharField(
        label="Name in addresses",
        max_length=100,
        required=False,
        help_text="For example on-time-delivery. Empty: made of the short name.",
    )
    evaluator = forms.ChoiceField(label="How it is judged", choices=_EVALUATORS)
    kind = forms.CharField(
        label="Kind of signal",
        max_length=300,
        required=False,
        help_text="For example delivery. Several with commas.",
        widget=forms.TextInput(attrs={"list": "kinds", "class": "code", "autocomplete": "off"}),
    )
    where = _code("Only those where", "For example segment.plan = 'pro'.", forms.CharField)
    due = _code("Due", "due_at, if each signal carries its date; or a time such as 72h.", Depending)
    good = _code(
        "Kept when",
        "For example outcome = 'delivered'. Empty where there is a date: done by it.",
        forms.CharField,
    )
    slice = _code("Length of a slice", "For example 5m.", Depending)
    slice_good = _code(
        "A slice is good when", "For example share >= 0.99, or good = total.", Depending
    )
    target = Depending(label="Target", max_length=20, help_text="97 in 100, or 97%.")
    windows = forms.CharField(
        label="Judged over", max_length=100, help_text="28d is rolling, 1M a calendar month."
    )
    zone = forms.CharField(label="Time zone", max_length=60, required=False)
    cases = forms.IntegerField(
        label="Fewest cases for a verdict", min_value=0, max_value=10**9, required=False
    )
    heartbeat = _code(
        "Longest normal silence", "For example 24h. Longer means no data.", forms.CharField
    )
    watermark = _code(
        "Wait for late signals", "For example 72h: provisional until then.", forms.CharField
    )
    no_data = forms.ChoiceField(label="Silence means", choices=_NO_DATA, required=False)
    exclusions = forms.CharField(
        label="What may be excluded",
        required=False,
        help_text="One to a line, with its cap: force-majeure 1%",
        widget=forms.Textarea(attrs={"rows": 2, "class": "code"}),
    )
    segments = forms.CharField(
        label="Look at separately", required=False, help_text="Attributes: country, carrier."
    )
    hours = forms.BooleanField(
        label="Judge today by the hour",
        required=False,
        help_text="A fault of the morning is told the same morning, against what is usual by then.",
    )
    holidays = forms.CharField(
        label="Holidays of",
        max_length=100,
        required=False,
        help_text="A calendar's name. Its holidays are not read against ordinary days.",
        widget=forms.TextInput(attrs={"list": "calendars", "autocomplete": "off"}),
    )
    pillar = forms.CharField(label="Pillar", max_length=60, required=False)
    touchpoint = forms.CharField(label="Touchpoint", max_length=60, required=False)
    step = forms.CharField(
        label="Step of the journey",
        max_length=100,
        required=False,
        help_text="For example 1 buy: steps stand in the order of their numbers, then by name.",
    )
    cost = forms.FloatField(
        label="What a broken case costs",
        min_value=0,
        max_value=HIGHEST_COST,
        required=False,
        help_text="Against those of other promises: 5 counts as five. Empty: 1.",
    )
    audience = forms.CharField(
        label="Made to",
        max_length=100,
        required=False,
        help_text="For one audience alone: its name in addresses.",
        widget=forms.TextInput(attrs={"list": "audiences", "autocomplete": "off"}),
    )
    visibility = forms.ChoiceField(label="Who sees it", choices=_VISIBILITY)
    source_url = forms.URLField(
        label="Where you say so", max_length=500, required=False, assume_scheme="https"
    )
    remedy = forms.CharField(label="What you do when it is broken", max_length=300, required=False)
    effective_from = forms.DateField(
        label="In force from",
        required=False,
        help_text="For cases that open from this day on. Empty: from now on, or from the first "
        "signal where the promise is new.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, base: Mapping[str, Any] | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, base=base, **kwargs)
        if base is not None:
            self.fields["slug"].disabled = True

    def clean_slug(self) -> str:
        """Return the name in addresses, made of the short name where none is given."""
        made = str(self.cleaned_data["slug"]) or slugify(self.cleaned_data.get("name", ""))
        if not made and not self.is_draft:
            raise forms.ValidationError("Give it a short name or a name in addresses.")
        return made[:100].strip("-_")

    def written(self) -> dict[str, Any]:
        filled = {name: self.cleaned_data.get(name) for name in PATHS}
        for name in MEANINGLESS[str(filled["evaluator"])]:
            filled[name] = None
        filled["slug"] = filled["slug"] or "draft"
        changes = {PATHS[name]: _value(name, filled[name]) for name in PATHS}
        kept = documents.at(self.base or {}, "spec.due")
        if isinstance(kept, dict) and filled["due"] == kept.get("after"):
            changes["spec.due"] = (
                kept  # a calendar of business hours, which the form has no field for
            )
        return documents.merged(self.base or documents.EMPTY, changes)


class YamlForm(Declaring):
    """The whole document as text."""

    yaml = forms.CharField(
        label="The promise document",
        max_length=documents.LONGEST,
        widget=forms.Textarea(attrs={"rows": 28, "class": "code", "spellcheck": "false"}),
    )

    def clean_yaml(self) -> str:
        text = str(self.cleaned_data["yaml"])
        try:
            self.read = documents.from_yaml(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return text

    def written(self) -> dict[str, Any]:
        return self.read


def initial(document: Mapping[str, Any]) -> dict[str, str]:
    """Return what the form shows of a document."""
    shown = {}
    for name, path in PATHS.items():
        value = documents.at(document, path)
        if value is not None:
            shown[name] = WRITTEN.get(name, str)(value)
    return shown


def fits(document: Mapping[str, Any]) -> bool:
    """Return whether the form can show all of a document that decides how it is judged."""
    return all(documents.at(document, path) is None for path in BEYOND)


def _value(name: str, filled: object) -> object:
    if isinstance(filled, bool):
        return filled or None
    if isinstance(filled, date):
        return filled.isoformat()
    return READ[name](filled) if isinstance(filled, str) and name in READ else filled
