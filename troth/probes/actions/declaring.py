"""Declaring what is watched. Every change is in the trail, and no secret is ever in it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from troth.core.problems import DocumentError, Problem
from troth.probes import catalogue, keys, sealing
from troth.probes.actions.settling import silence
from troth.probes.models import Heartbeat, Monitor, PingKey, Roster, Sight, State
from troth.probes.queries.documents import plain
from troth.probes.rules import beating, documents, mailing
from troth.probes.rules.documents import Beating, Watching
from troth.staff.actions import note
from troth.staff.actions.audit import Actor

Watch = Monitor | Heartbeat


@transaction.atomic
def declare_monitor(
    *, document: Mapping[str, Any], author: Actor, now: datetime, managed_by: str = ""
) -> Monitor:
    """Make or change the monitor that a document describes. Raises DocumentError.

    Secrets that it does not name are kept as they were; those that it names are kept encrypted.
    """
    wanted = documents.monitor(document)
    row = Monitor.objects.select_for_update().filter(slug=wanted.slug).first()
    sealed = checked(wanted, row)
    parents = _parents(wanted)
    before = plain(row) if row else None
    values = {**_columns(wanted), "sealed": sealed, "managed_by": managed_by, "retired_at": None}
    monitor, _ = Monitor.objects.update_or_create(
        slug=wanted.slug, defaults=values, create_defaults={**values, "created_at": now}
    )
    monitor.parents.set(parents)
    _watched(wanted.slug, "monitor", is_new=row is None)
    _place_sights(monitor)
    changed(monitor, author=author, verb="declared", before=before, now=now)
    return monitor


def checked(wanted: Watching, row: Monitor | None) -> bytes:
    """Return the sealed secrets, all settings having been read as the kind does."""
    kept = opened_secrets(row) if row and row.kind == wanted.kind else {}
    secret = {**kept, **(wanted.secrets or {})}
    secret = {name: value for name, value in secret.items() if value not in ("", {}, None)}
    try:
        _check_places(wanted, secret)
        catalogue.read(wanted.kind, {**wanted.settings, **secret})
        catalogue.condition(wanted.kind, wanted.condition)
    except catalogue.SettingsError as error:
        raise _refused(error) from error
    return sealing.seal_values(secret, label=f"monitor {wanted.slug}")


def _check_places(wanted: Watching, secret: Mapping[str, Any]) -> None:
    """Refuse a secret among the settings, where it would be shown, and the other way round."""
    kind = catalogue.kind(wanted.kind)
    for name in wanted.settings:
        if name in kind.secrets:
            raise catalogue.SettingsError(name, "stands under secrets, to be encrypted")
    for name in sorted(set(secret) - set(kind.secrets)):
        raise catalogue.SettingsError(name, f"is no secret of {kind.label}")


def _refused(error: catalogue.SettingsError) -> DocumentError:
    field = error.field if error.field in ("kind", "condition") else f"settings.{error.field}"
    return DocumentError((Problem(f"spec.{field}".rstrip("."), error.message),))


def opened_secrets(monitor: Monitor) -> dict[str, Any]:
    """Return a monitor's secret settings in clear, for whoever checks it; never for a screen."""
    return sealing.opened_values(monitor.sealed, label=f"monitor {monitor.slug}")


def _parents(wanted: Watching) -> list[Monitor]:
    found = {one.slug: one for one in Monitor.objects.filter(slug__in=wanted.parents)}
    for number, slug in enumerate(wanted.parents):
        parent = found.get(slug)
        if parent is None:
            raise _no_parent(number, f"there is no monitor “{slug}”")
        if parent.parents.filter(slug=wanted.slug).exists():
            raise _no_parent(number, f"“{slug}” has this monitor as its own parent")
    return list(found.values())


def _no_parent(number: int, message: str) -> DocumentError:
    return DocumentError((Problem(f"spec.parents[{number}]", message),))


def _columns(wanted: Watching) -> dict[str, Any]:
    return {
        "name": wanted.name, "kind": wanted.kind, "settings": wanted.settings,
        "every_ms": wanted.every, "timeout_ms": wanted.timeout, "retries": wanted.retries,
        "condition": wanted.condition, "slow_ms": wanted.slow, "need": wanted.need,
        "of": wanted.of, "locations": list(wanted.locations), "quorum": wanted.quorum,
        "touchpoint": wanted.touchpoint,
    }  # fmt: skip


def _watched(slug: str, kind: str, *, is_new: bool) -> None:
    """Give a new watch its state. One name is used once, by monitors and heartbeats together."""
    state, made = State.objects.get_or_create(watch=slug, defaults={"kind": kind})
    if state.kind != kind:
        taken = f"there is a {state.kind} of that name already"
        raise DocumentError((Problem("metadata.name", taken),))
    if is_new and not made:
        State.objects.filter(pk=state.pk).update(state="unknown", since=None, confirmed_at=None)


