"""What somebody writes into a story, in each language of the installation."""

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField

from troth.core import prose
from troth.notify import previewing, topics
from troth.notify.actions.composing import Page
from troth.notify.models import Draft
from troth.notify.rules import naming
from troth.notify.rules.composing import EVENTS, TEXTS, Gap, Written
from troth.notify.rules.events import Event, Severity
from troth.ui.moments import MomentField, Timed

_MAIN = "-"  # the main page among the choices: an empty value would be no choice
_SEVERITIES = [(str(int(one)), one.name.title()) for one in Severity]
_LABELS = {
    "title": ("Headline", "Alone it must say what happened: it is all that an SMS always carries."),
    "state": ("How it stands", "In a few words, such as Done, or Valid until May."),
    "what": ("What", "What happened, exactly."),
    "affects": ("For whom", "Who is concerned, in words."),
    "advice": ("What to do", "What a reader can or must do; nothing is an answer, too."),
    "body": ("The story", "Markdown. For mails, chats and programs; short messages leave it out."),
}
_ROWS = {"what": 3, "affects": 2, "advice": 3, "body": 8}
_PLAIN = ("since", "until", "next_at", "link")


def new_token() -> str:
    return secrets.token_urlsafe(18)


class BeginForm(forms.Form):
    """What kind of story it is, and its headline: from then on everything is kept."""

    use_required_attribute = False

    token = forms.CharField(max_length=100, widget=forms.HiddenInput, initial=new_token)
    event = forms.ChoiceField(
        label="What is it about?", widget=forms.RadioSelect,
        choices=[(one.value, naming.event(one)) for one in EVENTS],
    )  # fmt: skip
    title = forms.CharField(label="Headline", max_length=TEXTS["title"])

    def written(self) -> Written:
        said = self.cleaned_data
        event, language = Event(said["event"]), settings.TROTH.languages[0]
        severity = Severity.MINOR if event is Event.CERTIFICATE_EXPIRING else Severity.NONE
        return Written(
            event=event, severity=severity, link=f"{settings.TROTH.base_url}/",
            texts={language: {"title": said["title"]}},
        )  # fmt: skip


