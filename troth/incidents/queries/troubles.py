"""Facts of the floors below that are not answered yet, in our own words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from troth.components.queries.labels import labels, watched_by
from troth.components.rules.results import Status
from troth.incidents.models import Incident, Opened
from troth.probes import queries as probes
from troth.promises import queries as promises


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that turned. `words` fill a template; `told` is for those who work here."""

    opener: str  # "monitor:shop", "promise:on-time"
    origin: str
    name: str
    at: datetime  # dated back to the first failure
    confirmed_at: datetime
    told: str
    impacts: Mapping[str, Status] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()  # of the promise's signals

    @property
    def since(self) -> str:
        return self.at.strftime("%Y-%m-%d %H:%M UTC")


def turns() -> QuerySet[Any]:
    """Return the monitors' turns that were not answered, oldest first."""
    return probes.turns().filter(incident_answer=None)


def flips() -> QuerySet[Any]:
    """Return the promises' flips that were not answered, oldest first."""
    rows = Opened.flip.field.related_model._default_manager.select_related("promise")  # noqa: SLF001 - the model of a floor below
    found: QuerySet[Any] = rows.filter(incident_answer=None).order_by("pk")
    return found


def of_turn(turn: Any) -> Trouble:  # noqa: ANN401 - a probes.Turn
    down = watched_by(kind=_kind(turn), slug=turn.watch)
    shown = probes.states([turn.watch])
    name = shown[0].name if shown else turn.watch
    parts = ", ".join(label.name for label in labels(tuple(down)).values()) or name
    return Trouble(
        opener=f"monitor:{turn.watch}", origin="monitor", name=parts, at=turn.at,
        confirmed_at=turn.confirmed_at,
        told=f"{name} ({turn.watch}): {turn.was or 'unknown'} → {turn.now}. {turn.reason}".strip(),
        impacts={uid: Status(status) for uid, status in down.items()},
        words={"component": parts, "monitor": name, "reason": turn.reason},
    )  # fmt: skip


def of_flip(flip: Any) -> Trouble:  # noqa: ANN401 - a promises.Flip
    promise = flip.promise
    return Trouble(
        opener=f"promise:{promise.slug}", origin="promise", name=promise.name, at=flip.at,
        confirmed_at=flip.at, kinds=_kinds(promise.slug),
        told=f"Promise {promise.name} ({promise.slug}): {flip.was} → {flip.now}.",
        words={"component": promise.name, "promise": promise.name, "reason": ""},
    )  # fmt: skip


def still_down(row: Incident) -> bool:
    """Return whether another monitor that this incident was opened or joined for is down."""
    attached = Opened.objects.filter(incident=row, turn__isnull=False)
    slugs = sorted(set(attached.values_list("turn__watch", flat=True)))
    return any(
        last.now == "down" for slug in slugs if (last := probes.turn_rows(slug=slug, limit=1)[0])
    )


def _kind(turn: Any) -> str:  # noqa: ANN401
    return "heartbeat" if turn.kind == "heartbeat" else "monitor"


def _kinds(slug: str) -> tuple[str, ...]:
    signals = (promises.document(slug).get("spec") or {}).get("signals") or {}
    found = signals.get("kind") or signals.get("kinds") or ()
    return (found,) if isinstance(found, str) else tuple(map(str, found))
