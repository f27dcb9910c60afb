"""Subscribers one by one."""

from typing import Annotated, Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from ninja import Path, Query, Router, Status

from troth.core import clock
from troth.core.paging import CursorError, read, written
from troth.core.refusals import Refusal
from troth.notify import catalogue, topics
from troth.notify.actions.leaving import leave
from troth.notify.actions.subscribing import EndedError, Source, change, go_on, pause, subscribe
from troth.notify.api import schemas
from troth.notify.consenting import proof
from troth.notify.models import Subscription
from troth.notify.queries import counted, listing
from troth.notify.queries import readers as queries
from troth.notify.rules import families
from troth.notify.rules.wishes import Wish, WishError
from troth.people import queries as people
from troth.people.keyed import address_digest
from troth.staff.access import ApiKey
from troth.staff.actions import note

READ, WRITE = ApiKey("read"), ApiKey("write")
router = Router()
_NOBODY = -1  # no contact
Uid = Annotated[str, Path(pattern=r"^sub_[0-9a-z]{26}$")]


@router.get("/subscribers", response=schemas.SubscribersOut, auth=READ)
def listed(request: HttpRequest, asked: Query[schemas.Filter]) -> dict[str, Any]:
    """List subscribers, the newest first. A part may hold few: go on while there is a `next`."""
    before = before_cursor(asked.cursor)
    part = listing.part(asked.sieve(_contact(asked)), before=before, limit=asked.limit)
    keys = queries.keys_of_many(part.rows)
    items = [schemas.shown(row, keys[row.pk]) for row in part.rows]
    return {"items": items, "next": None if part.place is None else written((part.place,))}


def before_cursor(cursor: str | None) -> int | None:
    if not cursor:
        return None
    (key,) = read(cursor, length=1)
    if not isinstance(key, int) or isinstance(key, bool):
        raise CursorError
    return min(max(key, 0), 2**63 - 1)


def _contact(asked: schemas.Filter) -> int | None:
    """Return whose the address asked for is. Refuses with 422."""
    if not asked.address:
        return None
    if not asked.channel:
        raise Refusal(422, "name the channel of the address, too", field="channel")
    try:
        address = catalogue.address(asked.channel, asked.address)
    except catalogue.SettingsError as error:
        raise Refusal(422, str(error), field=error.field) from None
    contact = people.by_digest(asked.channel, address_digest(asked.channel, address))
    return contact.pk if contact else _NOBODY


@router.get("/subscribers/counts", response=list[schemas.CountOut], auth=READ)
def counts(request: HttpRequest) -> list[dict[str, Any]]:
    """Count subscribers by channel and state.

    More than 10,000 are counted every minute or so: `counted_at` is when; null is just now.
    """
    found = counted.readers()
    return [
        {"channel": channel, "state": state, "subscribers": n, "counted_at": found.at}
        for (channel, state), n in sorted(found.counts.items())
    ]


@router.get("/subscribers/topics", response=list[schemas.TopicOut], auth=READ)
def followed(
    request: HttpRequest, page: Annotated[str, Query(pattern=schemas.SLUG)] = ""
) -> list[topics.Topic]:
    """List the parts of a public page that can be subscribed to, with their keys."""
    if page not in topics.places():
        return []
    return topics.of(page, settings.TROTH.languages[0])


@router.get("/subscribers/{uid}", response=schemas.SubscriberOut, auth=READ)
def one(request: HttpRequest, uid: Uid) -> dict[str, Any]:
    """Give one subscriber."""
    row = _found(uid)
    return schemas.shown(row, queries.keys_of(row))


def _found(uid: str) -> Subscription:
    row = queries.of_uid(uid)
    if row is None or row.is_ours:
        raise Refusal(404, "there is no such subscriber")
    return row


@router.post("/subscribers", response={201: schemas.SubscriberOut}, auth=WRITE)
def create(request: HttpRequest, payload: schemas.SubscriberIn) -> Status[dict[str, Any]]:
    """Subscribe somebody. Without a proof of consent the address is asked first."""
    place = topics.places().get(payload.page)
    if place is None:
        raise Refusal(422, "there is no such page", field="page")
    usual = Wish(
        events=families.bits(["incidents", "maintenance"]), page=place.slug,
        audience=place.audience, language=settings.TROTH.languages[0],
        zone=settings.TROTH.time_zone,
    )  # fmt: skip
    try:
        row = subscribe(
            channel=payload.channel, address=payload.address, wish=payload.applied(usual),
            source=_source(request, payload.proof), now=clock.now(),
            is_confirmed=bool(payload.proof), owner=payload.owner,
        )  # fmt: skip
    except catalogue.SettingsError as error:
        raise Refusal(422, error.message, field=error.field) from None
    except WishError as error:
        raise _wrong(error) from None
    return Status(201, one(request, row.uid))


def _source(request: HttpRequest, stated: str = "") -> Source:
    by = str(request.auth)  # type: ignore[attr-defined]
    more = {"stated": stated} if stated else {}
    found = proof(language="", ip="", now=clock.now(), statement_shown=False, **more)
    return Source(how="api", proof=found, by=by)


def _wrong(error: WishError) -> Refusal:
    field, message = next(iter(error.problems.items()))
    return Refusal(422, message, field=field)


@router.patch("/subscribers/{uid}", response=schemas.SubscriberOut, auth=WRITE)
def alter(request: HttpRequest, uid: Uid, payload: schemas.WishIn) -> dict[str, Any]:
    """Change what a subscriber wants."""
    row = _found(uid)
    wish = payload.applied(queries.wish_of(row))
    try:
        change(subscription=row, wish=wish, source=_source(request), now=clock.now())
    except EndedError:
        raise Refusal(409, "it is not confirmed yet, or has ended") from None
    except WishError as error:
        raise _wrong(error) from None
    return one(request, uid)


@router.post("/subscribers/{uid}/pause", response=schemas.SubscriberOut, auth=WRITE)
def hold(request: HttpRequest, uid: Uid, payload: schemas.PauseIn) -> dict[str, Any]:
    """Tell a subscriber nothing for a time."""
    now = clock.now()
    if payload.until is not None and payload.until.tzinfo is None:
        raise Refusal(422, "names no offset from UTC", field="until")
    if payload.until is not None and payload.until <= now:
        raise Refusal(422, "lies in the past", field="until")
    if not pause(subscription=_found(uid), until=payload.until, now=now):
        raise Refusal(409, "only an active subscription can be paused")
    return one(request, uid)


@router.post("/subscribers/{uid}/resumption", response=schemas.SubscriberOut, auth=WRITE)
def resume(request: HttpRequest, uid: Uid) -> dict[str, Any]:
    """End a pause."""
    if not go_on(subscription=_found(uid)):
        raise Refusal(409, "there is no pause to end")
    return one(request, uid)


@router.delete("/subscribers/{uid}", response=schemas.SubscriberOut, auth=WRITE)
@transaction.atomic
def end(request: HttpRequest, uid: Uid) -> dict[str, Any]:
    """End a subscription and withdraw the consent. A second time changes nothing."""
    row, now = _found(uid), clock.now()
    if leave(subscription=row, source=_source(request), now=now):
        note(actor=request.auth, verb="ended", thing="subscription", thing_id=uid, now=now)  # type: ignore[attr-defined]
    return one(request, uid)
