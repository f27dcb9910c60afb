"""Outlets as those need them who send: settings with their secrets, never for a screen."""

from typing import Any

from troth.notify import catalogue, sealing
from troth.notify.models import Outlet
from troth.notify.rules import outlets


def settings_of(outlet: Outlet) -> Any:  # noqa: ANN401 - settings of any channel
    """Return an outlet's settings with its secrets in clear; None where its channel has none.

    Raises SettingsError where they fit no more, ValueError where the key is another.
    """
    return catalogue.read(outlet.channel, outlet.settings, secrets_of(outlet))


def secrets_of(outlet: Outlet) -> dict[str, Any]:
    return sealing.opened_values(outlet.sealed, label=label(outlet.slug))


def label(slug: str) -> str:
    """Return the label under which an outlet's secrets are sealed."""
    return f"outlet {slug}"


def default_outlet(channel: str) -> Outlet | None:
    """Return the outlet that a channel uses where nobody names one."""
    found = Outlet.objects.filter(channel=channel, is_default=True, retired_at=None)
    return found.first()


def plain(outlet: Outlet) -> dict[str, Any]:
    """Return the document of an outlet as it stands, without its secrets."""
    return outlets.document(
        outlets.Wanted(
            slug=outlet.slug,
            name=outlet.name,
            channel=outlet.channel,
            settings=outlet.settings,
            is_default=outlet.is_default,
            per_second=outlet.per_second,
            at_once=outlet.at_once,
        )
    )


def mail_provider(slug: str) -> str:
    """Return the provider that an outlet for mail goes through; "" where there is none."""
    row = Outlet.objects.filter(slug=slug, channel="email", retired_at=None).first()
    found = str(row.settings.get("provider", "smtp")) if row else "smtp"
    return "" if found == "smtp" else found
