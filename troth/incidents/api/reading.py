"""What was published, and what waits to be. Every list is paginated and filtered."""

from typing import Any

from django.http import HttpRequest
from ninja import Query

from troth.core.moments import Instant
from troth.core.paging import Paged
from troth.core.shapes import Listed
from troth.incidents import queries
from troth.incidents.api import found, schemas
from troth.incidents.api.asked import Filter
from troth.incidents.api.found import READ, Uid, router
from troth.incidents.rules.documents import written
from troth.incidents.rules.macro import Macro
from troth.incidents.rules.results import IncidentShown


@router.get("/incidents", response=Listed[schemas.IncidentOut], auth=READ)
def list_incidents(request: HttpRequest, asked: Query[Filter]) -> Paged[IncidentShown]:
    """List published incidents, breaches and maintenance, the newest first."""
    return queries.listed(choice=asked.choice(), cursor=asked.cursor, limit=asked.limit)


@router.get("/incidents/months", response=list[schemas.MonthCountOut], auth=READ)
def list_months(request: HttpRequest) -> list[Any]:
    """List the months that have incidents, newest first, in the installation's time zone."""
    return queries.months(audience=queries.STAFF)


@router.get("/incidents/drafts", response=list[schemas.DraftOut], auth=READ)
def list_drafts(request: HttpRequest) -> list[Any]:
    """List what nobody outside sees yet, newest first."""
    return queries.drafts()


@router.get("/incidents/proposals", response=list[schemas.ProposalOut], auth=READ)
def list_proposals(request: HttpRequest) -> list[Any]:
    """List updates that wait for another person's approval, oldest first."""
    return queries.proposals()


@router.get("/incidents/templates", response=list[dict[str, Any]], auth=READ)
def list_templates(request: HttpRequest) -> list[dict[str, Any]]:
    """List the incident templates in use, as documents."""
    return queries.template_documents()


@router.get("/incidents/cadence", response=dict[str, Any], auth=READ)
def show_cadence(request: HttpRequest) -> dict[str, Any]:
    """Show how often we promise to speak, as the document in force."""
    return written(queries.grid())


@router.get("/incidents/{uid}", response=schemas.IncidentOut, auth=READ)
def show_incident(request: HttpRequest, uid: Uid, at: Instant | None = None) -> IncidentShown:
    """Show one published incident; with `at` as it stood then."""
    shown = queries.incident(uid, audience=queries.STAFF, at=at)
    if shown is None:
        raise found.missing(uid)
    return shown


@router.get("/incidents/{uid}/macro", response=schemas.MacroOut, auth=READ)
def show_macro(request: HttpRequest, uid: Uid) -> Macro:
    """Show support's ready answer, as text and HTML, with the revision of the page."""
    shown = queries.macro(uid, audience=queries.STAFF)
    if shown is None:
        raise found.missing(uid)
    return shown
