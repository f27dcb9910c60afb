from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings

from troth.core.documents import OURS
from troth.core.problems import DocumentError

_SPEC = ("period", "cron", "calendar", "zone", "grace", "touchpoint")
_WORDS = ("success", "fail", "start")
_OTHERWISE = (
    ("", "it is well, unless success has words"),
    ("success", "it is well"),
    ("fail", "it failed"),
    ("ignore", "it says nothing"),
)


class HeartbeatForm(forms.Form):
    """A heartbeat: one of period, cron and calendar says when it is expected."""

    use_required_attribute = False

    name = forms.CharField(label="Name", max_length=200)
    slug = forms.CharField(
        label="Name in addresses", max_length=60, help_text="For example nightly-backup."
    )
    period = forms.CharField(
        label="Expected every", required=False, help_text="1h, 1d … from one sign to the next."
    )
    cron = forms.CharField(
        label="Or by cron", max_length=100, required=False, help_text="For example 0 3 * * *"
    )
    calendar = forms.CharField(
        label="Or by OnCalendar",
        max_length=100,
        required=False,
        help_text="As systemd's timers say it: Mon..Fri 09:00",
    )
    zone = forms.CharField(
        label="Time zone", max_length=60, required=False, help_text="Of cron and OnCalendar."
    )
    grace = forms.CharField(label="May be late by", required=False, help_text="5m, 1h …")
    touchpoint = forms.CharField(label="Touchpoint", max_length=100, required=False)
    mail_place = forms.ChoiceField(
        label="Mail: look for words in",
        choices=(("subject", "its subject"), ("body", "its text"), ("both", "both")),
        required=False,
    )
    mail_success = forms.CharField(
        label="Mail: words of success",
        required=False,
        help_text="With commas: done, all backups OK",
    )
    mail_fail = forms.CharField(label="Mail: words of failure", required=False)
    mail_start = forms.CharField(label="Mail: words of a beginning", required=False)
    mail_otherwise = forms.ChoiceField(
        label="Mail without any of them", choices=_OTHERWISE, required=False
    )

    def __init__(self, *args: Any, base: Mapping[str, Any] | None, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        kwargs.setdefault("initial", _initial(base))
        super().__init__(*args, **kwargs)
        if base:
            self.fields["slug"].disabled = True
        if not settings.TROTH.mail_domain:
            for name in [name for name in self.fields if name.startswith("mail_")]:
                self.fields[name].widget = forms.HiddenInput()

    def document(self) -> dict[str, Any]:
        filled = self.cleaned_data
        spec = {name: filled[name] for name in _SPEC if filled[name]}
        mail = {name: filled[f"mail_{name}"] for name in ("place", "otherwise")}
        mail |= {name: _listed(filled[f"mail_{name}"]) for name in _WORDS}
        spec["mail"] = {name: said for name, said in mail.items() if said}
        metadata = {"name": filled["slug"], "displayName": filled["name"]}
        return {"apiVersion": OURS, "kind": "Heartbeat", "metadata": metadata, "spec": spec}

    def refuse(self, error: DocumentError) -> None:
        """Show each problem at its field."""
        for problem in error.problems:
            last = problem.field.removeprefix("spec.").replace("mail.", "mail_")
            last = last.rpartition(".")[2]
            field = {"displayName": "name", "name": "slug"}.get(last, last)
            message = problem.message[:1].upper() + problem.message[1:] + "."
            self.add_error(field if field in self.fields else None, message)


def _initial(base: Mapping[str, Any] | None) -> dict[str, Any]:
    if base is None:
        return {"zone": "UTC", "grace": "5m"}
    slug = base["metadata"]["name"]
    shown = {"slug": slug, "name": base["metadata"].get("displayName", slug), "zone": "UTC"}
    mail = {
        f"mail_{name}": ", ".join(said) if isinstance(said, list) else said
        for name, said in base["spec"].get("mail", {}).items()
    }
    return {**shown, **base["spec"], **mail}


def _listed(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
