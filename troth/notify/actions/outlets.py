"""Setting up outlets. Every change is in the trail, and no secret is ever in it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from troth.core.problems import DocumentError, Problem
from troth.notify import catalogue, sealing
from troth.notify.models import Outlet
from troth.notify.queries.outlets import label, plain, secrets_of
from troth.notify.rules import outlets
from troth.notify.rules.outlets import Wanted
from troth.staff.actions import note
from troth.staff.actions.audit import Actor


@transaction.atomic
def declare_outlet(
    *, document: Mapping[str, Any], author: Actor, now: datetime, managed_by: str = ""
) -> Outlet:
    """Make or change the outlet that a document describes. Raises DocumentError.

    Secrets that it does not name are kept as they were. An outlet that becomes its channel's
    default takes that from another.
    """
    wanted = outlets.outlet(document)
    row = Outlet.objects.select_for_update().filter(slug=wanted.slug).first()
    before = plain(row) if row else None
    sealed = checked(wanted, row)
    if wanted.is_default:
        _no_other_default(wanted)
    values = {**_columns(wanted), "sealed": sealed, "managed_by": managed_by, "retired_at": None}
    outlet, _ = Outlet.objects.update_or_create(
        slug=wanted.slug, defaults=values, create_defaults={**values, "created_at": now}
    )
    _noted(outlet, author=author, verb="declared", before=before, now=now)
    return outlet


def checked(wanted: Wanted, row: Outlet | None) -> bytes:
    """Return the sealed secrets, all settings having been read as the channel does."""
    kept = secrets_of(row) if row and row.channel == wanted.channel else {}
    secrets = {**kept, **(wanted.secrets or {})}
    secrets = {name: value for name, value in secrets.items() if value not in ("", None)}
    try:
        catalogue.read(wanted.channel, wanted.settings, secrets)
    except catalogue.SettingsError as error:
        raise refused(error, wanted.channel) from error
    return sealing.seal_values(secrets, label=label(wanted.slug))


def refused(error: catalogue.SettingsError, channel: str) -> DocumentError:
    """Return the problem of settings as that of the document's field."""
    known = catalogue.all_channels().get(channel)
    part = "secrets" if known and error.field in known.secrets else "settings"
    field = error.field if error.field == "channel" else f"{part}.{error.field}".rstrip(".")
    return DocumentError((Problem(f"spec.{field}", error.message),))


def _no_other_default(wanted: Wanted) -> None:
    others = Outlet.objects.filter(channel=wanted.channel, is_default=True)
    others.exclude(slug=wanted.slug).update(is_default=False)


def _columns(wanted: Wanted) -> dict[str, Any]:
    return {
        "channel": wanted.channel,
        "name": wanted.name,
        "settings": wanted.settings,
        "is_default": wanted.is_default,
        "per_second": wanted.per_second,
        "at_once": wanted.at_once,
    }


@transaction.atomic
def retire_outlet(*, outlet: Outlet, author: Actor, now: datetime) -> None:
    """Use an outlet no more. What went through it stays on record."""
    before = plain(outlet)
    Outlet.objects.filter(pk=outlet.pk, retired_at=None).update(retired_at=now, is_default=False)
    note(actor=author, verb="retired", thing="outlet", thing_id=outlet.slug, before=before, now=now)


@transaction.atomic
def pause_outlet(*, outlet: Outlet, author: Actor, now: datetime, is_paused: bool) -> None:
    """Hold an outlet's messages back, or let them go on."""
    Outlet.objects.filter(pk=outlet.pk).update(paused_at=now if is_paused else None)
    verb = "paused" if is_paused else "resumed"
    note(actor=author, verb=verb, thing="outlet", thing_id=outlet.slug, now=now)


def _noted(
    outlet: Outlet, *, author: Actor, verb: str, before: dict[str, Any] | None, now: datetime
) -> None:
    after = plain(outlet)
    note(
        actor=author,
        verb=verb,
        thing="outlet",
        thing_id=outlet.slug,
        before=before,
        after=after,
        now=now,
    )
