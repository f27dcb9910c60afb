"""Proposals that are overtaken: what nobody can approve any more does not wait for approval."""

from collections.abc import Collection
from datetime import datetime

from troth.incidents.models import Incident, Update
from troth.incidents.rules import states
from troth.incidents.rules.results import Kind, State
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor

MERGED = "merged"
_WORDS = {MERGED: "it was merged into another incident"}


def after_the_end(row: Incident, *, was_open: bool, by: Actor, now: datetime) -> None:
    """Let lapse what was proposed before the end; a word more after it may still follow.

    The caller holds the incident, which is over by now.
    """
    still = () if was_open else states.following(Kind(row.kind), State(row.state))
    lapse(row, why=row.state, still=still, by=by, now=now)


def lapse(
    row: Incident, *, why: str, by: Actor, now: datetime, still: Collection[State] = ()
) -> None:
    """Let what is proposed of an incident lapse, but for the states that may still follow."""
    waiting = Update.objects.filter(
        incident=row, published_at=None, discarded_at=None, lapsed_at=None
    )
    for one in waiting.exclude(state__in=[str(state) for state in still]).order_by("id"):
        one.lapsed_at, one.lapsed_for = now, why
        one.save(update_fields=["lapsed_at", "lapsed_for"])
        trail(actor=by, verb="let lapse an update of", thing="incident", thing_id=row.uid, now=now,
              after={"update": one.uid, "state": one.state, "for": why})  # fmt: skip


def said_of(lapsed_for: str) -> str:
    """Say in words what overtook a proposal."""
    return _WORDS.get(lapsed_for, "it was over before anybody approved this")
