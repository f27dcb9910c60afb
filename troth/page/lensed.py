"""Why a contract's verdict is what it is, beside the events that everyone sees: in words."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from troth.page import clauses
from troth.page.picture import Lens, Shown
from troth.promises.rules.results import Standing
from troth.ui import verdicts, words


def lensed(shown: Shown) -> list[str]:
    """Return the sentences in the language now active; none of a promise to everyone."""
    return list(_sentences(shown.lens, shown.standing)) if shown.lens else []


def _sentences(lens: Lens, own: Standing) -> Iterator[str]:
    yield _(
        "In this time “%(component)s” was down for %(down)s as everyone's count has it, and for "
        "%(planned)s in maintenance announced in time."
    ) % {
        "component": lens.component,
        "down": words.duration(lens.down),
        "planned": words.duration(lens.planned),
    }
    yield _("Your contract counts %(bad)s as down and allows %(allowed)s.") % _figures(own)
    if lens.planned:
        yield from _planned(lens.counted.planned)
    if not lens.counted.is_always and (lens.down or lens.planned):
        yield _("What lay outside its hours does not count.")
    if lens.other:
        yield from _beside(lens.other, own)


def _planned(counted: str) -> Iterator[str]:
    if counted == clauses.DOWN:
        yield _("It counts maintenance, also where it was announced.")
    if counted == clauses.LEFT_OUT:
        yield _("It leaves announced maintenance out.")


def _beside(other: Standing, own: Standing) -> Iterator[str]:
    if other.verdict == own.verdict:
        yield _("The promise to everyone has the same verdict.")
        return
    yield _(
        "The promise to everyone has another verdict (%(verdict)s): it counts %(bad)s as down and "
        "allows %(allowed)s."
    ) % {"verdict": verdicts.word(other.verdict), **_figures(other)}


def _figures(standing: Standing) -> dict[str, str]:
    allowed = int((1 - standing.target) * standing.total)
    return {
        "bad": words.amount(standing.bad, timed=standing.timed),
        "allowed": words.amount(allowed, timed=standing.timed),
    }
