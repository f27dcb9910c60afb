from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.core import clock
from troth.core.moments import moments
from troth.desk import due, fading, happenings, rules, wins, words
from troth.incidents.queries.today import speaking
from troth.metrics import queries as metrics
from troth.plan import queries as plan
from troth.promises import queries, selection, wording
from troth.promises.rules.remedies import RemedyState, Sought
from troth.promises.rules.reputation import reputation
from troth.promises.rules.results import Standing, Verdict
from troth.signals import overview
from troth.signals import queries as signals
from troth.staff.access import requires

_MOST = 6
_FEW = 3
_ALL = 1_000  # wins of a week that are counted
_LATEST = 30  # violations among which the promises are looked for
_LATELY = timedelta(days=7)


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show what needs someone: broken, at risk, silent; what changed; who went quiet."""
    asked, now = moments(request.GET), clock.now()
    standings = queries.standing(at=asked.at, as_of=asked.as_of)
    troubled = _troubled(standings)
    heard = overview.sources(now=now)
    happened = happenings.since(now - _LATELY)
    changed = [one for one in happened if not one.is_first]
    context = {
        "now": now,
        "moments": asked,
        "said": speaking() if asked.is_now else None,
        "headline": words.headline(standings),
        "all": len(standings),
        "reputation": reputation([one for one in standings if one.visibility == "public"]),
        "counts": selection.counts(standings),
        **(_owed() if asked.is_now else {}),
        "troubled": troubled[:_FEW],
        "more": len(troubled[_FEW:]),
        "pending": sum(one.pending for one in standings),
        "happenings": changed[:_MOST],
        "more_changed": len(changed[_MOST:]),
        "first_time": len(happened) - len(changed),
        "heard": heard,
        "latest": max((one.last_at for one in heard if one.last_at), default=None),
        "week": sum(sum(one.days[-7:]) for one in heard),
        "by_day": [sum(day) for day in zip(*(one.days for one in heard), strict=True)],
        "quiet": _quiet(heard, now),
        "inbox": signals.inbox_depth().signals,
        **(_drifting(now) if asked.is_now else {}),
        "nav_counts": {"Promises": len(standings)},
    }
    return render(request, "desk/today.html", context)


def _drifting(now: datetime) -> dict[str, object]:
    """Return what fades, what is due, and the small wins of the week."""
    loud = fading.by_weight(one for one in metrics.fades(open_only=True) if one.rings)
    won = wins.since(now - _LATELY, most=_ALL)
    planned = due.due(plan.board(now=now).open, now=now)
    return {
        "fading": [fading.told(one) for one in loud[:_FEW]], "more_fading": len(loud[_FEW:]),
        "due": planned[:_MOST], "more_due": len(planned[_MOST:]),
        "late": sum(one.is_late for one in planned),
        "wins": won[:_FEW], "won": len(won), "more_won": len(won[_FEW:]),
    }  # fmt: skip


def _owed() -> dict[str, object]:
    """Return the newest remedy owed for each of the latest promises, and how many in all."""
    ledger = queries.Ledger(Sought(state=RemedyState.OWED))
    number = ledger.count()
    newest: dict[str, object] = {}
    for one in ledger[:_LATEST] if number else ():
        newest.setdefault(one.slug, one)
    return {"owing": number, "owed": list(newest.values())[:_FEW]}


def _troubled(standings: list[Standing]) -> list[tuple[Standing, str]]:
    chosen = selection.select(standings, selection.Choice(sort="verdict"))
    return [(one, wording.reason(one)) for one in chosen if _is_trouble(one)]


def _is_trouble(one: Standing) -> bool:
    """Return whether it needs someone; 100 % never put to the test does not."""
    return one.verdict is not Verdict.KEPT and one.why != "untested"


def _quiet(heard: list[overview.Heard], now: datetime) -> list[rules.Quiet]:
    spoke = {one.name: one.spoke for one in heard}
    last = {one.name: one.last_at for one in heard if one.last_at}
    return rules.quiet(spoke, last, now=now)
