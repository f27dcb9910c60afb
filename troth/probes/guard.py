"""Whom a probe may reach: private networks only with the installation's leave.

The leave is TROTH_PROBE_PRIVATE; everything that connects goes through here.
"""

from troth.core.egress import ForbiddenError, Place, check, places

__all__ = ["ForbiddenError", "Place", "check", "places"]
