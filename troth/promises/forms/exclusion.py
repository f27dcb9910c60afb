"""What is asked before cases are left out of a count, or a promise is suspended."""

from typing import Any

from django import forms

from troth.promises.rules.terms import DocumentError
from troth.signals import expressions
from troth.ui.moments import MomentField, Timed


class _Spanning(Timed):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", "The end must come after the start.")
        return cleaned


class ExclusionForm(_Spanning):
    """Which cases, of which declared category, and the reason that everyone will read."""

    category = forms.ChoiceField(label="Category", help_text="As the promise declares them.")
    reason = forms.CharField(
        label="Reason",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Published with your name beside the figure.",
    )
    starts_at = MomentField("From")
    ends_at = MomentField("To")
    where = forms.CharField(
        label="Only those where",
        required=False,
        max_length=2000,
        widget=forms.TextInput(attrs={"class": "code", "spellcheck": "false"}),
        help_text="For example segment.carrier = 'north' and key <> '17'.",
    )

    def __init__(self, *args: Any, categories: list[str], **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(name, name) for name in categories]

    def refuse(self, error: DocumentError) -> None:
        """Show each problem at its field."""
        names = {"from": "starts_at", "until": "ends_at"}
        for problem in error.problems:
            name = names.get(problem.field, problem.field)
            self.add_error(name if name in self.fields else None, problem.message.capitalize())

    def clean_where(self) -> str:
        text = str(self.cleaned_data["where"]).strip()
        if not text:
            return ""
        try:
            return expressions.parse(text, role="condition").text
        except expressions.ExpressionError as error:
            raise forms.ValidationError(error.message) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not any(cleaned.get(n) for n in ("starts_at", "ends_at", "where")):
            self.add_error("where", "Say which cases: a time, a condition, or both.")
        return cleaned


class SuspensionForm(_Spanning):
    """From when to when a promise is publicly not given, and why."""

    starts_at = MomentField("From", required=True)
    ends_at = MomentField("To", help_text="Empty: until further notice.")
    reason = forms.CharField(
        label="Reason",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Published on the promise's own page.",
    )