def _place_sights(monitor: Monitor) -> None:
    """Give each location a row to write to, and drop those that watch it no more."""
    monitor.sights.exclude(location__in=monitor.locations).delete()
    rows = [Sight(monitor=monitor, location=location) for location in monitor.locations]
    Sight.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def declare_heartbeat(
    *, document: Mapping[str, Any], author: Actor, now: datetime, managed_by: str = ""
) -> Heartbeat:
    """Make or change the heartbeat that a document describes. Raises DocumentError."""
    wanted = documents.heartbeat(document)
    row = Heartbeat.objects.select_for_update().filter(slug=wanted.slug).first()
    before = plain(row) if row else None
    values = {**_rhythm(wanted), "managed_by": managed_by, "retired_at": None}
    if row:
        beat = beating.Beat(row.last_at, row.started_at)
        values["down_at"] = beating.down_at(wanted.rhythm, beat)
    fresh = {**values, **_fresh_key(wanted.slug), "created_at": now}
    _installation_key(now)
    heartbeat, _ = Heartbeat.objects.update_or_create(
        slug=wanted.slug, defaults=values, create_defaults=fresh
    )
    _watched(wanted.slug, "heartbeat", is_new=row is None)
    changed(heartbeat, author=author, verb="declared", before=before, now=now)
    return heartbeat


def _rhythm(wanted: Beating) -> dict[str, Any]:
    rhythm = wanted.rhythm
    return {
        "name": wanted.name,
        "period_s": None if rhythm.period is None else int(rhythm.period.total_seconds()),
        "grace_s": int(rhythm.grace.total_seconds()),
        "cron": rhythm.cron,
        "calendar": rhythm.calendar,
        "zone": rhythm.zone,
        "mail": mailing.filter_document(wanted.mail),
        "touchpoint": wanted.touchpoint,
    }


def _fresh_key(slug: str) -> dict[str, Any]:
    key = keys.fresh()
    return {
        "digest": keys.digest(key),
        "sealed": sealing.seal(key.encode(), label=f"heartbeat {slug}"),
    }


def _installation_key(now: datetime) -> None:
    """Make the key for addresses by name, with the first heartbeat."""
    if not PingKey.objects.exists():
        key = keys.fresh()
        sealed = sealing.seal(key.encode(), label="ping key")
        PingKey.objects.get_or_create(
            pk=1, defaults={"digest": keys.digest(key), "sealed": sealed, "made_at": now}
        )


@transaction.atomic
def new_key(*, heartbeat: Heartbeat, author: Actor, now: datetime) -> None:
    """Give a heartbeat another address; the one before is unknown from then on."""
    Heartbeat.objects.filter(pk=heartbeat.pk).update(**_fresh_key(heartbeat.slug))
    changed(heartbeat, author=author, verb="given a new address", before=None, now=now)


@transaction.atomic
def pause(*, watch: Watch, author: Actor, now: datetime) -> None:
    """Check no more until it is resumed: no data meanwhile."""
    _stand_still(watch, author, now, "paused", paused_at=now)


@transaction.atomic
def resume(*, watch: Watch, author: Actor, now: datetime) -> None:
    """Check again. A heartbeat is expected from its next sign on."""
    values: dict[str, Any] = {"paused_at": None}
    if isinstance(watch, Heartbeat):
        values |= {"last_at": None, "started_at": None, "down_at": None}
    type(watch).objects.filter(pk=watch.pk).update(**values)
    watch.refresh_from_db()
    changed(watch, author=author, verb="resumed", before=None, now=now)


@transaction.atomic
def retire(*, watch: Watch, author: Actor, now: datetime) -> None:
    """Stop watching for good. What it saw stays."""
    _stand_still(watch, author, now, "retired", retired_at=now)


def _stand_still(watch: Watch, author: Actor, now: datetime, verb: str, **values: datetime) -> None:
    before = plain(watch)
    type(watch).objects.filter(pk=watch.pk).update(**values)
    watch.refresh_from_db()
    silence(watch.slug, at=now, now=now, reason=verb)
    if isinstance(watch, Monitor):
        watch.sights.update(state="unknown", since=0, recent=b"")
    changed(watch, author=author, verb=verb, before=before, now=now)


@transaction.atomic
def ask_now(*, monitor: Monitor, author: Actor, now: datetime) -> None:
    """Have a monitor checked within a second or so, besides its timetable."""
    Monitor.objects.filter(pk=monitor.pk).update(asked_at=now)
    changed(monitor, author=author, verb="asked for a check of", before=None, now=now)


def changed(
    watch: Watch, *, author: Actor, verb: str, before: Mapping[str, Any] | None, now: datetime
) -> None:
    """Let runners see that something changed, and the trail who did it."""
    if not Roster.objects.update(revision=F("revision") + 1):
        Roster.objects.create(pk=1, revision=1)
    thing = "monitor" if isinstance(watch, Monitor) else "heartbeat"
    note(actor=author, verb=verb, thing=thing, thing_id=watch.slug, now=now,
         before=before, after=plain(watch))  # fmt: skip
