"""Where agents take their work and report what they found, each with the key of its location."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from ninja.errors import HttpError
from ninja.security import HttpBearer
from pydantic import Field

from troth.core import clock
from troth.core.refusals import Refusal
from troth.probes import actions, queries
from troth.probes.instants import ms
from troth.probes.wire import Delivery, Report, Work
from troth.signals import actions as signals

_LARGEST: Final = 20_000_000  # bytes of a delivery
_AHEAD: Final = timedelta(minutes=2)
_BEHIND: Final = timedelta(days=2)
_MOST_PHASES: Final = 20
_TAKEN: Final = "another process checks for this location already"
_decoder = msgspec.json.Decoder(Delivery)


class AgentKey(HttpBearer):
    """A living key of the location in the address."""

    def authenticate(self, request: HttpRequest, token: str) -> str:
        resolved = request.resolver_match
        location = str(resolved.kwargs.get("location", "")) if resolved else ""
        if not queries.is_agents_key(location=location, key=token):
            raise HttpError(401, "this key is unknown, revoked, or of another location")
        return location


router = Router(auth=AgentKey())
Location = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$")]


class Asking(Schema):
    revision: int = -1
    holder: str = Field(min_length=1, max_length=200)
    version: str = Field("", max_length=40)


@router.get("/probes/{location}/work", include_in_schema=False)
def take_work(request: HttpRequest, location: Location, asked: Query[Asking]) -> HttpResponse:
    """Give a location what it has to check; nothing where the revision is the one it has."""
    now = clock.now()
    _hold(location, asked.holder, asked.version)
    revision = queries.revision()
    found = Work(revision=revision, now=ms(now), tasks=_tasks(location, asked.revision, revision))
    return HttpResponse(
        msgspec.json.encode(found),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _tasks(location: str, known: int, revision: int) -> list[Any]:
    return [] if known == revision else queries.tasks(location)


@router.post("/probes/{location}/results", include_in_schema=False)
def report(request: HttpRequest, location: Location) -> dict[str, int]:
    """Take what a location found; on answering it is on disk."""
    now = clock.now()
    told = _delivery(request)
    _hold(location, told.holder, told.version[:40])
    earliest, latest = ms(now - _BEHIND), ms(now + _AHEAD)
    fine = [one for one in told.reports if earliest <= one.due <= latest and _is_sound(one)]
    skips = [one for one in told.skips if one.first <= one.last <= latest and one.count > 0]
    try:
        taken = actions.deliver(
            location=location, holder=told.holder, reports=fine, skips=skips, now=now
        )
    except actions.TakenOver as error:
        raise Refusal(409, _TAKEN) from error
    except (signals.SpoolFull, signals.StoreBusy, signals.DiskFull) as error:
        raise Refusal(503, "nothing was taken; send it again later") from error
    return {"taken": taken, "left_out": len(told.reports) - len(fine)}


def _delivery(request: HttpRequest) -> Delivery:
    if int(request.headers.get("Content-Length") or 0) > _LARGEST:
        raise Refusal(413, "the delivery is too large; send it in parts")
    try:
        return _decoder.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(422, f"the delivery is not understood: {error}") from error


def _hold(location: str, holder: str, version: str) -> None:
    """Keep the location's lease for this process. Another one with the same key is turned away."""
    now = clock.now()
    if not actions.take_lease(location=location, holder=holder, now=now):
        raise Refusal(409, _TAKEN)
    actions.seen_agent(location=location, version=version, now=now)


def _is_sound(one: Report) -> bool:
    """Return whether a report can be true: it began about when it was due, and ended."""
    late = one.began // 1000 - one.due
    hour = 3_600_000
    values: Sequence[int] = (one.took, *one.phases.values())
    return (
        -hour <= late <= hour
        and all(0 <= value <= hour * 1000 for value in values)
        and len(one.phases) <= _MOST_PHASES
        and all(name.isidentifier() and len(name) <= 40 for name in one.phases)  # noqa: PLR2004
    )
