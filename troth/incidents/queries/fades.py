"""Fades that wait for an answer, and what was made of those that have one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

from troth.incidents.models import FadeAnswer, Incident
from troth.metrics import queries as metrics
from troth.metrics.drift.pictures import FadeView
from troth.notify import queries as messages


@dataclass(frozen=True, slots=True)
class Answered:
    """`taken_by` has said that it is theirs; "" while it still rings, or nobody was rung."""

    was_rung: bool
    taken_by: str
    incident: Incident | None


def about(fade: int) -> str:
    """Return the name of the thread in which our people hear of a fade."""
    return f"alert:fade:{fade}"


def fresh() -> QuerySet[Any]:
    """Return the fades that ring and were not answered, oldest first."""
    rows = FadeAnswer.fade.field.related_model._default_manager  # noqa: SLF001 - the model of a floor below
    found: QuerySet[Any] = rows.filter(rings=True, incident_answer=None).order_by("pk")
    return found


def moved() -> "QuerySet[FadeAnswer]":
    """Return the answers to fades that have grown or closed since our people were told."""
    more = Q(fade__closed_at__isnull=False) | Q(fade__growth__gt=F("growth"))
    return FadeAnswer.objects.filter(more, why="rung", over_at=None).order_by("pk")


def fade_answers(fades: Iterable[int]) -> dict[int, Answered]:
    """Return what became of these fades, by their number; those without an answer are left out."""
    rows = list(FadeAnswer.objects.filter(fade__in=list(fades)).select_related("incident"))
    taken = messages.taken([about(row.fade_id) for row in rows if row.why == "rung"])
    return {
        row.fade_id: Answered(
            was_rung=row.why == "rung",
            taken_by=taken.get(about(row.fade_id), ""),
            incident=row.incident if row.incident and not row.incident.discarded_at else None,
        )
        for row in rows
    }


def fades_of(uid: str) -> list[FadeView]:
    """Return the fades of which an incident was made."""
    rows = FadeAnswer.objects.filter(incident__uid=uid).order_by("fade")
    found = (metrics.fade(pk) for pk in rows.values_list("fade", flat=True))
    return [one for one in found if one is not None]
