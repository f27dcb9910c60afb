"""What time itself changes: silence, outages that end, children let go, and what is old."""

from datetime import datetime
from typing import Final

from troth.probes.actions import settling
from troth.probes.models import Evidence, Heartbeat, Ping

_KEPT_SIGNS: Final = 1_000  # of each heartbeat


def watch(*, now: datetime) -> int:
    """Turn to unknown what is silent, settle what several locations see, let children go."""
    doubtful = {*settling.silent_monitors(now=now), *settling.divided_monitors()}
    turned = settling.settle(monitors=doubtful, now=now)
    return turned + settling.release(now=now)


def forget_before(*, before: datetime) -> int:
    """Remove evidence and signs that are older, and all but the newest thousand signs of each."""
    gone = Evidence.objects.filter(at__lt=before).delete()[0]
    gone += Ping.objects.filter(at__lt=before, is_new=False).delete()[0]
    for heartbeat in Heartbeat.objects.values_list("pk", flat=True):
        signs = Ping.objects.filter(heartbeat=heartbeat, is_new=False)
        oldest = signs.order_by("-pk").values_list("pk", flat=True)[_KEPT_SIGNS : _KEPT_SIGNS + 1]
        for pk in list(oldest):
            gone += signs.filter(pk__lte=pk).delete()[0]
    return gone
