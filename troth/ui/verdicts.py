"""The words for verdicts, said the same way on every screen."""

from django.utils.translation import pgettext_lazy

WORDS = {
    "kept": pgettext_lazy("verdict", "kept"),
    "at_risk": pgettext_lazy("verdict", "at risk"),
    "broken": pgettext_lazy("verdict", "broken"),
    "no_data": pgettext_lazy("verdict", "no data"),
    "not_enough": pgettext_lazy("verdict", "not enough evidence"),
    "suspended": pgettext_lazy("verdict", "suspended"),
}


def key(verdict: object) -> str:
    """Return a verdict's key ("at_risk") from a word or an enum; what is unknown is "no_data"."""
    text = str(getattr(verdict, "value", verdict)).lower()
    return text if text in WORDS else "no_data"


def word(verdict: object) -> str:
    return str(WORDS[key(verdict)])
