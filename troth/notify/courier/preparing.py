"""From claimed rows to messages that are ready: who may get them now, and in which words.

Everything here runs in the thread that holds the database.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from troth.core.steps import reached
from troth.notify import letters, links, webhook_keys
from troth.notify.actions import claiming, joining, troubles
from troth.notify.carriers.limits import unloadable
from troth.notify.channel import Letter, Shape, Target
from troth.notify.courier.parcel import Outlet, Parcel
from troth.notify.courier.words import Voice
from troth.notify.queries import loading
from troth.notify.queries.loading import Claimed
from troth.notify.rules import admission, quiet
from troth.notify.rules.events import TO_ONE
from troth.notify.rules.joining import Waiting, joined
from troth.people import queries as people

log = logging.getLogger(__name__)
_UNREADABLE: Final = timedelta(hours=1)  # until an address that cannot be opened is tried again
_UNLOADABLE: Final = timedelta(minutes=1)  # until a library that is missing is tried again


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of the readers of some messages at this moment."""

    allowed: Mapping[str, set[int]]  # by purpose
    now: datetime


def prepare(
    *, ids: Sequence[int], outlet: Outlet, courier: str, voice: Voice, now: datetime
) -> list[Parcel]:
    """Return what may go now; the rest of `ids` is withheld, or queued for later."""
    rows = _reachable(loading.claimed(ids, now=now), courier, now)
    facts = _facts(rows, now)
    rows = _admitted(rows, outlet, facts, courier)
    others = _joined(rows, outlet, facts)
    parcels, held = [], dict[int, str]()
    for row in rows:
        try:
            parcels.append(_parcel(row, others.get(row.id, ()), outlet, facts, voice))
        except ImportError as error:
            held[row.id] = unloadable(error)
        except Exception as error:  # one that cannot be made stops no other
            log.exception("a message could not be made", extra={"delivery": row.id})
            why = {row.id: f"it could not be made: {type(error).__name__}: {error}"}
            claiming.refuse(why=why, courier=courier, now=now)
    if held:
        _hold(held, outlet, courier, now)
    reached("notify.rendered")
    return parcels


def _hold(held: Mapping[int, str], outlet: Outlet, courier: str, now: datetime) -> None:
    """Let messages wait for a library that is not here, and say so."""
    said, lane = next(iter(held.values())), outlet.lane
    log.error("messages wait", extra={"many": len(held), "said": said})
    claiming.put_off(until=dict.fromkeys(held, now + _UNLOADABLE), courier=courier, said=said)
    troubles.note_trouble(channel=lane.channel, pk=lane.outlet, said=said, now=now)


def _facts(rows: Sequence[Claimed], now: datetime) -> Facts:
    readers: dict[str, set[int]] = {}
    for row in rows:
        readers.setdefault(row.told.purpose, set()).add(row.reader)
    allowed = {purpose: people.allowed(ids, purpose) for purpose, ids in readers.items()}
    return Facts(allowed, now)


def _reachable(rows: Sequence[Claimed], courier: str, now: datetime) -> list[Claimed]:
    """Open the addresses; one that was sealed with another key waits and stops no other."""
    found, later = [], {}
    for row in rows:
        try:
            if row.sealed_address:
                row.address = people.opened(row.contact, row.sealed_address)
        except ValueError:
            later[row.id] = now + _UNREADABLE
        else:
            found.append(row)
    if later:
        log.error("addresses cannot be opened: see TROTH_INBOX_KEY", extra={"many": len(later)})
        claiming.put_off(until=later, courier=courier)
    return found


def _admitted(rows: Sequence[Claimed], outlet: Outlet, facts: Facts, courier: str) -> list[Claimed]:
    why: dict[int, str] = {}
    later: dict[int, datetime] = {}
    found = []
    for row in rows:
        if reason := _reason(row, outlet, facts):
            why[row.id] = reason
        elif until := _quiet(row, facts.now):
            later[row.id] = until
        else:
            found.append(row)
    claiming.withhold(why=why, courier=courier, now=facts.now)
    claiming.put_off(until=later, courier=courier)
    return found


def _reason(row: Claimed, outlet: Outlet, facts: Facts) -> str:
    if not outlet.is_ready:
        return f"no outlet of the channel {outlet.channel.label} is set up"
    return admission.reason_against(
        event=row.told.event,
        state=row.state,
        is_known=outlet.channel.address is None or bool(row.address),
        is_suppressed=row.is_suppressed,
        is_barred=row.is_barred,
        is_allowed=row.is_ours or row.reader in facts.allowed[row.told.purpose],
    )


def _quiet(row: Claimed, now: datetime) -> datetime | None:
    if row.told.is_urgent or row.quiet_from is None:
        return None
    return quiet.quiet_until(now, zone=row.zone, begin=row.quiet_from, end=row.quiet_until)


def _joined(rows: Sequence[Claimed], outlet: Outlet, facts: Facts) -> dict[int, list[Claimed]]:
    """Return what each message tells besides its own story, from now on or since an earlier try."""
    if outlet.channel.shape is Shape.HOOK:
        return {}
    found = loading.joined_to([row.id for row in rows], now=facts.now)
    waiting = loading.in_line([row.reader for row in rows if not row.tries], now=facts.now)
    for row in rows:
        line = waiting.get(row.reader, ())
        if not line:
            continue
        for other in line:
            other.address = row.address
        one = Waiting(row.id, row.priority, row.tries)
        ids = joined(one, [Waiting(o.id, o.priority, o.tries) for o in line])
        new = [o for o in line if o.id in ids and not _reason(o, outlet, _with(facts, o))]
        if new:
            joining.join(ids=[o.id for o in new], to=row.id, now=facts.now)
            found[row.id] = [*found.get(row.id, ()), *new]
    return found


def _with(facts: Facts, row: Claimed) -> Facts:
    purpose = row.told.purpose
    if purpose in facts.allowed:
        return facts
    return Facts({purpose: people.allowed([row.reader], purpose)}, facts.now)


def _parcel(
    row: Claimed, others: Sequence[Claimed], outlet: Outlet, facts: Facts, voice: Voice
) -> Parcel:
    zone = "" if row.is_ours else row.zone  # what we post ourselves is by our own clock
    tellings = [row.told, *(one.told for one in others)]
    story, words = voice.said(tellings, outlet, row.language, zone=zone)
    manage = "" if row.told.event in TO_ONE else links.manage_url(row.uid)
    end = f"{manage}end" if manage else ""
    letter = Letter(
        id=letters.letter_id(row.id),
        words=words if outlet.channel.shape is Shape.MAIL else voice.personal(words, manage, end),
        story=story,
        language=row.language,
        manage_url=manage,
        end_url=end,
    )
    target = Target(
        address=row.address,
        settings=outlet.settings,
        secret=_secret(row, outlet, facts.now),
        sender=outlet.sender,
    )
    return Parcel(
        id=row.id,
        subscription=row.subscription,
        priority=row.priority,
        tries=row.tries + 1,
        first_left_at=row.first_left_at,
        handed=outlet.channel.hand(letter, target),
        failures=row.failures,
        is_endpoint=outlet.channel.shape not in (Shape.MAIL, Shape.SMS, Shape.SPOKEN),
    )


def _secret(row: Claimed, outlet: Outlet, now: datetime) -> str:
    """Return the keys that sign what a program gets, the newest first."""
    if outlet.channel.shape is not Shape.HOOK:
        return ""
    return " ".join(webhook_keys.keys(row.uid, row.sealed, now=now))
