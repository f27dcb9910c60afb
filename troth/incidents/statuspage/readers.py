"""Subscribers as Statuspage's management API has them: of the page, and of one incident.

Their id is ours. A mail address is asked whether it was meant, whatever the request says; addresses
are whole for tokens that may write, and shown in part to others.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest

from troth.components import queries as components
from troth.core import clock
from troth.core.refusals import Refusal
from troth.incidents import queries as incidents
from troth.incidents.statuspage.asked import Asked, body_of, part
from troth.incidents.statuspage.doors import Answer, Token
from troth.incidents.statuspage.shapes import Json, instant
from troth.notify import consenting
from troth.notify.actions import leaving, subscribing
from troth.notify.actions.asking import ask
from troth.notify.catalogue import SettingsError
from troth.notify.queries import counted, listing, readers
from troth.notify.queries.readers import Sieve
from troth.notify.rules import families
from troth.notify.rules.wishes import Wish, WishError
from troth.people import queries as people
from troth.staff import rules

Row = Any  # a notify.Subscription: another package's model
_STATES: Final = {"active": "active", "unconfirmed": "asked", "quarantined": "quarantined",
                  "unsubscribed": "ended", "all": ""}  # fmt: skip
_CHANNELS: Final = {"email": "email", "sms": "sms", "webhook": "webhook", "": ""}
_MODES: Final = ("email", "sms", "webhook", "slack", "teams", "integration_partner")
_MOST: Final = 100
_MOST_PAGES: Final = 10_000
_EVENTS: Final = families.bits(["incidents", "maintenance"])
_OF_PROGRAMS: Final = families.bits(["components"])  # Statuspage's webhooks tell of each part, too


def listed(request: HttpRequest, token: Token, page: str, uid: str = "") -> Answer:  # noqa: ARG001
    """List subscribers, the newest first, in pages of at most 100."""
    sieve = _sieve(request, uid)
    limit = min(_number(request, "limit", _MOST) or _MOST, _MOST)
    start = (max(_number(request, "page", 1), 1) - 1) * limit
    return 200, _shown(listing.numbered(sieve, start=start, limit=limit), token)


def unsubscribed(request: HttpRequest, token: Token, page: str) -> Answer:  # noqa: ARG001
    rows = listing.numbered(Sieve(state="ended"), start=0, limit=_MOST)
    return 200, _shown(rows, token)


def _sieve(request: HttpRequest, incident: str) -> Sieve:
    state, mode = request.GET.get("state", "active"), request.GET.get("type", "")
    if state not in _STATES:
        raise Refusal(422, f"state is one of {', '.join(_STATES)}", field="state")
    if mode not in _MODES and mode:
        raise Refusal(422, f"type is one of {', '.join(_MODES)}", field="type")
    key = f"incident:{incident}" if incident else ""
    return Sieve(state=_STATES[state], channel=_CHANNELS.get(mode, mode), key=key)


def _number(request: HttpRequest, name: str, usual: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return usual
    if not text.isdecimal() or len(text) > 6:  # noqa: PLR2004 - no list is that long
        raise Refusal(422, f"{name} is a whole number", field=name)
    return min(int(text), _MOST_PAGES)


def counts(request: HttpRequest, token: Token, page: str) -> Answer:  # noqa: ARG001
    """Count active subscribers by what they are reached by."""
    found = counted.readers().counts
    return 200, {mode: found.get((mode, "active"), 0) for mode in _MODES}


def by_state(request: HttpRequest, token: Token, page: str) -> Answer:  # noqa: ARG001
    found = counted.readers().counts
    told = {}
    for mode in _MODES:
        states = {name: found.get((mode, state), 0) for name, state in _STATES.items()
                  if name in {"active", "unconfirmed", "quarantined"}}  # fmt: skip
        told[mode] = {**states, "total": sum(states.values())}
    return 200, told


def one(request: HttpRequest, token: Token, page: str, one: str, uid: str = "") -> Answer:  # noqa: ARG001
    return 200, _shown([_found(one, uid)], token)[0]


def subscribe(request: HttpRequest, token: Token, page: str, uid: str = "") -> Answer:  # noqa: ARG001
    """Subscribe an address: to the page, to components, or to one incident."""
    asked = part(request, "subscriber")
    channel, address = _reached(asked)
    skips = asked.flag("skip_confirmation_notification", default=False) and channel != "email"
    usual = Wish(
        events=_EVENTS | (_OF_PROGRAMS if channel == "webhook" else 0),
        keys=_keys(asked, uid), language=settings.TROTH.languages[0],
        zone=settings.TROTH.time_zone,
    )  # fmt: skip
    try:
        row = subscribing.subscribe(
            channel=channel, address=address, wish=usual, source=_source(token),
            now=clock.now(), is_confirmed=skips,
            owner=asked.text("email") or "",
        )  # fmt: skip
    except SettingsError as error:
        raise Refusal(422, f"{channel}: {error.message}", field=f"subscriber.{channel}") from None
    except WishError as error:
        raise Refusal(422, str(error)) from None
    return 201, _shown([_found(row.uid, uid)], token)[0]


def _reached(asked: Asked) -> tuple[str, str]:
    if hook := asked.text("endpoint"):
        return "webhook", hook  # a mail address beside it is told when it fails
    if mail := asked.text("email"):
        return "email", mail
    if phone := asked.text("phone_number"):
        from troth.notify.incoming.shapes import with_country

        try:
            return "sms", with_country(phone, asked.text("phone_country") or "")
        except ValueError as error:
            raise Refusal(422, str(error), field="subscriber.phone_country") from None
    raise Refusal(422, "give email, phone_number or endpoint", field="subscriber")


def _keys(asked: Asked, incident: str) -> tuple[str, ...]:
    if incident:
        if incidents.incident(incident, audience=incidents.STAFF) is None:
            raise Refusal(404, f"there is no incident {incident}")
        return (f"incident:{incident}",)
    return _parts(asked.values.get("component_ids"))


def _parts(found: object) -> tuple[str, ...]:
    if found is None:
        return ()
    if not isinstance(found, list):
        raise Refusal(422, "component_ids is a list", field="component_ids")
    known = components.page_components(None)
    for uid in found:
        if uid not in known:
            raise Refusal(422, f"there is no component {str(uid)[:40]}", field="component_ids")
    return tuple(f"component:{uid}" for uid in found)


def change(request: HttpRequest, token: Token, page: str, one: str) -> Answer:  # noqa: ARG001
    """Give a subscriber other components; an empty list is all of them."""
    row = _found(one, "")
    wish = replace(readers.wish_of(row), keys=_parts(body_of(request).get("component_ids") or []))
    try:
        subscribing.change(subscription=row, wish=wish, source=_source(token), now=clock.now())
    except subscribing.EndedError:
        raise Refusal(409, "it is not confirmed yet, or has ended") from None
    return 200, _shown([_found(one, "")], token)[0]


def end(request: HttpRequest, token: Token, page: str, one: str, uid: str = "") -> Answer:  # noqa: ARG001
    row = _found(one, uid)
    leaving.leave(subscription=row, source=_source(token), now=clock.now())
    return 200, _shown([_found(one, uid)], token)[0]


def ask_again(request: HttpRequest, token: Token, page: str, one: str, uid: str = "") -> Answer:  # noqa: ARG001
    """Ask an address once more whether it was meant; at most once an hour."""
    _ask(_found(one, uid))
    return 201, {}


def _ask(row: Row) -> None:
    if row.state == "asked":
        ask(subscription=row, language=readers.wish_of(row).language, now=clock.now())


def _many(act: Callable[[Row, Token], None], request: HttpRequest, token: Token,
          page: str) -> Answer:  # noqa: ARG001  # fmt: skip
    """Do the same to the subscribers that are named; "all" is not understood."""
    named = body_of(request).get("subscribers")
    if not isinstance(named, list) or len(named) > _MOST:
        raise Refusal(422, f"subscribers is a list of at most {_MOST} ids", field="subscribers")
    for row in [_found(str(one), "") for one in named]:
        act(row, token)
    return 200, {}


def _end(row: Row, token: Token) -> None:
    leaving.leave(subscription=row, source=_source(token), now=clock.now())


end_many = partial(_many, _end)
ask_many = partial(_many, lambda row, _token: _ask(row))


def _found(uid: str, incident: str) -> Row:
    row = readers.of_uid(uid)
    if row is None or row.is_ours:
        raise Refusal(404, f"there is no subscriber {uid[:40]}")
    if incident and f"incident:{incident}" not in readers.keys_of(row):
        raise Refusal(404, f"{uid} does not follow this incident")
    return row


def _source(token: Token) -> subscribing.Source:
    proof = consenting.proof(
        language="", ip="", now=clock.now(), statement_shown=False, stated="by Statuspage's API"
    )
    return subscribing.Source(how="api", proof=proof, by=str(token))


def _shown(rows: list[Row], token: Token) -> list[Json]:
    whole = people.addresses([row.contact_id for row in rows]) if token.may(rules.WRITE) else {}
    keys = readers.keys_of_many(rows)
    return [_one(row, whole.get(row.contact_id, row.contact.shown), keys[row.pk]) for row in rows]


def _one(row: Row, address: str, keys: tuple[str, ...]) -> Json:
    channel = row.contact.channel
    inside = [key.partition(":")[2] for key in keys if key.startswith("component:")]
    return {
        "id": row.uid, "mode": channel,
        "email": address if channel == "email" else None,
        "endpoint": address if channel == "webhook" else None,
        "phone_number": address if channel == "sms" else None, "phone_country": None,
        "display_phone_number": address if channel == "sms" else None,
        "obfuscated_channel_name": row.contact.shown, "workspace_name": None,
        "skip_confirmation_notification": False, "page_access_user_id": None,
        "components": inside, "created_at": instant(row.asked_at),
        "quarantined_at": instant(row.quarantined_at), "purge_at": instant(row.ended_at),
    }  # fmt: skip
