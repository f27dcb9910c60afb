"""The inbox, one report, and how many there were lately."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Count, QuerySet

from troth.components.queries.labels import labels
from troth.core.paging import CursorError, Paged, read, written
from troth.feedback import troubles
from troth.feedback.models import Report, Surge
from troth.feedback.rules import LATELY, SOON, End, Kind, State
from troth.feedback.sealing import address_of, words_of, words_of_step
from troth.feedback.troubles import Trouble
from troth.notify import topics
from troth.notify.queries.readers import public_channels
from troth.notify.queries.told import fates
from troth.people.keyed import address_digest
from troth.people.rules.addresses import normal

CHANNEL: Final = "email"  # by which we answer
SEARCHED: Final = 5_000  # sealed texts that one search opens, the newest
_CHUNK: Final = 200
_LARGEST: Final = 2**63 - 1
_NUL: Final = "\x00"  # names nothing, and PostgreSQL refuses to look for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which reports. `search` is an exact address, a uid, or words of the text."""

    kind: str = ""
    state: str = ""
    component: str = ""
    incident: str = ""
    search: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A report in short. `reader` is the address with most of it hidden."""

    id: int
    uid: str
    kind: Kind
    state: State
    component: str
    component_name: str
    text: str
    reader: str
    language: str
    incident: str
    created_at: datetime
    due_at: datetime | None
    answered_at: datetime | None
    is_owed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A step. `fate` is what became of an answer's message, such as “accepted”."""

    verb: str
    text: str
    about: str
    by: str
    at: datetime
    fate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    row: Row
    address: str
    trouble: Trouble | None
    end: str
    done: Sequence[Done]
    turn: int  # of the last step


@dataclass(frozen=True, slots=True)
class Pressure:
    """How many problems were reported of a component."""

    name: str
    component: str
    hour: int
    day: int


def may_answer() -> bool:
    """Return whether mail is set up here, so that somebody can be answered."""
    return CHANNEL in public_channels()


def reply_within() -> timedelta | None:
    """Return in which time we promise to answer; None where we promise none."""
    hours: int = settings.TROTH.feedback_reply_hours
    return timedelta(hours=hours) if hours else None


def parts(language: str) -> list[tuple[str, str, str]]:
    """Return (uid, name, group) of the components that everybody sees, in the page's order."""
    return [
        (one.key.removeprefix("component:"), one.name, one.kind if one.inside else "")
        for one in topics.of("", language)
        if one.key.startswith("component:")
    ]


def inbox(choice: Choice, *, after: str | None = None, limit: int = 50) -> Paged[Row]:
    """Return reports, the newest first; `total` is 0. Raises CursorError."""
    rows = _chosen(choice)
    if after:
        (last,) = read(after, length=1)
        if not isinstance(last, int) or isinstance(last, bool):
            raise CursorError
        rows = rows.filter(pk__lt=min(max(last, 0), _LARGEST))
    found = _searched(rows, choice.search, limit + 1)
    following = written((found[limit - 1].pk,)) if len(found) > limit else None
    return Paged(_rows(found[:limit]), following, 0)


def waiting(*, now: datetime) -> tuple[int, int]:
    """Return how many answers are owed, and how many of them are late."""
    owed = _owed()
    return owed.count(), owed.filter(due_at__lt=now).count()


def one(uid: str) -> Opened | None:
    """Return a report with everything that was done about it."""
    row = Report.objects.filter(uid=uid).first() if _NUL not in uid else None
    if row is None:
        return None
    sent = fates(about_of(row.uid))
    done = [
        Done(
            verb=step.verb, text=words_of_step(step, uid=row.uid), about=step.about, by=step.by,
            at=step.at, fate=sent.get(str(step.number), ""),
        )
        for step in row.done.order_by("number")
    ]  # fmt: skip
    return Opened(
        row=_rows([row])[0], address=address_of(row), trouble=troubles.named(row.incident),
        end=row.end, done=done, turn=row.steps,
    )  # fmt: skip


def about_of(uid: str) -> str:
    """Return what the messages to a reporter are about."""
    return f"report:{uid}"


