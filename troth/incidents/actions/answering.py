"""Facts from below become drafts: a broken promise, a monitor that turned. Each is answered once.

A draft is for a person to approve; an installation, or a template, may let it publish itself after
a time. What a down parent suppresses opens nothing; what has recovered is never held back.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from troth.incidents.actions import alarming
from troth.incidents.actions.asked import Message, NotAllowed
from troth.incidents.actions.crew import note
from troth.incidents.actions.drafting import opening_for, template_for
from troth.incidents.actions.keeping import held, take_turn
from troth.incidents.actions.speaking import open_, update
from troth.incidents.models import Incident, Opened
from troth.incidents.queries import house
from troth.incidents.queries.troubles import Trouble, flips, of_flip, of_turn, still_down, turns
from troth.incidents.rules import states
from troth.incidents.rules.publishing import NotReady
from troth.incidents.rules.results import State

AT_ONCE = 200
OLD = timedelta(days=1)  # what happened before that is history, not news
BY = "the installation"
_DOWN, _UP, _BROKEN = "down", "up", "broken"
_OWN = (
    "incident.",
    "breach.",
    "maintenance.",
    "component.",
    "postmortem.",
)  # promises about what we do here


def is_unanswered() -> bool:
    """Return whether a fact waits for its answer: what an idle worker asks."""
    return turns().exists() or flips().exists()


def answer_facts(*, now: datetime) -> int:
    """Answer what has turned or flipped, oldest first; return how many facts."""
    done = sum(_answered(turn, _turned, now) for turn in turns()[:AT_ONCE])
    return done + sum(_answered(flip, _flipped, now) for flip in flips()[:AT_ONCE])


@transaction.atomic
def _answered(
    fact: Any,  # noqa: ANN401 - a Turn or a Flip, models of the floors below
    answer: Callable[[Any, datetime], tuple[str, Incident | None]],
    now: datetime,
) -> int:
    """Claim a fact by its own row and answer it; another worker's is left alone."""
    take_turn()
    name = "turn" if answer is _turned else "flip"
    row, is_mine = Opened.objects.get_or_create(**{name: fact}, defaults={"at": now, "why": ""})
    if not is_mine:
        return 0
    row.why, row.incident = answer(fact, now)
    row.save()
    return 1


def _turned(turn: Any, now: datetime) -> tuple[str, Incident | None]:  # noqa: ANN401
    if turn.now == _UP and turn.confirmed_at >= now - OLD:
        return _recovered(of_turn(turn), now)
    why_not = _first(
        (turn.confirmed_at < now - OLD, "old"),
        (turn.now != _DOWN, turn.now),
        (bool(turn.suppressed_by), "suppressed"),
    )
    return (why_not, None) if why_not else _open(of_turn(turn), now)


def _flipped(flip: Any, now: datetime) -> tuple[str, Incident | None]:  # noqa: ANN401
    trouble = of_flip(flip)
    why_not = _first(
        (flip.at < now - OLD, "old"),
        (flip.window != flip.promise.headline, "window"),
        (all(kind.startswith(_OWN) for kind in trouble.kinds or ("",)), "own"),
        (not flip.was, "first"),
        (_BROKEN not in (flip.was, flip.now), "well"),
    )
    if why_not:
        return why_not, None
    return _open(trouble, now) if flip.now == _BROKEN else _recovered(trouble, now)


def _first(*reasons: tuple[bool, str]) -> str:
    """Return the first reason that holds, or nothing."""
    return next((why for holds, why in reasons if holds), "")


def _open(trouble: Trouble, now: datetime) -> tuple[str, Incident]:
    standing = _standing(trouble)
    if standing is not None:
        note(uid=standing.uid, text=f"Again: {trouble.told}", by=BY, now=now)
        alarming.trouble_seen(standing, trouble, now=now)
        return "attached", standing
    opening = opening_for(trouble, now=now)
    row = open_(opening=opening, by=BY, now=now)
    note(uid=row.uid, text=trouble.told, by=BY, now=now)
    alarming.trouble_seen(row, trouble, now=now)
    return "opened", row


def _standing(trouble: Trouble) -> Incident | None:
    """Return the incident or draft that goes on for the same reason."""
    rows = Incident.objects.filter(
        opened_for=trouble.opener, resolved_at=None, merged_into=None, discarded_at=None
    )
    return rows.order_by("-id").first()


def _recovered(trouble: Trouble, now: datetime) -> tuple[str, Incident | None]:
    found = _standing(trouble)
    if found is None:
        return "well", None
    row = held(found.uid)
    note(uid=row.uid, text=f"Well again: {trouble.told}", by=BY, now=now)
    alarming.trouble_over(row, trouble, now=now)
    if row.listed_at is None:
        Incident.objects.filter(pk=row.pk).update(confirm_at=None)
    elif State(row.state) not in states.OVER and not still_down(row):
        _say_so(row, trouble, now)
    return "recovered", row


def _say_so(row: Incident, trouble: Trouble, now: datetime) -> None:
    """Propose the update that says so, or publish it where drafts publish themselves.

    It resolves only by a template that states recovery and data loss: no machine knows that.
    """
    template = template_for(trouble.opener)
    final = template is not None and bool(template.recovery and template.data_loss)
    wanted = template.publish if template else None
    by_itself = house.grid().publish_drafts if wanted is None else wanted
    said = template.recovered if template else ""
    message = Message(
        body=said or f"Our checks see {trouble.name} work again since {trouble.since}.",
        state=State.RESOLVED if final else State.MONITORING,
        recovery=template.recovery if template and final else None,
        data_loss=template.data_loss if template and final else None,
        at=max(trouble.at, row.started_at) if by_itself and final else None,
    )  # fmt: skip
    try:
        update(uid=row.uid, message=message, by=BY, now=now, propose=not by_itself)
    except (NotReady, NotAllowed) as refusal:
        note(uid=row.uid, text=f"Not said by itself: {refusal}", by=BY, now=now)
