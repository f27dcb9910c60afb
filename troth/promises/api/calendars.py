"""Calendars: business hours and holidays, read, written and removed."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from troth.core import clock
from troth.core.refusals import Refusal
from troth.promises import actions
from troth.promises.api import found
from troth.promises.api.found import Slug
from troth.promises.models import Calendar
from troth.promises.queries import calendars
from troth.staff.access import ApiKey

router = Router()


class HolidayOut(Schema):
    day: date
    name: str


class CalendarOut(Schema):
    """When it is open, and what reads it. `document` is what files would say."""

    slug: str
    title: str
    zone: str
    holidays: list[HolidayOut]
    managed_by: str = Field(description="“files”, or empty: it may be changed here.")
    promises: list[str] = Field(description="Those whose deadlines count in its hours.")
    streams: list[str] = Field(description="What is watched and read with its holidays.")
    document: dict[str, Any]


class CalendarIn(Schema):
    """A document of kind Calendar; its name is the address's."""

    title: str = Field("", max_length=200)
    zone: str = Field(max_length=60)
    weekdays: list[str] = Field(default_factory=lambda: ["mon", "tue", "wed", "thu", "fri"],
                                max_length=7)  # fmt: skip
    hours: str = Field("09:00-17:00", max_length=20)
    holidays: list[str] = Field(
        default_factory=list, max_length=2000,
        description="Days, each with a name if it has one: “2026-12-25 Christmas Day”.",
    )  # fmt: skip


@router.get("/calendars", response=list[CalendarOut], auth=ApiKey("read"))
def list_calendars(request: HttpRequest) -> list[dict[str, Any]]:
    """List the calendars there are, by name."""
    return [_told(row) for row in calendars.every()]


@router.get("/calendars/{slug}", response=CalendarOut, auth=ApiKey("read"))
def show_calendar(request: HttpRequest, slug: Slug) -> dict[str, Any]:
    """Show one calendar."""
    return _told(_row(slug))


@router.put("/calendars/{slug}", response=CalendarOut, auth=ApiKey("write"))
def write_calendar(request: HttpRequest, slug: Slug, wanted: CalendarIn) -> dict[str, Any]:
    """Declare a calendar, or say otherwise what one holds. One that files keep is refused."""
    meta = {"name": slug, **({"displayName": wanted.title} if wanted.title else {})}
    document = {
        "apiVersion": "troth/v1", "kind": "Calendar", "metadata": meta,
        "spec": {"zone": wanted.zone, "weekdays": wanted.weekdays, "hours": wanted.hours,
                 "holidays": wanted.holidays},
    }  # fmt: skip
    author = request.auth  # type: ignore[attr-defined]
    try:
        row = found.understood(
            lambda: actions.write_calendar(document=document, author=author, now=clock.now())
        )
    except actions.CalendarInUseError as error:
        raise Refusal(409, str(error)) from None
    return _told(row)


@router.delete("/calendars/{slug}", response={204: None}, auth=ApiKey("write"))
def remove_calendar(request: HttpRequest, slug: Slug) -> Status[None]:
    """Remove a calendar that nothing reads."""
    _row(slug)
    author = request.auth  # type: ignore[attr-defined]
    try:
        actions.remove_calendar(slug=slug, author=author, now=clock.now())
    except actions.CalendarInUseError as error:
        raise Refusal(409, str(error)) from None
    return Status(204, None)


def _row(slug: str) -> Calendar:
    row = calendars.every().filter(slug=slug).first()
    if row is None:
        raise Refusal(404, f"there is no calendar “{slug}”")
    return row


def _told(row: Calendar) -> dict[str, Any]:
    one, uses = calendars.shown(row), calendars.used_by(row.slug)
    return {
        "slug": one.slug, "title": one.title, "zone": one.hours.zone,
        "holidays": [{"day": day, "name": name} for day, name in one.holidays],
        "managed_by": one.managed_by, "promises": [each.slug for each in uses.promises],
        "streams": [key for key, _ in uses.streams], "document": row.spec,
    }  # fmt: skip
