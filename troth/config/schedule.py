"""Everything that runs by the clock, on one page. Functions are looked up when they are due."""

from datetime import timedelta
from typing import Any

from django.utils.module_loading import import_string

from troth.core.schedule import Entry


def _entry(job: str, every: timedelta, *, asked: str = "", **more: Any) -> Entry:  # noqa: ANN401 - fields of Entry
    """Return the line for `package.job`; `asked` names the function that tells if there is work."""
    package, name = job.split(".")
    return Entry(
        name=job,
        every=every,
        work=lambda: import_string(f"troth.{package}.jobs.{name}"),
        asked=(lambda: import_string(f"troth.{asked}")) if asked else None,
        **more,
    )


_AT_ONCE = timedelta(milliseconds=200)
_SOON = timedelta(milliseconds=700)
_A_MINUTE = timedelta(minutes=1)

SCHEDULE = (
    _entry("probes.beat", _AT_ONCE, asked="probes.jobs.is_late"),
    _entry("probes.watch", timedelta(seconds=5), asked="probes.jobs.is_watching"),
    _entry("signals.seal", _AT_ONCE, asked="signals.queries.is_waiting"),
    _entry("metrics.tally", _AT_ONCE, asked="metrics.marking.is_wanted"),
    _entry("metrics.evaluate", timedelta(seconds=20), asked="metrics.jobs.is_due", slow=True),
    _entry("metrics.evaluate_hours", _A_MINUTE, asked="metrics.jobs.is_hour_due", slow=True),
    _entry(
        "metrics.evaluate_surprises",
        timedelta(seconds=20),
        asked="metrics.jobs.is_surprise_due",
        slow=True,
    ),
    _entry("metrics.evaluate_segments", timedelta(minutes=10), slow=True),
    _entry("promises.judge", _SOON, asked="promises.jobs.is_due", after=("metrics.tally",)),
    _entry("promises.tell", _SOON, asked="promises.jobs.is_untold", after=("promises.judge",)),
    _entry("components.follow_probes", _AT_ONCE, asked="components.jobs.is_behind"),
    _entry("components.turn_over", _SOON, asked="components.jobs.has_turned"),
    _entry(
        "components.tell",
        _SOON,
        asked="components.jobs.is_untold",
        after=("components.follow_probes", "components.turn_over"),
    ),
    _entry(
        "components.account", timedelta(seconds=10), asked="components.jobs.is_owing", slow=True
    ),
    _entry("promises.score", timedelta(minutes=1), asked="promises.jobs.is_unscored", slow=True),
    _entry("promises.enrol", timedelta(minutes=10), slow=True),
    _entry("incidents.answer", _SOON, asked="incidents.jobs.is_asked", after=("promises.judge",)),
    _entry(
        "incidents.heed",
        timedelta(seconds=5),
        asked="incidents.jobs.is_unheeded",
        after=("metrics.evaluate",),
    ),
    _entry("incidents.ring", _SOON, asked="incidents.jobs.is_ringing"),
    _entry("incidents.tell", _SOON, asked="incidents.jobs.is_untold", after=("incidents.ring",)),
    _entry("feedback.hear", timedelta(seconds=5), asked="feedback.jobs.is_asked"),
    _entry("notify.send", _SOON, asked="notify.jobs.is_to_send"),
    _entry("notify.spread", _AT_ONCE, asked="notify.jobs.is_unspread"),
    _entry("page.publish", _AT_ONCE, asked="page.jobs.is_due", apart=True),
    _entry("page.forget_views", timedelta(days=1), slow=True),
    _entry("notify.ring", _SOON, asked="notify.jobs.is_ringing", after=("incidents.answer",)),
    _entry("signals.read_uploads", _SOON, asked="signals.uploads.is_waiting", slow=True),
    _entry("notify.look_after_readers", timedelta(minutes=1), slow=True),
    _entry("signals.tidy", timedelta(hours=1), slow=True),
    _entry("signals.compact", timedelta(hours=1), slow=True),
    _entry("signals.retain", timedelta(days=1), slow=True),
    _entry("probes.tidy", timedelta(hours=1), slow=True),
    _entry("notify.measure", timedelta(seconds=10), asked="notify.jobs.is_unmeasured", slow=True),
    _entry("notify.count", timedelta(seconds=2), asked="notify.jobs.is_uncounted", slow=True),
    _entry("notify.tell_week", timedelta(minutes=10), slow=True),
    _entry("notify.tidy", timedelta(hours=1), slow=True),
    _entry("feedback.tidy", timedelta(hours=1), slow=True),
    _entry("plan.judge", timedelta(minutes=10), asked="plan.jobs.is_due", slow=True),
    _entry("desk.report", timedelta(minutes=10), asked="desk.jobs.is_due", slow=True),
    _entry("metrics.recount", timedelta(seconds=1), asked="metrics.jobs.is_uncounted", slow=True),
    _entry("metrics.glance", timedelta(seconds=20), asked="metrics.jobs.is_unglanced", slow=True),
    _entry("metrics.report", timedelta(hours=6), slow=True),
    _entry("staff.tidy", timedelta(days=1), slow=True),
)
