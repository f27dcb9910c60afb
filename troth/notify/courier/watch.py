"""Who else delivers, and what the dead left behind.

A courier is dead when its process is gone from this host, or when its sign of life has not changed
for a while of our own patience. No clock is compared with another, so one that jumps kills nobody.
"""

import time
from datetime import datetime
from typing import Final

from troth.core import leases
from troth.notify.actions import recovering
from troth.notify.courier import opening
from troth.notify.models import Courier

PATIENCE: Final = 30.0  # seconds


class Watch:
    """Remembers when each courier's sign of life last changed."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._seen: dict[str, tuple[datetime | None, float]] = {}

    def living(self, *, now: datetime) -> set[str]:
        """Return the couriers that live, this one among them, and deal with what others left."""
        signs: dict[str, datetime | None] = dict(Courier.objects.values_list("name", "seen_at"))
        for holder in recovering.holders():
            signs.setdefault(holder, None)
        dead = {name for name in signs if name != self._name and self._is_dead(name, signs[name])}
        for name in dead:
            recovering.recover(name=name, now=now, idempotent=opening.idempotent())
            self._seen.pop(name, None)
        if dead:
            recovering.forget_couriers(names=list(dead))
        return {self._name, *signs} - dead

    def _is_dead(self, name: str, sign: datetime | None) -> bool:
        if leases.is_dead(name, beside=self._name):
            return True
        at = time.monotonic()
        before, since = self._seen.get(name, (None, at))
        if name not in self._seen or before != sign:
            self._seen[name] = (sign, at)
            return False
        return at - since > PATIENCE
