"""The register of breaches that Art. 33 (5) GDPR asks for, and all incidents as rows."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime

from troth.incidents.models import Breach, BreachNotice
from troth.incidents.queries.choosing import Choice, chosen
from troth.incidents.queries.showing import shown
from troth.incidents.rules import breach as rules
from troth.incidents.rules.results import IncidentShown

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachRow:
    """One line of the register, drafts too: not every breach must be told to the public."""

    uid: str
    name: str
    is_public: bool
    aware_at: datetime
    due_at: datetime
    noticed_at: datetime | None
    in_time: bool | None  # None while neither is certain
    delay_reason: str
    facts: str
    people: int | None
    records: int | None
    scope_note: str
    consequences: str
    fixes: str
    prevention: str
    notices: int
    people_told_at: datetime | None


BREACH_COLUMNS = tuple(one.name for one in fields(BreachRow))


def breach_register(*, at: datetime) -> list[BreachRow]:
    """Return every breach, the latest awareness first."""
    rows = Breach.objects.select_related("incident").filter(incident__discarded_at=None)
    told: dict[int, list[BreachNotice]] = {}
    for notice in BreachNotice.objects.order_by("number"):
        told.setdefault(notice.breach_id, []).append(notice)
    return [_row(row, told.get(row.pk, []), at) for row in rows.order_by("-aware_at")]


def everything(choice: Choice) -> Iterator[IncidentShown]:
    """Yield all that a choice names, the newest first, read in parts: for exports."""
    pks = list(chosen(choice).values_list("pk", flat=True))
    for start in range(0, len(pks), _AT_ONCE):
        part = chosen(Choice(audience=choice.audience)).filter(pk__in=pks[start : start + _AT_ONCE])
        yield from shown(part)


def _row(row: Breach, notices: list[BreachNotice], at: datetime) -> BreachRow:
    to_people = [one.at for one in notices if one.to == "people"]
    return BreachRow(
        uid=row.incident.uid, name=row.incident.name,
        is_public=row.incident.listed_at is not None, aware_at=row.aware_at,
        due_at=rules.due_at(row.aware_at), noticed_at=row.noticed_at, in_time=_in_time(row, at),
        delay_reason=row.delay_reason, facts=row.facts, people=row.people, records=row.records,
        scope_note=row.scope_note, consequences=row.consequences, fixes=row.fixes,
        prevention=row.prevention, notices=len(notices),
        people_told_at=min(to_people, default=None),
    )  # fmt: skip


def _in_time(row: Breach, at: datetime) -> bool | None:
    if row.noticed_at is None and at <= rules.due_at(row.aware_at):
        return None
    noticed_at = row.noticed_at or at
    return rules.is_in_time(aware_at=row.aware_at, noticed_at=noticed_at)
