"""Which outlets there are to send through, with their settings in clear: for the courier alone."""

import logging
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.conf import settings

from troth.notify import catalogue
from troth.notify.channel import Channel
from troth.notify.courier.parcel import Outlet
from troth.notify.models import Outlet as OutletRow
from troth.notify.queries.outlets import settings_of
from troth.notify.rules.lanes import Lane

log = logging.getLogger(__name__)


def outlets() -> list[Outlet]:
    """Return all outlets that are not paused, and each channel as it is used without one."""
    rows = list(OutletRow.objects.filter(retired_at=None).order_by("pk"))
    defaults = {row.channel: row for row in rows if row.is_default}
    found = [one for row in rows if row.paused_at is None for one in _of(row, row.pk)]
    for key, channel in catalogue.all_channels().items():
        row = defaults.get(key)
        if row is None:
            found.append(_bare(key, channel))
        elif row.paused_at is None:
            found += _of(row, None)
    return found


def _of(row: OutletRow, key: int | None) -> Iterator[Outlet]:
    """Yield an outlet whose settings can be read; `key` None is what names no outlet."""
    channel = catalogue.all_channels().get(row.channel)
    if channel is None:
        return
    read = _read(row)
    rate = channel.per_second if row.per_second is None else row.per_second
    yield Outlet(
        lane=Lane(row.channel, key, rate),
        channel=channel,
        at_once=row.at_once or channel.at_once,
        settings=read,
        sender=_sender(read),
        is_ready=read is not None or channel.settings is None,
        is_failing=row.failing_since is not None,
    )


def _read(row: OutletRow) -> Any:  # noqa: ANN401 - settings of any channel
    try:
        return settings_of(row)
    except ValueError as error:  # they fit no more, or the key is another: told, not sent
        log.warning("an outlet cannot be read", extra={"outlet": row.slug, "error": str(error)})
        return None


def _bare(key: str, channel: Channel) -> Outlet:
    needs = channel.settings is not None and key != "email"
    return Outlet(
        lane=Lane(key, None, channel.per_second),
        channel=channel,
        at_once=channel.at_once,
        sender=settings.TROTH.email_from,
        is_ready=not needs and (key != "email" or bool(settings.TROTH.email_url)),
    )


def _sender(read: Any) -> str:  # noqa: ANN401 - settings of any channel
    return getattr(read, "sender", "") or settings.TROTH.email_from


@lru_cache(maxsize=1)
def idempotent() -> tuple[str, ...]:
    """Return the channels whose other side drops repeats."""
    return tuple(key for key, one in catalogue.all_channels().items() if one.is_idempotent)
