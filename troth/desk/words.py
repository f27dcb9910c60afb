"""The sentence over the day."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troth.promises.rules.results import Standing, Verdict
from troth.ui import words


def headline(standings: Sequence[Standing]) -> str:
    """Return what matters most about all promises, in one sentence."""
    if not standings:
        return _("Nothing is promised yet.")
    having = {verdict: [s for s in standings if s.verdict is verdict] for verdict in Verdict}
    if having[Verdict.BROKEN]:
        return _broken(having[Verdict.BROKEN], len(standings))
    return _unbroken(having[Verdict.AT_RISK], len(standings) - len(having[Verdict.KEPT]))


def _unbroken(risky: Sequence[Standing], not_kept: int) -> str:
    if risky:
        return _("No promise is broken, but %(names)s.") % {"names": _at_risk(risky)}
    if not_kept:
        return ngettext(
            "No promise is broken; one cannot be judged.",
            "No promise is broken; %(n)s cannot be judged.",
            not_kept,
        ) % {"n": words.number(not_kept)}
    return _("Every promise is kept.")


def _broken(broken: Sequence[Standing], everything: int) -> str:
    if len(broken) == 1:
        return _("One promise is broken: %(name)s.") % {"name": broken[0].name}
    return _("%(n)s of %(all)s promises are broken.") % {
        "n": words.number(len(broken)),
        "all": words.number(everything),
    }


def _at_risk(risky: Sequence[Standing]) -> str:
    if len(risky) == 1:
        return _("one is at risk: %(name)s") % {"name": risky[0].name}
    return _("%(n)s are at risk") % {"n": words.number(len(risky))}
