"""Calendars that are declared, what they say, and what uses them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from troth.metrics import queries as metrics
from troth.promises.models import Calendar, Promise, Version
from troth.promises.rules import calendars
from troth.promises.rules.calendars import Hours


@dataclass(frozen=True, slots=True)
class Uses:
    """What reads a calendar: promises with deadlines in its hours, and streams (key, name)."""

    promises: tuple[Promise, ...]
    streams: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A calendar as it stands: its hours, and its holidays by name, the earliest first."""

    slug: str
    title: str
    managed_by: str
    hours: Hours
    holidays: tuple[tuple[date, str], ...]


def every() -> "QuerySet[Calendar]":
    return Calendar.objects.order_by("slug")


def shown(row: Calendar) -> Shown:
    named = calendars.named(row.spec)
    title = str(row.spec.get("metadata", {}).get("displayName") or row.slug)
    return Shown(row.slug, title, row.managed_by, calendars.read(row.spec),
                 tuple(sorted(named.items())))  # fmt: skip


def used_by(slug: str) -> Uses:
    """Return what reads a calendar today."""
    return Uses(tuple(_counting_in(slug)), tuple(metrics.streams_of_calendar(slug)))


def _counting_in(slug: str) -> Sequence[Promise]:
    """Return the promises whose newest version counts deadlines in the calendar's hours."""
    named = Version.objects.annotate(text=Cast("spec", TextField())).filter(
        text__contains=f'"{slug}"', promise__retired_at=None
    )
    found = Promise.objects.filter(pk__in=named.values("promise")).order_by("slug")
    return [one for one in found if slug in _calendars_of(one)]


def _calendars_of(promise: Promise) -> set[str]:
    last = promise.versions.order_by("number").last()
    spec = last.spec.get("spec", {}) if last else {}
    parts = (spec.get(name) for name in ("due", "clock"))
    return {str(part.get("calendar", "")) for part in parts if isinstance(part, dict)}
