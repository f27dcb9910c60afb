"""Many report what shows green: our own people are rung, once for each such time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from troth.components import queries as components
from troth.components.rules.results import Board, Status
from troth.feedback import queries
from troth.feedback.models import Surge
from troth.feedback.rules import surging
from troth.notify import actions as notify
from troth.notify.rules.events import Event, Severity
from troth.notify.rules.story import Part, Story

BY: Final = "the installation"


def watch(*, now: datetime) -> int:
    """Ring for what many report and shows green; say what is over. Returns how many of both."""
    many = surging(queries.places(now=now), least=settings.TROTH.feedback_alarm)
    open_ones = {row.component: row for row in queries.surges()}
    if not many and not open_ones:
        return 0
    board = components.page_board(None, at=now, days=1)
    green = _green(board)
    names = {one.uid: one.name for one in board.components}
    begun = [_begin(uid, names, now) for uid in sorted((many & green) - open_ones.keys())]
    ended = [
        _end(row, "Few report it now." if uid not in many else "The page tells of it now.", now)
        for uid, row in open_ones.items()
        if uid not in many & green
    ]
    return sum(begun) + sum(ended)


def _green(board: Board) -> set[str]:
    """Return the components that work as far as the page knows; "" where all of them do."""
    green = {one.uid for one in board.components if one.status is Status.OPERATIONAL}
    return green | {""} if len(green) == len(board.components) else green


@transaction.atomic
def _begin(uid: str, names: Mapping[str, str], now: datetime) -> int:
    row, is_new = Surge.objects.get_or_create(
        component=uid, ended_at=None, defaults={"began_at": now}
    )
    if not is_new:  # another worker was first
        return 0
    name = names.get(uid, "")
    path = reverse("feedback:inbox")
    story = Story(
        about=_about(uid), event=Event.ALERT_RAISED, revision=f"surge.{row.pk}",
        title=f"Customers report problems with {name}, and it shows green"
        if name else "Customers report problems, and everything shows green",
        what=f"At least {settings.TROTH.feedback_alarm} within an hour, from different networks.",
        since=now, link=f"{settings.TROTH.base_url}{path}?kind=problem&component={uid}",
        severity=Severity.MINOR, is_urgent=True,
        parts=(Part(key=f"component:{uid}", name=name),) if name else (),
    )  # fmt: skip
    notify.raise_alarm(story=story, by=BY, now=now)
    return 1


@transaction.atomic
def _end(row: Surge, why: str, now: datetime) -> int:
    if not Surge.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now):
        return 0
    notify.clear_alarm(about=_about(row.component), why=why, by=BY, now=now)
    return 1


def _about(uid: str) -> str:
    return f"alert:reports:{uid or 'all'}"
