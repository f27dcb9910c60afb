"""Everything that runs by the clock, on one page. Functions are looked up when they are due."""

from datetime import timedelta
from typing import Any

from django.utils.module_loading import import_string

from troth.core.schedule import Entry


def _found(path: str) -> bool:
    try:
        import_string(path)
    except ImportError:
        return False
    return True


def _entry(name: str, every: timedelta, **more: Any) -> Entry:  # noqa: ANN401 - fields of Entry
    package, job = name.split(".")
    path = f"troth.{package}.jobs.{job}"
    return Entry(name=name, every=every, work=lambda: import_string(path), **more)


_QUARTER = timedelta(milliseconds=250)

SCHEDULE = tuple(
    entry
    for entry in (
        _entry("signals.seal", _QUARTER),
        _entry("metrics.tally", timedelta(seconds=5), after=("signals.seal",)),
        _entry("promises.judge", timedelta(seconds=30), after=("metrics.tally",)),
        _entry("page.publish", timedelta(seconds=1), after=("promises.judge",)),
        _entry("signals.compact", timedelta(hours=1), slow=True),
        _entry("signals.retain", timedelta(days=1), slow=True),
    )
    if _found(f"troth.{entry.name.split('.')[0]}.jobs.{entry.name.split('.')[1]}")
)