def pressure(components: Mapping[str, str], *, now: datetime) -> list[Pressure]:
    """Return how many problems of some components (uid → name) came in lately, spam left out."""
    rows = problems_since(now - LATELY).filter(component__in=list(components))
    seen = list(rows.values_list("component", "created_at"))
    day = Counter(uid for uid, _at in seen)
    hour = Counter(uid for uid, at in seen if at > now - SOON)
    return [Pressure(name, uid, hour[uid], day[uid]) for uid, name in components.items()]


def of_incident(uid: str) -> int:
    """Return how many reports were said to be an incident."""
    return Report.objects.filter(incident=uid).count()


def places(*, now: datetime) -> list[tuple[str, str]]:
    """Return (component, network's hash) of the problems of the last hour, each pair once."""
    rows = problems_since(now - SOON).exclude(origin="")
    return list(rows.order_by().values_list("component", "origin").distinct())


def surges() -> list[Surge]:
    """Return what is reported by many though it shows green."""
    return list(Surge.objects.filter(ended_at=None).order_by("began_at"))


def counts() -> dict[str, int]:
    """Return how many reports there are in each state."""
    rows = Report.objects.order_by().values_list("state").annotate(n=Count("pk"))
    return dict(rows)


def problems_since(since: datetime) -> "QuerySet[Report]":
    """Return problems that came in after an instant, spam left out."""
    rows = Report.objects.filter(created_at__gt=since, kind=Kind.PROBLEM.value)
    return rows.exclude(end=End.SPAM.value)


def _owed() -> "QuerySet[Report]":
    return Report.objects.filter(due_at__isnull=False, answered_at=None).exclude(
        end__in=[End.NOTHING.value, End.SPAM.value]
    )


def _chosen(choice: Choice) -> "QuerySet[Report]":
    given = {
        "kind": choice.kind, "state": choice.state, "component": choice.component,
        "incident": choice.incident,
    }  # fmt: skip
    if any(_NUL in value for value in given.values()):
        return Report.objects.none()
    rows = Report.objects.filter(**{name: value for name, value in given.items() if value})
    return rows.order_by("-pk")


def _searched(rows: "QuerySet[Report]", search: str, limit: int) -> list[Report]:
    if not search:
        return list(rows[:limit])
    if search.startswith("rep_") and _NUL not in search:
        return list(rows.filter(uid=search)[:limit])
    if "@" in search:
        return list(rows.filter(digest=_digest(search) or "nobody")[:limit])
    return _worded(rows, search.casefold().split(), limit)


def _digest(address: str) -> str:
    try:
        return address_digest(CHANNEL, normal(CHANNEL, address))
    except ValueError:
        return ""


def _worded(rows: "QuerySet[Report]", words: Collection[str], limit: int) -> list[Report]:
    """Open the newest texts, one chunk after the other, and keep those that hold every word."""
    found: list[Report] = []
    for row in _newest(rows):
        text = words_of(row).casefold()
        if all(word in text for word in words):
            found.append(row)
        if len(found) >= limit:
            break
    return found


def _newest(rows: "QuerySet[Report]") -> Iterator[Report]:
    last, seen = _LARGEST, 0
    while seen < SEARCHED:
        chunk = list(rows.filter(pk__lt=last)[:_CHUNK])
        yield from chunk
        if len(chunk) < _CHUNK:
            return
        last, seen = chunk[-1].pk, seen + len(chunk)


def _rows(rows: Sequence[Report]) -> list[Row]:
    names = labels({row.component for row in rows if row.component})
    return [
        Row(
            id=row.pk, uid=row.uid, kind=Kind(row.kind), state=State(row.state),
            component=row.component, text=words_of(row), reader=row.shown,
            component_name=names[row.component].name if row.component in names else "",
            language=row.language, incident=row.incident, created_at=row.created_at,
            due_at=row.due_at, answered_at=row.answered_at,
            is_owed=bool(row.due_at and not row.answered_at)
            and row.end not in {End.NOTHING, End.SPAM},
        )
        for row in rows
    ]  # fmt: skip
