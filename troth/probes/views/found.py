from django.http import Http404

from troth.probes.models import Heartbeat, Monitor


def monitor(slug: str) -> Monitor:
    """Return a living monitor, or end in 404."""
    row = Monitor.objects.filter(slug=slug, retired_at=None).first()
    if row is None:
        raise Http404(f"there is no monitor {slug}")
    return row


def heartbeat(slug: str) -> Heartbeat:
    row = Heartbeat.objects.filter(slug=slug, retired_at=None).first()
    if row is None:
        raise Http404(f"there is no heartbeat {slug}")
    return row


def watch(slug: str) -> Monitor | Heartbeat:
    """Return the living monitor or heartbeat of a name."""
    row = Monitor.objects.filter(slug=slug, retired_at=None).first()
    return row or heartbeat(slug)
