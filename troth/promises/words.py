"""The words for the states of a remedy, said the same way on desk and page."""

from django.utils.translation import pgettext_lazy

from troth.promises.rules.remedies import RemedyState

REMEDIES = {
    RemedyState.OWED: pgettext_lazy("remedy", "owed"),
    RemedyState.UNDER_WAY: pgettext_lazy("remedy", "under way"),
    RemedyState.DONE: pgettext_lazy("remedy", "done"),
    RemedyState.NOT_OWED: pgettext_lazy("remedy", "not owed"),
    RemedyState.NONE_PROMISED: pgettext_lazy("remedy", "none promised"),
}


def remedy(state: RemedyState) -> str:
    return str(REMEDIES[state])
