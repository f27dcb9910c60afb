"""What our own monitors say of components, whatever else is said of them."""

from collections.abc import Sequence

from troth.components import queries as components
from troth.probes import queries as probes


def is_still_down(uids: Sequence[str]) -> bool:
    """Return whether a monitor of one of these components reports it down."""
    found = (components.component(uid, days=1) for uid in uids)
    slugs = sorted({slug for one in found if one is not None for slug in one.monitors})
    return bool(slugs) and any(one.state == "down" for one in probes.states(slugs=slugs))
