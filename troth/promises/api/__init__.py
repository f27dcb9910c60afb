"""Promises as JSON: what the desk shows, and what may be changed."""

from ninja import Router

from troth.promises.api import (
    calendars,
    cases,
    exclusions,
    reading,
    score,
    suspensions,
    violations,
    writing,
)

router = Router(tags=["promises"])
for _part in (reading, writing, cases, exclusions, suspensions, violations, score, calendars):
    router.add_router("", _part.router)
