"""The sentence on top: what is true now, in one, two or three short sentences.

Only what was measured and kept is called kept. A name is quoted; a topic ("street lights"), which
a promise may declare, is spoken as part of the sentence.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troth.promises.rules.results import Verdict

_NAMED = 3  # more than these are counted, not named
_LONG = 60  # characters of a name that can stand in a headline


@dataclass(frozen=True, slots=True)
class Spoken:
    """One promise as the sentence needs it, in the language of the sentence."""

    verdict: Verdict
    evaluator: str
    name: str
    topic: str = ""
    untested: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """The `headline` is true alone and never kinder than the rest; `more` stands below it."""

    headline: str
    more: str = ""


def sentence(promises: Sequence[Spoken]) -> Said:
    """Return what is true now in the language now active: the worst first."""
    if not promises:
        return Said(_("We have not published a promise yet."))
    if all(_is_open(one) for one in promises):
        return Said(_nothing_known(promises))
    bad, kept = [_broken(promises), _at_risk(promises)], _kept(promises)
    still = _open(promises)
    first, *others = [part for part in (*bad, kept, still) if part]
    if others == [kept] and not still:
        return Said(f"{first} {kept}")
    return Said(first, " ".join(others))


def _is_open(one: Spoken) -> bool:
    return one.verdict in (Verdict.NO_DATA, Verdict.NOT_ENOUGH, Verdict.SUSPENDED)


def _with(promises: Sequence[Spoken], verdict: Verdict) -> list[Spoken]:
    return [one for one in promises if one.verdict is verdict]


def _nothing_known(promises: Sequence[Spoken]) -> str:
    verdicts = {one.verdict for one in promises}
    if verdicts == {Verdict.SUSPENDED}:
        return _("All our promises are suspended for now.")
    if all(one.untested for one in promises):
        return _("None of our promises has been put to the test yet.")
    if verdicts == {Verdict.NO_DATA}:
        return _("We cannot say yet whether we keep our promises: there is no data.")
    return _("We cannot say yet whether we keep our promises: there is not enough evidence.")


def _broken(promises: Sequence[Spoken]) -> str:
    broken = _with(promises, Verdict.BROKEN)
    if not broken:
        return ""
    if len(broken) == len(promises):
        return _all_broken(len(promises))
    if len(broken) <= _NAMED and all(one.topic for one in broken):
        return _broken_by_topic(broken)
    return _broken_by_name(broken, len(promises))


def _all_broken(count: int) -> str:
    if count == 1:
        return _("We are not keeping our promise.")
    return _("We are not keeping any of our promises.")


def _broken_by_topic(broken: Sequence[Spoken]) -> str:
    if all(one.evaluator == "deadline" for one in broken):
        return _late(broken)
    return _("We do not do what we promised about %(topics)s.") % {"topics": _topics(broken)}


def _late(broken: Sequence[Spoken]) -> str:
    if len(broken) == 1:
        return _("We are late with %(topic)s.") % {"topic": broken[0].topic}
    return _("%(topics)s take longer than we promised.") % {"topics": capfirst(_topics(broken))}


def _broken_by_name(broken: Sequence[Spoken], count: int) -> str:
    names = [one.name for one in broken]
    if len(broken) < _NAMED and all(len(name) <= _LONG for name in names):
        return _("We are not keeping %(names)s.") % {"names": _quoted(names)}
    return ngettext(
        "We are not keeping %(broken)d of our %(count)d promises.",
        "We are not keeping %(broken)d of our %(count)d promises.",
        len(broken),
    ) % {"broken": len(broken), "count": count}


def _at_risk(promises: Sequence[Spoken]) -> str:
    risky = _with(promises, Verdict.AT_RISK)
    if not risky:
        return ""
    if len(risky) <= _NAMED and all(one.topic for one in risky):
        return _at_risk_by_topic(risky)
    names = [one.name for one in risky]
    if len(risky) < _NAMED and all(len(name) <= _LONG for name in names):
        return _("We may soon not keep %(names)s.") % {"names": _quoted(names)}
    return ngettext("%(n)d promise is at risk.", "%(n)d promises are at risk.", len(risky)) % {
        "n": len(risky)
    }


def _at_risk_by_topic(risky: Sequence[Spoken]) -> str:
    topics = _topics(risky)
    if any(one.evaluator != "deadline" for one in risky):
        return _("We may soon break our word on %(topics)s.") % {"topics": topics}
    if len(risky) == 1:
        return _("We may soon be late with %(topic)s.") % {"topic": topics}
    text = _("%(topics)s may soon take longer than we promised.")
    return text % {"topics": capfirst(topics)}


def _kept(promises: Sequence[Spoken]) -> str:
    kept = _with(promises, Verdict.KEPT)
    if not kept:
        return ""
    still = sum(_is_open(one) for one in promises)
    if len(kept) + still == len(promises):
        return (
            _("What we can measure is as we promised.")
            if still
            else _("Everything is as we promised.")
        )
    return _rest(kept, whole=not still)


def _rest(kept: Sequence[Spoken], *, whole: bool) -> str:
    if not whole:
        return _("What else we can measure is as we promised.")
    if all(one.evaluator == "deadline" for one in kept):
        return _("The rest is on time.")
    return _("The rest is as we promised.")


def _open(promises: Sequence[Spoken]) -> str:
    still = [one for one in promises if _is_open(one)]
    if not still:
        return ""
    if all(one.untested for one in still):
        text = ngettext(
            "%(n)d promise has not been put to the test yet.",
            "%(n)d promises have not been put to the test yet.",
            len(still),
        )
    elif all(one.verdict is Verdict.SUSPENDED for one in still):
        text = ngettext("%(n)d promise is suspended.", "%(n)d promises are suspended.", len(still))
    else:
        text = ngettext(
            "On %(n)d promise we cannot say yet.",
            "On %(n)d promises we cannot say yet.",
            len(still),
        )
    return text % {"n": len(still)}


def _topics(promises: Sequence[Spoken]) -> str:
    return listed([one.topic for one in promises])


def _quoted(names: Sequence[str]) -> str:
    return listed([_("“%(name)s”") % {"name": name} for name in names])


def listed(words: Sequence[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    if len(words) < 2:  # noqa: PLR2004 - one word needs no joining
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}
