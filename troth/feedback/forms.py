"""What a stranger fills in, and what staff do about it."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from troth.feedback.queries import CHANNEL
from troth.feedback.rules import LONGEST, End, Kind
from troth.feedback.troubles import Trouble
from troth.notify import catalogue
from troth.notify.forms.guarding import GuardedForm

_KINDS = (
    (Kind.PROBLEM.value, later("Something is wrong for me")),
    (Kind.QUESTION.value, later("I have a question")),
    (Kind.COMMENT.value, later("I want to say something")),
)
_LANGUAGES = {"en": "English", "de": "Deutsch"}


class ReportForm(GuardedForm):
    """`parts` are (uid, name, group) of what may be named; without `may_answer` no address."""

    kind = forms.ChoiceField(label=later("What is it?"), choices=_KINDS, widget=forms.RadioSelect)
    component = forms.ChoiceField(label=later("Which part?"), required=False)
    text = forms.CharField(
        label=later("What do you see?"), max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip
    address = forms.CharField(
        label=later("Your mail address, for an answer"), required=False, max_length=320,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )  # fmt: skip
    language = forms.ChoiceField(label=later("Language of the answer"), required=False)

    def __init__(
        self, *args: Any, parts: list[tuple[str, str, str]], may_answer: bool, **kwargs: Any  # noqa: ANN401 - Django's own
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        known = settings.TROTH.languages
        _choose(self, "component", [("", _("I do not know, or another")), *_grouped(parts)])
        _choose(self, "language", [(code, _LANGUAGES.get(code, code)) for code in known])
        if not parts:
            del self.fields["component"]
        if not may_answer:
            del self.fields["address"]
        if not may_answer or len(known) == 1:
            del self.fields["language"]

    def clean_address(self) -> str:
        text = str(self.cleaned_data["address"])
        if not text:
            return ""
        try:
            return catalogue.address(CHANNEL, text)
        except catalogue.SettingsError:
            raise forms.ValidationError(
                _("Write a mail address such as name@example.com.")
            ) from None


def _choose(form: forms.Form, name: str, choices: list[Any]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


def _grouped(parts: list[tuple[str, str, str]]) -> list[Any]:
    """Return choices, those of a group under its name, in the order of the page."""
    found: list[Any] = []
    groups: dict[str, list[tuple[str, str]]] = {}
    for uid, name, group in parts:
        if not group:
            found.append((uid, name))
            continue
        if group not in groups:
            groups[group] = []
            found.append((group, groups[group]))
        groups[group].append((uid, name))
    return found


class TurnForm(forms.Form):
    """What is done to a report as it was read: `turn` is the number of its last step then."""

    turn = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


class AnswerForm(TurnForm):
    text = forms.CharField(
        label="Answer", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Plain text. It goes by mail, in the words you write here.",
    )  # fmt: skip


class NoteForm(TurnForm):
    text = forms.CharField(
        label="Note", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For those who work here. It is never sent.",
    )  # fmt: skip


class LinkForm(TurnForm):
    """`going_on` are the incidents to choose among."""

    incident = forms.ChoiceField(label="It is this incident", required=False)

    def __init__(self, *args: Any, going_on: list[Trouble], **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        _choose(self, "incident", [("", "None"), *((one.uid, one.name) for one in going_on)])


class CloseForm(TurnForm):
    end = forms.ChoiceField(
        label="Why",
        choices=[
            (End.DONE.value, "It is done"),
            (End.ELSEWHERE.value, "It was answered elsewhere, such as by telephone"),
            (End.NOTHING.value, "There is nothing to answer"),
            (End.SPAM.value, "It is spam"),
        ],
    )
    text = forms.CharField(label="Reason", required=False, max_length=500)

    def clean_end(self) -> End:
        return End(self.cleaned_data["end"])


class ReopenForm(TurnForm):
    text = forms.CharField(label="Reason", max_length=500)
