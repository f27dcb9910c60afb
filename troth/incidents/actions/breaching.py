"""A breach of personal data: the clock from awareness, notices in phases, the register."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from troth.incidents.actions import clocks
from troth.incidents.actions.asked import NotAllowed, Opening, refuse
from troth.incidents.actions.keeping import changed, held
from troth.incidents.actions.speaking import open_
from troth.incidents.models import Breach, BreachNotice, Incident
from troth.incidents.rules import breach, prose, publishing
from troth.incidents.rules.breach import Known
from troth.incidents.rules.publishing import Gap
from troth.incidents.rules.results import Kind
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor, published_name

AUTHORITY, PEOPLE = "authority", "people"
_MOST = 10**12  # people or records


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What is known now; None leaves what was known before."""

    facts: str | None = None
    people: int | None = None
    records: int | None = None
    scope_note: str | None = None
    consequences: str | None = None
    fixes: str | None = None
    prevention: str | None = None
    contact: str | None = None
    hotline: str | None = None
    reset_url: str | None = None


@transaction.atomic
def report_breach(  # noqa: PLR0913 - what, since when we know, who and how, all named
    *, opening: Opening, aware_at: datetime, findings: Findings, by: Actor, now: datetime,
    publish: bool = False, token: str = "",
) -> Incident:  # fmt: skip
    """Open a breach. Its 72 hours run from `aware_at`, draft or public.

    Raises NotReady, NotAllowed.
    """
    if opening.kind is not Kind.BREACH:
        raise NotAllowed("this opens breaches only")
    refuse(_wrong(aware_at, findings, now))
    row = open_(opening=opening, by=by, now=now, token=token, publish=publish)
    if Breach.objects.filter(incident=row).exists():
        return row  # the same request again
    row.breach = Breach.objects.create(incident=row, aware_at=aware_at, **_said(findings))
    clocks.aware(row, aware_at=aware_at, due_at=breach.due_at(aware_at))
    changed(row, now=now)
    trail(actor=by, verb="reported", thing="breach", thing_id=row.uid, now=now,
          after={"aware_at": aware_at, **_said(findings)})  # fmt: skip
    return row


@transaction.atomic
def learn(  # noqa: PLR0913 - what, since when, who and when, all named
    *, uid: str, findings: Findings, by: Actor, now: datetime, aware_at: datetime | None = None,
    turn: int | None = None,
) -> Breach:  # fmt: skip
    """Say what is known by now. A new `aware_at` sets the clock right; the trail keeps the old."""
    row, found = _held(uid, turn=turn)
    refuse(_wrong(aware_at, findings, now))
    said: dict[str, object] = dict(_said(findings))
    if aware_at is not None and aware_at != found.aware_at:
        said["aware_at"] = aware_at
    before = {name: getattr(found, name) for name in said}
    for name, value in said.items():
        setattr(found, name, value)
    found.save()
    if "aware_at" in said:
        _restart(row, found)
    changed(row, now=now)
    trail(actor=by, verb="learned about", thing="breach", thing_id=uid, now=now,
          before=before, after=said)  # fmt: skip
    return found


@transaction.atomic
def notify_breach(  # noqa: PLR0913 - whom, when, by whom and why late, all named
    *, uid: str, to: str = AUTHORITY, by: Actor, now: datetime, at: datetime | None = None,
    is_final: bool = False, reference: str = "", delay_reason: str = "",
) -> BreachNotice:  # fmt: skip
    """Record that the authority, or the people, were told what is known; more may follow.

    `at` is when it was told, now by default. The first notice to the authority stops the clock.
    Raises NotReady: the facts and a contact always, all parts where it is final, the reasons for
    the delay where it is late.
    """
    row, found = _held(uid)
    told_at = at or now
    if to not in (AUTHORITY, PEOPLE):
        raise NotAllowed("a notice goes to the authority or to the people")
    is_first = to == AUTHORITY and found.noticed_at is None
    late = is_first and not breach.is_in_time(aware_at=found.aware_at, noticed_at=told_at)
    known = known_of(found)
    refuse(
        _undated(told_at, found.aware_at, now)
        + breach.notice_gaps(known, is_late=late, is_final=is_final, delay_reason=delay_reason)
    )
    notice = BreachNotice.objects.create(
        breach=found, number=found.notices.count() + 1, to=to, at=told_at, recorded_at=now,
        is_final=is_final, reference=prose.tidy(reference)[:200], said=asdict(known),
        by=published_name(by),
    )  # fmt: skip
    if is_first:
        found.noticed_at, found.delay_reason = told_at, prose.tidy(delay_reason)
        found.save()
        clocks.answer(row, kind=clocks.BREACH, at=told_at)
    changed(row, now=now)
    trail(actor=by, verb=f"notified the {to} of", thing="breach", thing_id=uid, now=now,
          after={"at": told_at, "final": is_final, "reference": reference,
                 "delay_reason": delay_reason})  # fmt: skip
    return notice


def known_of(found: Breach) -> Known:
    return Known(**{field.name: getattr(found, field.name) for field in fields(Known)})


def _held(uid: str, *, turn: int | None = None) -> tuple[Incident, Breach]:
    row = held(uid, turn=turn)
    found = Breach.objects.filter(incident=row).first()
    if found is None:
        raise NotAllowed("this is no breach")
    row.breach = found
    return row, found


def _restart(row: Incident, found: Breach) -> None:
    clocks.aware(row, aware_at=found.aware_at, due_at=breach.due_at(found.aware_at))
    if found.noticed_at is not None:
        clocks.answer(row, kind=clocks.BREACH, at=found.noticed_at)


def _said(findings: Findings) -> dict[str, str | int]:
    said = {one.name: getattr(findings, one.name) for one in fields(Findings)}
    return {
        name: prose.tidy(value) if isinstance(value, str) else value
        for name, value in said.items()
        if value is not None
    }


def _wrong(aware_at: datetime | None, findings: Findings, now: datetime) -> tuple[Gap, ...]:
    said = _said(findings)
    texts = {name: value for name, value in said.items() if isinstance(value, str)}
    found = list(publishing.too_long(texts))
    if aware_at is not None and aware_at > now:
        found.append(Gap("aware_at", "you cannot become aware in the future"))
    for name in ("people", "records"):
        value = said.get(name, 0)
        if isinstance(value, int) and not 0 <= value <= _MOST:
            found.append(Gap(name, "write a number of 0 or more"))
    return (*found, *_bad_address(str(said.get("reset_url", ""))))


def _bad_address(text: str) -> tuple[Gap, ...]:
    try:
        if text:
            URLValidator(schemes=["https"])(text)
    except ValidationError:
        return (Gap("reset_url", "write an address that begins with https://"),)
    return ()


def _undated(told_at: datetime, aware_at: datetime, now: datetime) -> tuple[Gap, ...]:
    if told_at > now:
        return (Gap("at", "a notice cannot have been given in the future"),)
    if told_at < aware_at:
        return (Gap("at", "a notice cannot have been given before you knew"),)
    return ()
