"""Incidents as JSON: what was published, and what may be said.

All operations share a router, since an address is one place for reading and for writing. Addresses
with a fixed word come before those with a uid in the same place.
"""

from troth.incidents.api import breaches, exports, maintenance, postmortems, reading, writing
from troth.incidents.api.found import router

__all__ = [
    "breaches",
    "exports",
    "maintenance",
    "postmortems",
    "reading",
    "router",
    "writing",
]
