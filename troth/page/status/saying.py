"""The sentence on top where there are services and incidents beside the promises.

What hurts now comes first: a problem that people work on, then a service that does not do what it
should, then what the promises say. Nothing is said to work that nobody has seen working.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troth.components.rules.results import Shown, Status
from troth.incidents.rules.results import IncidentShown
from troth.page.sentence import Said, Spoken, listed, sentence
from troth.page.situation import Situation
from troth.page.status.words import status
from troth.promises.rules.results import Verdict

_LONG = 60  # characters of a name that can stand in a headline
_NAMED = 3  # more than these are counted, not named
_HURT = (Status.MAJOR, Status.PARTIAL, Status.DEGRADED)


def joined(promises: Sequence[Spoken], now: Situation) -> Said:
    """Return what is true now of promises and services, in the language now active."""
    said = _of_promises(promises, now)
    first = _problems(now.problems) or _hurt(now.components) or _running(now.running)
    more = [said.headline, said.more] if first else [said.more]
    more.append(_unseen(now.components))
    return Said(first or said.headline, " ".join(part for part in more if part))


def _of_promises(promises: Sequence[Spoken], now: Situation) -> Said:
    kept = bool(promises) and all(one.verdict is Verdict.KEPT for one in promises)
    if now.problems or not now.components:
        return _plain(promises, kept=kept) if now.problems else sentence(promises)
    if not promises:
        return Said("" if _is_ill(now) else _everything(now))
    if kept and not _is_ill(now):
        return Said(_as_promised(now))
    return sentence(promises)


def _plain(promises: Sequence[Spoken], *, kept: bool) -> Said:
    """Return what promises say below a problem, where “everything is well” would jar."""
    if not promises:
        return Said("")
    return Said(_("So far each promise is kept.")) if kept else sentence(promises)


def _is_ill(now: Situation) -> bool:
    return any(one.status in _HURT for one in now.components)


def _everything(now: Situation) -> str:
    if _is_silent(now):
        return _("What we can see works.")
    return _("Everything works.")


def _as_promised(now: Situation) -> str:
    if _is_silent(now):
        return _("What we can measure is as we promised.")
    return _("Everything works as promised.")


def _is_silent(now: Situation) -> bool:
    return any(one.status is Status.NO_DATA for one in now.components)


def _problems(some: Sequence[IncidentShown]) -> str:
    if not some:
        return ""
    if len(some) == 1 or (len(some) < _NAMED and all(len(one.name) <= _LONG for one in some)):
        return " ".join(_stopped(one.name) for one in some)
    text = ngettext(
        "We are working on %(n)d problem.", "We are working on %(n)d problems.", len(some)
    )
    return text % {"n": len(some)}


def _stopped(name: str) -> str:
    return name if name.endswith((".", "?", "…")) else f"{name}."


def _hurt(components: Sequence[Shown]) -> str:
    ill = [one for one in components if one.status in _HURT]
    if not ill:
        return ""
    if len(ill) <= _NAMED and all(len(one.name) <= _LONG for one in ill):
        return " ".join(
            _("%(name)s: %(status)s.") % {"name": one.name, "status": status(one.status)}
            for one in ill
        )
    return ngettext(
        "%(n)d of our %(all)d services does not work as it should.",
        "%(n)d of our %(all)d services do not work as they should.",
        len(ill),
    ) % {"n": len(ill), "all": len(components)}


def _running(some: Sequence[IncidentShown]) -> str:
    if not some:
        return ""
    names = listed([_("“%(name)s”") % {"name": one.name} for one in some])
    return _("Planned work goes on: %(names)s.") % {"names": names}


def _unseen(components: Sequence[Shown]) -> str:
    silent = sum(one.status is Status.NO_DATA for one in components)
    if not silent:
        return ""
    return ngettext(
        "About %(n)d service we have no data now.",
        "About %(n)d services we have no data now.",
        silent,
    ) % {"n": silent}
