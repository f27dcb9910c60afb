"""What `troth check` looks at. Each look gives findings in plain words and changes nothing."""

from collections.abc import Iterator
from datetime import datetime

from troth.config.diagnosis import place, public, state, store
from troth.config.diagnosis.finding import Finding

LOOKS = (
    place.folders,
    place.disk,
    place.keys,
    place.time_zones,
    state.database,
    state.migrations,
    state.clocks,
    state.worker,
    state.jobs,
    state.inbox,
    store.readable,
    store.listed,
    store.strays,
    public.page,
    public.address,
    public.security,
    public.people,
)


def examine(*, now: datetime) -> Iterator[Finding]:
    """Yield the findings, in an order in which one can mend them."""
    for look in LOOKS:
        try:
            yield from look(now=now)
        except Exception as problem:  # noqa: BLE001 - a look that cannot be taken is itself a finding
            area = look.__name__.replace("_", " ")
            yield Finding(area, "problem", f"this could not be looked at: {problem}")
            if look is state.database:
                return
