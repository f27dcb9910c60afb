"""Signs that a person fills in a public form: a trap, a proof of work, and the time it took."""

from datetime import datetime, timedelta
from typing import Final

from django import forms
from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext_lazy as later

_SIGNER: Final = Signer(salt="troth notify form 1")
SLOW_ENOUGH: Final = timedelta(seconds=3)
OLD: Final = timedelta(days=1)


def begun(*, now: datetime) -> str:
    """Return the signed instant at which a form was shown."""
    return _SIGNER.sign(str(int(now.timestamp())))  # never later than it was


class GuardedForm(forms.Form):
    """What every form for strangers has besides its own fields."""

    website = forms.CharField(
        label=later("Leave this empty"), required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )  # fmt: skip
    riddle = forms.CharField(required=False, widget=forms.HiddenInput)
    begun = forms.CharField(required=False, widget=forms.HiddenInput)

    def looks_made_by_hand(self, *, now: datetime) -> bool:
        """Return whether the trap is empty and somebody took a moment to fill in the rest."""
        if self.data.get("website"):
            return False
        try:
            shown = float(_SIGNER.unsign(self.data.get("begun", "")))
        except (BadSignature, ValueError):
            return False
        return SLOW_ENOUGH.total_seconds() <= now.timestamp() - shown <= OLD.total_seconds()
