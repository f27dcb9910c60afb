"""Subscribers in many: import with proofs, export with everything."""

from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from ninja import Query, Router

from troth.core import clock
from troth.core.refusals import Refusal
from troth.notify import outgoing, topics
from troth.notify.actions.importing import Origin, Report, import_subscribers
from troth.notify.api import schemas
from troth.notify.incoming.reading import of_rows
from troth.notify.incoming.shapes import Usual
from troth.notify.queries.readers import Sieve
from troth.notify.rules import families
from troth.staff.access import ApiKey
from troth.staff.actions import note

router = Router()
Channel = Annotated[str, Query(pattern=schemas.CHANNEL)]
_WRITE = ApiKey("write")  # whoever reads addresses in clear could write to them


@router.post("/subscribers/import", response=schemas.BroughtOut, auth=_WRITE)
def bring(request: HttpRequest, payload: schemas.ImportIn) -> dict[str, Any]:
    """Bring up to 1,000 subscribers, in the shapes that `troth import subscribers` knows."""
    if payload.page not in topics.places():
        raise Refusal(422, "there is no such page", field="page")
    try:
        events = families.bits(payload.events)
    except ValueError as error:
        raise Refusal(422, str(error), field="events") from None
    usual = Usual(
        events=events, language=settings.TROTH.languages[0], zone=settings.TROTH.time_zone,
        page=payload.page,
    )  # fmt: skip
    by = str(request.auth)  # type: ignore[attr-defined]
    report = import_subscribers(
        lines=of_rows(payload.subscribers, usual=usual),
        origin=Origin(name="api", by=by, stated=payload.proof),
        now=clock.now(),
        dry_run=payload.dry_run,
    )
    return told(report)


def told(report: Report) -> dict[str, Any]:
    """Return a report as JSON has it."""
    names = ("brought", "asked", "known", "left", "ended", "refused")
    lines = [{"line": number, "reason": reason} for number, reason in report.refused]
    stopped = {"line": report.stopped[0], "reason": report.stopped[1]} if report.stopped else None
    counts = {name: report.counts[name] for name in names}
    return {**counts, "lines": lines, "stopped": stopped}


@router.get("/subscribers/export", auth=_WRITE)
def export(
    request: HttpRequest,
    form: Literal["jsonl", "csv"] = "jsonl",
    channel: str = "",
    state: str = "",
) -> StreamingHttpResponse:
    """Give every subscriber with address and proof of consent, as a file to be kept safe."""
    found = outgoing.documents(Sieve(channel=channel, state=state or ""))
    body = outgoing.as_csv(found) if form == "csv" else outgoing.as_lines(found)
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson"
    note(actor=request.auth, verb="exported", thing="subscribers", now=clock.now())  # type: ignore[attr-defined]
    response = StreamingHttpResponse(body, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="subscribers.{form}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
