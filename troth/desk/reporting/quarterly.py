"""The review of a quarter with each account: what it was promised, what it got, what it says."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from troth.desk.reporting import figures
from troth.desk.reporting.drafts import Draft
from troth.desk.reporting.periods import Period
from troth.metrics import queries as metrics
from troth.metrics.lookback import months_read, read_over
from troth.metrics.outcomes.intervals import wilson
from troth.metrics.outcomes.results import Figure, Outcome
from troth.metrics.rules import MeasureError
from troth.promises import queries as promises
from troth.promises.rules.results import Count, Standing

ENOUGH: Final = 30  # cases of an account in the quarter, over all promises
MOST: Final = 200  # accounts, those with the most cases
OUTCOMES: Final = ("csat", "nps", "ces", "first_response", "resolution", "repeat_purchase", "aov",
                   "churn_contract", "breakage")  # fmt: skip
_QUARTER: Final = 3  # months
_Named = Mapping[str, Outcome]


@dataclass(slots=True)
class _Book:
    """What is known of every account: its rows by name, and its cases over all promises."""

    promises: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    outcomes: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    cases: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def is_wanted() -> bool:
    """Return whether the installation says what its accounts are, and promises something."""
    return bool(settings.TROTH.account_attribute and promises.promises())


def compose(period: Period) -> Sequence[Draft]:
    """Return one review for each account with enough cases, and what they have in common."""
    book, attribute = _Book(), settings.TROTH.account_attribute
    for one in promises.standing(at=period.span.end):
        if not one.timed:
            _add_promise(book, one, period, attribute)
    for name in _names():
        _add_outcome(book, name, period, attribute)
    enough = [name for name, count in book.cases.most_common() if count >= ENOUGH]
    known = {"attribute": attribute, "problems": book.problems}
    reviews = [_review(book, name, period, known) for name in enough[:MOST]]
    return [*reviews, _index(book, reviews, period, known)]


def _names() -> Iterable[str]:
    known = {one.name for one in metrics.outcomes_with_data()}
    return [name for name in OUTCOMES if name in known]


def _review(book: _Book, name: str, period: Period, known: Mapping[str, Any]) -> Draft:
    values = {**known, "known_at": period.due_at, "cases": book.cases[name],
              "promises": book.promises[name], "outcomes": book.outcomes[name]}  # fmt: skip
    return Draft(f"Business review {period.label}: {name}", values, about=name)


def _index(
    book: _Book, reviews: Sequence[Draft], period: Period, known: Mapping[str, Any]
) -> Draft:
    accounts = [
        {"account": one.about, "cases": book.cases[one.about],
         "answers": dict(Counter(row["answer"] for row in book.promises[one.about]))}
        for one in reviews
    ]  # fmt: skip
    values = {**known, "known_at": period.due_at, "accounts": accounts, "enough": ENOUGH,
              "with_too_few": sum(count < ENOUGH for count in book.cases.values()),
              "left_out": len(book.cases) - len(accounts)}  # fmt: skip
    return Draft(f"Business reviews {period.label}: all accounts", values)


def _add_promise(book: _Book, one: Standing, period: Period, attribute: str) -> None:
    """Add what each account got of a promise; one that cannot be split is named."""
    try:
        now = promises.by_segment_between(one.slug, attribute=attribute, span=period.span)
        before = promises.by_segment_between(one.slug, attribute=attribute, span=period.before.span)
    except MeasureError as error:
        book.problems.append(f"{one.name}: {error}")
        return
    for account, count in now.items():
        if account and count.total:
            book.cases[account] += count.total
            book.promises[account].append(_promise(one, count, before.get(account, Count())))


def _promise(one: Standing, count: Count, before: Count) -> dict[str, Any]:
    now, was, target = _figure(count), _figure(before), float(one.target)
    return {
        "slug": one.slug, "name": one.name, "good": count.good, "total": count.total,
        "share": now.value, "low": now.low, "high": now.high, "target": target,
        "answer": _answer(now, target), "share_before": was.value, "total_before": before.total,
        "change": figures.difference(now, was),
    }  # fmt: skip


def _figure(count: Count) -> Figure:
    if not count.total:
        return Figure(value=None, numerator=0, denominator=0, n=0)
    low, high = wilson(count.good, count.total)
    return Figure(
        value=count.good / count.total, low=low, high=high, numerator=count.good,
        denominator=count.total, n=count.total,
    )  # fmt: skip


def _answer(figure: Figure, target: float) -> str:
    """Return met, missed, or open where the interval contains the target."""
    if figure.low is None or figure.high is None or figure.low < target <= figure.high:
        return "open"
    return "met" if figure.low >= target else "missed"


def _add_outcome(book: _Book, name: str, period: Period, attribute: str) -> None:
    try:
        now = _by_account(name, period, attribute)
        before = _by_account(name, period.before, attribute)
    except (metrics.OutcomeError, MeasureError) as error:
        book.problems.append(f"{name}: {error}")
        return
    months = months_read(metrics.outcome_named(name).definition)
    for account, one in now.items():
        was = before.get(account)
        book.outcomes[account].append({
            **figures.plain(one), "months": months or _QUARTER,
            "before": figures.plain(was) if was else None,
            "change": figures.change(one, was, shared=months > _QUARTER) if was else None,
        })  # fmt: skip


def _by_account(name: str, period: Period, attribute: str) -> _Named:
    zone = ZoneInfo(period.zone)
    span = read_over(metrics.outcome_named(name).definition, period.span, zone)
    found = metrics.outcomes_by(name, by=attribute, span=span, at=period.due_at, zone=zone)
    return {one.segment[attribute]: one for one in found if one.segment.get(attribute)}
