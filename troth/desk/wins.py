"""Small wins: kept again, as usual again, better as was expected."""

from datetime import datetime

from django.urls import reverse

from troth.desk import fading
from troth.desk.happenings import Happening
from troth.metrics import queries as metrics
from troth.plan import queries as plan
from troth.promises import queries as promises
from troth.promises.rules.results import Verdict

_MOST = 6
_LEFT = (Verdict.BROKEN, Verdict.AT_RISK)


def since(when: datetime, *, until: datetime | None = None, most: int = _MOST) -> list[Happening]:
    """Return what got better since then, and by `until`, the newest first."""
    found = [*_kept_again(when), *_as_usual(when), *_worked(when)]
    past = [one for one in found if until is None or one.at <= until]
    return sorted(past, key=lambda one: one.at, reverse=True)[:most]


def _kept_again(when: datetime) -> list[Happening]:
    return [
        Happening(flip.at, flip.name, "is kept again", reverse("promises:show", args=[flip.slug]))
        for flip in promises.flips(since=when, headline=True, limit=40)
        if flip.now is Verdict.KEPT and flip.was in _LEFT
    ]


def _as_usual(when: datetime) -> list[Happening]:
    closed = [one for one in metrics.fades(since=when) if one.closed_at is not None and one.rings]
    return [
        Happening(one.closed_at, told.title, f"{told.fade.why_closed}", told.url)
        for one in closed
        if one.closed_at is not None
        for told in [fading.told(one)]
    ]


def _worked(when: datetime) -> list[Happening]:
    return [
        Happening(one.finding.found_at, one.row.name, "made it better",
                  reverse("plan:initiative", args=[one.row.uid]))
        for goal in plan.board(now=when).open
        for one in goal.initiatives
        if one.finding and one.finding.found_at >= when
        and one.finding.verdict in ("as_expected", "less")
    ]  # fmt: skip