class DraftForm(Timed):
    """A story under hand. Nothing is needed to keep it; what is missing is said before it goes."""

    use_required_attribute = False

    turn = forms.IntegerField(widget=forms.HiddenInput(attrs={"id": "turn"}), required=False)
    pen = forms.CharField(
        max_length=40, required=False, widget=forms.HiddenInput, initial=new_token
    )
    event = forms.ChoiceField(
        label="What is it about?", choices=[(one.value, naming.event(one)) for one in EVENTS]
    )
    severity = forms.ChoiceField(
        label="How bad", choices=_SEVERITIES, required=False,
        help_text="Readers may have asked for the worse ones alone. None for good news.",
    )  # fmt: skip
    since = MomentField("Since when")
    until = MomentField("Until when", help_text="Of a certificate: its last day.")
    next_at = MomentField("We speak again")
    link = forms.CharField(label="Link", max_length=500, required=False,
                           help_text="Where all of it stands.")  # fmt: skip
    pages = forms.MultipleChoiceField(
        label="Readers of these pages", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: of every page.",
    )  # fmt: skip
    audiences = forms.MultipleChoiceField(
        label="Only these audiences", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: everybody, the public as well.",
    )  # fmt: skip
    keys = forms.MultipleChoiceField(
        label="What of ours it concerns", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="Who follows only some parts hears of it when one of them is chosen; who follows "
                  "everything hears of it anyway.",
    )  # fmt: skip
    is_urgent = forms.BooleanField(
        label="It cannot wait", required=False,
        help_text="Passes quiet hours, and goes alone instead of with the next digest.",
    )  # fmt: skip
    two_person = forms.BooleanField(label="Another person must let it go out", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.languages = previewing.languages()
        for language in self.languages:
            self.fields |= {f"{name}-{language}": _text(name) for name in TEXTS}
        self._choose()
        if not self.is_bound:
            self._ask()

    def full_clean(self) -> None:
        super().full_clean()
        self._ask()

    def _ask(self) -> None:
        """Show what no story goes out without as needed; it may be kept without it."""
        first = next(iter(self.languages))
        for name in (f"title-{first}", f"what-{first}", "link"):
            self.fields[name].required = True

    def _choose(self) -> None:
        language = next(iter(self.languages))
        pages = topics.places()
        named = [(slug or _MAIN, one.name or "The main page") for slug, one in pages.items()]
        keys = {t.key: t for slug in pages for t in topics.of(slug, language)}
        _set(self.fields["pages"], named)
        _set(self.fields["audiences"], list(topics.audiences().items()))
        _set(self.fields["keys"], _grouped(list(keys.values())))
        if len(named) == 1:
            del self.fields["pages"]
        for name in ("audiences", "keys"):
            if not self.fields[name].choices:  # type: ignore[attr-defined]
                del self.fields[name]

    @property
    def tongues(self) -> list[tuple[str, str, list[BoundField]]]:
        """Return each language with its fields."""
        return [
            (language, name, [self[f"{text}-{language}"] for text in TEXTS])
            for language, name in self.languages.items()
        ]

    @property
    def facts(self) -> list[BoundField]:
        return [self[name] for name in ("event", "severity", *_PLAIN)]

    @property
    def readers(self) -> list[BoundField]:
        names = ("pages", "audiences", "keys", "is_urgent", "two_person")
        return [self[name] for name in names if name in self.fields]

    def page(self) -> Page:
        """Return what stands in the form."""
        said = self.cleaned_data
        texts = {
            language: {
                name: text for name in TEXTS if (text := prose.tidy(said[f"{name}-{language}"]))
            }
            for language in self.languages
        }
        written = Written(
            event=Event(said["event"]), severity=Severity(int(said["severity"] or 0)),
            texts={language: found for language, found in texts.items() if found},
            keys=tuple(said.get("keys", ())), is_urgent=said["is_urgent"],
            pages=tuple("" if one == _MAIN else one for one in said.get("pages", ())),
            audiences=tuple(said.get("audiences", ())),
            **{name: said[name] for name in _PLAIN},
        )  # fmt: skip
        return Page(written=written, turn=said["turn"] or 0, pen=said["pen"],
                    two_person=said["two_person"])  # fmt: skip

    def show(self, gaps: list[Gap]) -> None:
        """Show what is missing at its fields."""
        for gap in gaps:
            name = gap.field if gap.field in self.fields else None
            self.add_error(name, f"{gap.message[:1].upper()}{gap.message[1:]}.")


def initial_of(row: Draft, written: Written) -> dict[str, Any]:
    """Return what a form of this draft shows."""
    texts = {
        f"{name}-{language}": text
        for language, texts in written.texts.items()
        for name, text in texts.items()
    }
    plain = {name: getattr(written, name) for name in _PLAIN}
    return {
        **texts, **plain, "turn": row.turn, "event": written.event.value,
        "severity": str(int(written.severity)), "keys": list(written.keys),
        "pages": [one or _MAIN for one in written.pages], "audiences": list(written.audiences),
        "is_urgent": written.is_urgent, "two_person": row.two_person,
    }  # fmt: skip


def _text(name: str) -> forms.CharField:
    label, hint = _LABELS[name]
    widget = forms.Textarea(attrs={"rows": _ROWS[name]}) if name in _ROWS else forms.TextInput()
    return forms.CharField(
        label=label, max_length=TEXTS[name], required=False, help_text=hint, widget=widget
    )


def _grouped(found: list[topics.Topic]) -> list[Any]:
    kinds: dict[str, list[tuple[str, str]]] = {}
    for one in found:
        kinds.setdefault(one.kind, []).append((one.key, one.name))
    return list(kinds.items())


def _set(field: forms.Field, choices: list[Any]) -> None:
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
    field.choices = choices


__all__ = ["BeginForm", "DraftForm", "initial_of"]
