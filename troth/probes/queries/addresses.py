"""The addresses that heartbeats report to."""

from django.conf import settings

from troth.probes import sealing
from troth.probes.keys import digest
from troth.probes.models import Heartbeat, PingKey


def heartbeat_by_key(key: str) -> int | None:
    """Return the heartbeat (primary key) that a key belongs to."""
    rows = Heartbeat.objects.filter(digest=digest(key), retired_at=None)
    return rows.values_list("pk", flat=True).first()


def heartbeat_by_slug(*, key: str, slug: str) -> int | None:
    """Return a heartbeat by name, for whoever has the installation's own key."""
    if not PingKey.objects.filter(digest=digest(key)).exists():
        return None
    rows = Heartbeat.objects.filter(slug=slug, retired_at=None)
    return rows.values_list("pk", flat=True).first()


def ping_path(heartbeat: Heartbeat) -> str:
    """Return the path that a heartbeat reports to: a secret, for editors only."""
    key = sealing.opened(heartbeat.sealed, label=f"heartbeat {heartbeat.slug}").decode()
    return f"/ping/{key}"


def mail_to(heartbeat: Heartbeat) -> str:
    """Return the mail address of a heartbeat: as secret. Nothing where no mail is taken."""
    domain: str = settings.TROTH.mail_domain
    return f"{ping_path(heartbeat).rpartition('/')[2]}@{domain}" if domain else ""


def slug_path(slug: str) -> str:
    """Return the path by name; nothing where the installation has no key for that yet."""
    row = PingKey.objects.first()
    if row is None:
        return ""
    return f"/ping/{sealing.opened(row.sealed, label='ping key').decode()}/{slug}"
