from collections.abc import Mapping
from typing import Any

from django import forms

from troth.core.documents import OURS
from troth.core.problems import DocumentError

_SPEC = ("period", "cron", "calendar", "zone", "grace", "touchpoint")


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

    def __init__(self, *args: Any, base: Mapping[str, Any] | None, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        kwargs.setdefault("initial", _initial(base))
        super().__init__(*args, **kwargs)
        if base:
            self.fields["slug"].disabled = True

    def document(self) -> dict[str, Any]:
        filled = self.cleaned_data
        spec = {name: filled[name] for name in _SPEC if filled[name]}
        metadata = {"name": filled["slug"], "displayName": filled["name"]}
        return {"apiVersion": OURS, "kind": "Heartbeat", "metadata": metadata, "spec": spec}

    def refuse(self, error: DocumentError) -> None:
        """Show each problem at its field."""
        for problem in error.problems:
            last = problem.field.rpartition(".")[2]
            field = {"displayName": "name", "name": "slug"}.get(last, last)
            message = problem.message[:1].upper() + problem.message[1:] + "."
            self.add_error(field if field in self.fields else None, message)


def _initial(base: Mapping[str, Any] | None) -> dict[str, Any]:
    if base is None:
        return {"zone": "UTC", "grace": "5m"}
    slug = base["metadata"]["name"]
    shown = {"slug": slug, "name": base["metadata"].get("displayName", slug), "zone": "UTC"}
    return {**shown, **base["spec"]}
