"""What a reader chooses: the form of whoever subscribes and of whoever changes it later."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from troth.notify import topics
from troth.notify.rules import families
from troth.notify.rules.events import Severity
from troth.notify.rules.wishes import Wish, clock_of, is_zone, minute

FAMILIES: Final = {
    "incidents": later("Incidents"),
    "maintenance": later("Planned work"),
    "promises": later("Promises that are broken or kept again"),
    "breaches": later("What happens to data entrusted to us"),
    "ideas": later("Ideas that became true"),
    "certificates": later("Certificates and proofs"),
    "digest": later("A summary every week"),
    "components": later("Each change of a part: works, slow, down"),
}
FLOORS: Final = (
    (Severity.NONE.value, later("all of them")),
    (Severity.MINOR.value, later("minor and worse")),
    (Severity.MAJOR.value, later("major and worse")),
    (Severity.CRITICAL.value, later("critical only")),
)
PACES: Final = (
    ("at once", later("as it happens")),
    ("daily", later("once a day, together")),
    ("weekly", later("once a week, together")),
)
LANGUAGES: Final = {"en": "English", "de": "Deutsch"}
USUAL: Final = ("incidents", "maintenance")


class WishForm(forms.Form):
    """`page` is the slug of the page; its parts are the ones that can be chosen."""

    events = forms.MultipleChoiceField(
        label=later("Tell me of"), widget=forms.CheckboxSelectMultiple, initial=USUAL
    )
    parts = forms.MultipleChoiceField(
        label=later("Only about"), widget=forms.CheckboxSelectMultiple, required=False
    )
    floor = forms.TypedChoiceField(
        label=later("Which incidents"), choices=FLOORS, coerce=int, initial=0, required=False,
        empty_value="0",
    )  # fmt: skip
    pace = forms.ChoiceField(
        label=later("How often"), choices=PACES, initial="at once", required=False
    )
    quiet_from = forms.CharField(
        label=later("Quiet from"), required=False, max_length=5,
        widget=forms.TextInput(attrs={"type": "time"}),
    )  # fmt: skip
    quiet_until = forms.CharField(
        label=later("Quiet until"), required=False, max_length=5,
        widget=forms.TextInput(attrs={"type": "time"}),
    )  # fmt: skip
    zone = forms.CharField(
        label=later("Time zone"), required=False, max_length=60,
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )  # fmt: skip
    language = forms.ChoiceField(label=later("Language"), required=False)

    def __init__(self, *args: Any, page: str, spoken: str, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        self.page = page
        self.spoken = spoken
        told = topics.families() or list(USUAL)
        self._choose("events", [(key, FAMILIES[key]) for key in told])
        self.topics = topics.of(page, spoken)
        self._choose("parts", [(topic.key, topic.name) for topic in self.topics])
        self._choose(
            "language", [(code, LANGUAGES.get(code, code)) for code in settings.TROTH.languages]
        )
        self.fields["language"].initial = self.fields["language"].initial or spoken
        self.fields["zone"].initial = self.fields["zone"].initial or settings.TROTH.time_zone

    def _choose(self, name: str, choices: Sequence[tuple[str, object]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_events(self) -> int:
        return families.bits(self.cleaned_data["events"])

    def clean_quiet_from(self) -> int | None:
        return self._minute("quiet_from")

    def clean_quiet_until(self) -> int | None:
        return self._minute("quiet_until")

    def _minute(self, name: str) -> int | None:
        try:
            return minute(self.cleaned_data[name])
        except ValueError:
            raise forms.ValidationError(_("Write a time of the day such as 22:00.")) from None

    def clean_zone(self) -> str:
        zone = str(self.cleaned_data["zone"]).strip() or settings.TROTH.time_zone
        if not is_zone(zone):
            raise forms.ValidationError(_("Choose a time zone such as Europe/Berlin."))
        return zone

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if {"quiet_from", "quiet_until"} <= set(found):
            begin, end = found["quiet_from"], found["quiet_until"]
            if (begin is None) != (end is None):
                self.add_error("quiet_until", _("Quiet hours have a beginning and an end."))
            elif begin is not None and begin == end:
                self.add_error("quiet_until", _("Quiet hours end at another time."))
        return found

    def wish(self) -> Wish:
        """Return the wish of a valid form."""
        found = self.cleaned_data
        return Wish(
            events=found["events"],
            floor=Severity(int(found["floor"])),
            keys=tuple(found["parts"]),
            pace=found["pace"] or "at once",
            quiet_from=found["quiet_from"],
            quiet_until=found["quiet_until"],
            page=self.page,
            language=found["language"] or self.spoken,
            zone=found["zone"],
        )

    def parts_by_kind(self) -> list[tuple[str, list[Any]]]:
        """Return the boxes of the parts under their headings, for the template."""
        boxes = {box.data["value"]: box for box in self["parts"]}
        found: dict[str, list[Any]] = {}
        for topic in self.topics:
            found.setdefault(topic.kind, []).append(boxes[topic.key])
        return list(found.items())


def initial_of(wish: Wish) -> dict[str, Any]:
    """Return what a form shows of a wish as it is."""
    known = [key for key, family in families.FAMILIES.items() if wish.events & family.mask]
    return {
        "events": known,
        "parts": list(wish.keys),
        "floor": int(wish.floor),
        "pace": wish.pace,
        "quiet_from": clock_of(wish.quiet_from),
        "quiet_until": clock_of(wish.quiet_until),
        "zone": wish.zone,
        "language": wish.language,
    }
