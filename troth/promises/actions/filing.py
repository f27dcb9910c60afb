"""What files say of calendars, metrics, promises and exclusions, as steps."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from troth.core.documents import Folder, Loaded
from troth.core.filing import ENDING, FILES, Do, Step, handed_over, planned, step
from troth.core.problems import Problem
from troth.metrics import actions as metrics
from troth.metrics import queries as metric_queries
from troth.promises.actions import filing_score
from troth.promises.actions.calendaring import declare_calendar
from troth.promises.actions.declaring import declare, plain_values, retire
from troth.promises.actions.excluding import Cases, exclude, withdraw_exclusion
from troth.promises.actions.remarking import remarks
from troth.promises.models import Calendar, Exclusion, Promise
from troth.promises.queries import defined
from troth.promises.queries.readers import check_reader
from troth.promises.rules import calendars, document, exclusion_document, fitting
from troth.promises.rules.exclusion_document import Excluding
from troth.promises.rules.terms import Counting, DocumentError


def declare_all(folder: Folder, problems: list[Problem]) -> Iterator[Step]:
    """Yield what declaring the calendars, metrics, promises and exclusions of a folder would do."""
    yield from planned(folder, "Calendar", _calendar, problems)
    yield from _metrics(folder, problems)
    yield from planned(folder, "Promise", lambda loaded: _promise(loaded, folder), problems)
    yield from planned(folder, "Exclusion", _exclusion, problems)
    yield from filing_score.declare_all(folder, problems)


def _calendar(loaded: Loaded) -> Step:
    hours, plain = calendars.read(loaded.document), plain_values(loaded.document)
    row = Calendar.objects.filter(slug=hours.slug).first()

    def do(author: str, now: datetime) -> object:
        return declare_calendar(document=plain, author=author, now=now, managed_by=FILES)

    found = step("Calendar", hours.slug, row.spec if row else None, plain, do)
    return handed_over(found, managed_by=row.managed_by if row else None)


def _metrics(folder: Folder, problems: list[Problem]) -> Iterator[Step]:
    loaded = folder.of("Metric")
    problems += filter(None, (_of_no_calendar(one, folder) for one in loaded))
    for one in loaded:
        try:
            (found,) = metric_queries.plan(documents=[one.document])
        except ValueError as error:
            problems.append(Problem(one.place, str(error)))
            continue
        do = _metric(found.name, one.document)
        yield Step(found.verb, "Metric", found.name, found.fields, do)


def _of_no_calendar(loaded: Loaded, folder: Folder) -> Problem | None:
    """Return what is wrong where a metric names holidays that neither we nor the files know."""
    named = str(loaded.document.get("spec", {}).get("holidays", ""))
    why = _unknown(named, folder)
    return Problem(f"{loaded.place}: spec.holidays", why) if why else None


def _unknown(named: str, folder: Folder) -> str:
    """Return why a calendar gives no holidays once the files are applied, "" where it does."""
    if not named:
        return ""
    said = {one.name: _has_holidays(one) for one in folder.of("Calendar")}
    kept = metric_queries.holiday_calendars() - said.keys()
    known = kept | {name for name, has_some in said.items() if has_some}
    return metric_queries.why_unknown(named, known=known)


def _has_holidays(loaded: Loaded) -> bool:
    try:
        return bool(calendars.read(loaded.document).holidays)
    except DocumentError:
        return True  # what is wrong with it is told already


def _metric(name: str, wanted: dict[str, Any] | None) -> Do:
    def do(author: str, now: datetime) -> object:
        if wanted is None:
            return metrics.retire(name=name, author=author, now=now)
        return metrics.declare(document=wanted, author=author, now=now)

    return do


def _promise(loaded: Loaded, folder: Folder) -> Step:
    plain = plain_values(loaded.document)
    terms = document.read(plain, metrics=lambda name: _known_metric(name, folder))
    fitting.check(terms)
    check_reader(terms, declared=folder.names("Audience"))
    if why := _unknown(terms.holidays, folder):
        raise DocumentError((Problem("spec.holidays", why),))
    row = Promise.objects.filter(slug=terms.slug).first()
    last = row.versions.order_by("number").last() if row and row.retired_at is None else None

    def do(author: str, now: datetime) -> object:
        version = declare(spec=plain, author=author, reason="files", now=now, managed_by=FILES)
        Promise.objects.filter(pk=version.promise_id).update(managed_by=FILES)
        return version

    found = step("Promise", terms.slug, last.spec if last else None, plain, do)
    if found.verb != "same":
        folder.remarks += remarks(terms)
    return handed_over(found, managed_by=row.managed_by if row else None)


def _known_metric(name: str, folder: Folder) -> Counting | None:
    """Return the metric as it counts today; one that these files declare is known as well."""
    found = defined.metric(name)
    if found is None and any(loaded.name == name for loaded in folder.of("Metric")):
        return Counting(evaluator="event", kinds=("declared-with-it",), good="true")
    return found


def _exclusion(loaded: Loaded) -> Step:
    wanted = exclusion_document.read(loaded.document)
    row = Exclusion.objects.filter(slug=wanted.name, withdrawn_at=None).first()

    def do(author: str, now: datetime) -> object:
        if row is not None:
            withdraw_exclusion(exclusion=row.pk, author=author, now=now)
        cases = Cases(where=wanted.where, starts_at=wanted.starts_at, ends_at=wanted.ends_at)
        return exclude(
            slug=wanted.promise, category=wanted.category, reason=wanted.reason, cases=cases,
            signed_by=wanted.signed_by, now=now, name=wanted.name, managed_by=FILES,
        )  # fmt: skip

    before = _excluded(row) if row else None
    return step("Exclusion", wanted.name, before, _values(wanted), do)


def _values(wanted: Excluding) -> dict[str, object]:
    return {
        "promise": wanted.promise, "category": wanted.category, "reason": wanted.reason,
        "signed_by": wanted.signed_by, "where": wanted.where, "from": wanted.starts_at,
        "until": wanted.ends_at,
    }  # fmt: skip


def _excluded(row: Exclusion) -> dict[str, object]:
    return {
        "promise": row.promise.slug, "category": row.category, "reason": row.reason,
        "signed_by": row.signed_by, "where": row.where, "from": row.starts_at,
        "until": row.ends_at,
    }  # fmt: skip


def prune_all(folder: Folder) -> Iterator[Step]:
    """Yield what ends because files manage it and the folder does not hold it any more."""
    metrics_of_files = [loaded.document for loaded in folder.of("Metric")]
    for found in metric_queries.plan(documents=metrics_of_files, prune=True):
        if found.verb in ENDING:
            yield Step(found.verb, "Metric", found.name, found.fields, _metric(found.name, None))
    names = folder.names("Promise")
    managed = Promise.objects.filter(managed_by=FILES, retired_at=None)
    for promise in managed.exclude(slug__in=names).order_by("slug"):
        yield Step("retire", "Promise", promise.slug, (), _retiring(promise.slug))
    named = folder.names("Exclusion")
    left = Exclusion.objects.filter(managed_by=FILES, withdrawn_at=None).exclude(slug__in=named)
    for row in left:
        yield Step("withdraw", "Exclusion", row.slug, (), _withdrawing(row.pk))


def _retiring(slug: str) -> Do:
    return lambda author, now: retire(slug=slug, author=author, reason="left the files", now=now)


def _withdrawing(pk: int) -> Do:
    return lambda author, now: withdraw_exclusion(exclusion=pk, author=author, now=now)
