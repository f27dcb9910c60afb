"""The clock of a personal-data breach: 72 hours from awareness, in absolute time. Pure.

GDPR Art. 33: the authority within 72 hours of becoming aware, in phases where not all is known,
with the reasons for a delay; Art. 34: the people, in clear words.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from troth.incidents.rules.publishing import Gap

CLOCK = timedelta(hours=72)
_NEEDED = (
    ("facts", "say what happened"),
    ("scope", "say about how many people and records are concerned, or that this is not known yet"),
    ("consequences", "describe the likely consequences"),
    ("fixes", "describe what was done about it"),
    ("prevention", "describe what will keep it from happening again"),
    ("contact", "name who answers questions"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a breach so far. None: not known yet."""

    facts: str = ""
    people: int | None = None  # approximately
    records: int | None = None
    scope_note: str = ""  # in words: categories, or why there is no number yet
    consequences: str = ""
    fixes: str = ""
    prevention: str = ""
    contact: str = ""


def due_at(aware_at: datetime) -> datetime:
    """Return when the notice is due. `aware_at` may be in any zone: 72 hours are 72 hours."""
    return aware_at.astimezone(UTC) + CLOCK


def is_in_time(*, aware_at: datetime, noticed_at: datetime) -> bool:
    """Return whether a notice kept the 72 hours; exactly 72:00:00 is kept."""
    return noticed_at.astimezone(UTC) <= due_at(aware_at)


def missing(known: Known) -> tuple[Gap, ...]:
    """Return what a complete notice still lacks. A first, phased one may lack some of it."""
    scope = known.scope_note or ("known" if known.people is not None else "")
    values = {"scope": scope}
    return tuple(
        Gap(field, message)
        for field, message in _NEEDED
        if not str(values.get(field, getattr(known, field, ""))).strip()
    )


def notice_gaps(
    known: Known, *, is_late: bool, is_final: bool, delay_reason: str
) -> tuple[Gap, ...]:
    """Return what stops a notice: always the facts and a contact; the rest unless more follows."""
    lacking = missing(known)
    if not is_final:
        lacking = tuple(gap for gap in lacking if gap.field in ("facts", "contact"))
    if is_late and not delay_reason.strip():
        lacking += (Gap("delay_reason", "the 72 hours are over: give the reasons for the delay"),)
    return lacking
