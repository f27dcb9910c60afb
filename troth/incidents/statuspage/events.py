"""Incidents and their updates: read, opened, gone on with, resolved, set right."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest

from troth.components import queries as components
from troth.components.rules.results import Status
from troth.core import clock
from troth.core.refusals import Refusal
from troth.incidents import actions, queries
from troth.incidents.actions import History, Message, Opening, Planning
from troth.incidents.models import Incident, Maintenance
from troth.incidents.queries.choosing import STAFF, Choice, chosen
from troth.incidents.queries.showing import shown
from troth.incidents.rules import states
from troth.incidents.rules.results import Impact, IncidentShown, Kind, State
from troth.incidents.statuspage import parts, shapes
from troth.incidents.statuspage.asked import Asked, part
from troth.incidents.statuspage.doors import Answer, Token, done

_MOST = 100
_UNKNOWN = "The program that resolved this said nothing about lost data."
_KINDS = {"unresolved": Choice(audience=STAFF, is_open=True, kinds=(Kind.INCIDENT, Kind.BREACH)),
          "scheduled": Choice(audience=STAFF, kinds=(Kind.MAINTENANCE,)),
          "upcoming": Choice(audience=STAFF, states=(State.SCHEDULED,)),
          "active_maintenance": Choice(audience=STAFF,
                                       states=(State.IN_PROGRESS, State.VERIFYING))}  # fmt: skip


def listed(request: HttpRequest, token: Token, page: str, which: str = "") -> Answer:  # noqa: ARG001
    """List incidents, the newest first; `limit` up to 100, `page` from 1, `q` for words in them."""
    limit = min(_number(request, "limit", request.GET.get("per_page", "100")), _MOST)
    text = request.GET.get("q", "")[:200]
    choice = _KINDS.get(which) or Choice(audience=STAFF, text=text)
    number = _number(request, "page", "1")
    rows = chosen(choice)[(number - 1) * limit : number * limit]
    return 200, _shapes(shown(rows), page)


def _number(request: HttpRequest, name: str, default: str) -> int:
    text = request.GET.get(name) or default
    if not text.isdigit() or not 1 <= int(text) <= 1_000_000:  # noqa: PLR2004
        raise Refusal(422, f"{name} is a whole number from 1 on", field=name)
    return int(text)


def one(request: HttpRequest, token: Token, page: str, uid: str) -> Answer:  # noqa: ARG001
    return 200, _shape(_found(uid), page)


def _found(uid: str) -> IncidentShown:
    found = queries.incident(uid, audience=STAFF)
    if found is None:
        raise Refusal(404, f"there is no incident {uid}")
    return found


def _shape(one: IncidentShown, page: str) -> shapes.Json:
    return _shapes([one], page)[0]


def _shapes(rows: Sequence[IncidentShown], page: str) -> list[shapes.Json]:
    uids = [one.uid for one in rows]
    planned = Maintenance.objects.filter(incident__uid__in=uids)
    clocks = {uid: (begins, ends) for uid, begins, ends in
              planned.values_list("incident__uid", "auto_start", "auto_complete")}  # fmt: skip
    address = str(settings.TROTH.base_url).rstrip("/")
    overrides = dict(Incident.objects.filter(uid__in=uids).values_list("uid", "impact_said"))
    around = shapes.Around(page, address, parts.shown(page), clocks, overrides)
    return [shapes.incident(one, around) for one in rows]


def open_(request: HttpRequest, token: Token, page: str) -> Answer:
    """Open an incident for everybody, plan a maintenance, or tell one that is over (backfilled).

    Asks no more than Statuspage does. What we ask for beside is filled with what was sent.
    """
    asked = part(request, "incident")
    if not (asked.text("name") or "").strip():
        raise asked.wrong("name", "is missing")
    uid = done(lambda: _opened(asked, token, request.headers.get("Idempotency-Key", "")))
    return 201, _shape(_found(uid), page)


def _opened(asked: Asked, token: Token, once: str) -> str:
    if asked.flag("backfilled", default=False):
        return _backfilled(asked, token)
    if asked.has("scheduled_for"):
        return _planned(asked, token, once)
    opening = Opening(name=str(asked.text("name")), message=_message(asked, None), two_person=False)
    return actions.open_(opening=opening, publish=True, by=token, now=clock.now(), token=once).uid


def _message(asked: Asked, before: IncidentShown | None) -> Message:
    """Return what is said; facts that nobody gave are what the message itself says of them."""
    name = asked.text("name") or (before.name if before else "")
    impacts = asked.impacts() | _named_alone(asked, before)
    state = asked.state()
    body = asked.text("body") or ("" if before is None else f"Status: {state or before.state}.")
    facts = {"problem": name, "affects": _affects(impacts), "workaround": "None known."}
    if before is not None:
        facts = {field: text for field, text in facts.items() if not getattr(before, field)}
    if state in states.OVER:
        facts |= {"recovery": body, "data_loss": _UNKNOWN}
    return Message(
        body=body or name, state=state, impacts=impacts, impact=asked.impact(), name=name,
        notify=asked.flag("deliver_notifications", default=True),
        **facts,  # type: ignore[arg-type] # texts only
    )  # fmt: skip


def _named_alone(asked: Asked, before: IncidentShown | None) -> dict[str, Status]:
    """Return components that are named without a status: each keeps the one that it has."""
    said = set(asked.impacts()) | set(before.components if before else ())
    named = _listed_parts(asked, Status.OPERATIONAL).keys() - said
    if not named:
        return {}
    board = components.board(at=clock.now(), days=1)
    now = {one.uid: Status(shapes.status_word(one)) for one in board.components}
    return {uid: now.get(uid, Status.OPERATIONAL) for uid in sorted(named)}


def _affects(impacts: Mapping[str, Status]) -> str:
    known = components.names()
    named = ", ".join(known[uid] for uid in impacts if uid in known)
    return f"Everyone who uses {named}." if named else "Everyone who uses what this names."


def _planned(asked: Asked, token: Token, once: str) -> str:
    starts, ends = asked.instant("scheduled_for"), asked.instant("scheduled_until")
    if starts is None:
        raise asked.wrong("scheduled_for", "is missing")
    impacts = asked.impacts() or _listed_parts(asked, Status.MAINTENANCE)
    planning = Planning(
        name=str(asked.text("name")), body=asked.text("body") or str(asked.text("name")),
        scheduled_for=starts, scheduled_until=ends or starts + timedelta(hours=1),
        affects=_affects(impacts), components=impacts,
        auto_start=asked.flag("scheduled_auto_in_progress", default=False),
        auto_complete=asked.flag("scheduled_auto_completed", default=False),
        notify=asked.flag("deliver_notifications", default=True),
    )  # fmt: skip
    return actions.schedule(planning=planning, by=token, now=clock.now(), token=once).uid


def _listed_parts(asked: Asked, status: Status) -> dict[str, Status]:
    found = asked.values.get("component_ids")
    return {str(uid): status for uid in found} if isinstance(found, list) else {}


def _backfilled(asked: Asked, token: Token) -> str:
    now = clock.now()
    at = asked.instant("backfill_date") or now
    message = Message(body=asked.text("body") or "", state=State.RESOLVED, at=min(at, now),
                      impacts=asked.impacts())  # fmt: skip
    history = History(name=str(asked.text("name")), messages=(message,), started_at=min(at, now),
                      impact=asked.impact() or Impact.NONE, created_at=now)  # fmt: skip
    row, _ = actions.record(history=history, by=token, now=now)
    return row.uid


def go_on(request: HttpRequest, token: Token, page: str, uid: str) -> Answer:
    """Say something more, or correct the name; what is over and is open again is reopened."""
    asked = part(request, "incident")
    before = _found(uid)
    says = {"body", "status", "components", "impact_override"} & set(asked.values)
    if says:
        done(lambda: _said(asked, before, token, request.headers.get("Idempotency-Key", "")))
    elif asked.text("name"):
        name = str(asked.text("name"))
        done(lambda: actions.set_right(uid=uid, name=name, by=token, now=clock.now()))
    return 200, _shape(_found(uid), page)


def _said(asked: Asked, before: IncidentShown, token: Token, once: str) -> None:
    message = _message(asked, before)
    if before.kind is Kind.MAINTENANCE and message.state not in {None, before.state}:
        actions.go_on(uid=before.uid, state=message.state, body=asked.text("body") or "",
                      by=token, now=clock.now())  # fmt: skip
        return
    is_over = State(Incident.objects.get(uid=before.uid).state) in states.OVER
    is_again = is_over and message.state in states.REOPENED
    do = actions.reopen if is_again else actions.update
    do(uid=before.uid, message=message, by=token, now=clock.now(), token=once)


def correct(request: HttpRequest, token: Token, page: str, uid: str, update: str) -> Answer:  # noqa: ARG001
    """Change what an update says; what it said before stays public beside it."""
    asked = part(request, "incident_update")
    body = asked.text("body")
    if not body:
        raise asked.wrong("body", "is missing")
    done(lambda: actions.edit_update(update_uid=update, body=body, reason="", by=token,
                                     now=clock.now()))  # fmt: skip
    whole = _found(uid)
    said = next((one for one in whole.updates if one.uid == update), None)
    if said is None:
        raise Refusal(404, f"there is no update {update} of this incident")
    return 200, shapes.update(said, whole)


def keep(request: HttpRequest, token: Token, page: str, uid: str) -> Answer:  # noqa: ARG001
    """Refuse to delete: what was public stays."""
    _found(uid)
    raise Refusal(409, "what was public is not deleted: resolve it, or merge it into another one")
