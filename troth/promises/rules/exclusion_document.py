"""The document of kind Exclusion: which cases, why, and who signs for it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from troth.core import fields
from troth.core.fields import Fields
from troth.promises.rules.terms import DocumentError, Problem


@dataclass(frozen=True, slots=True)
class Excluding:
    name: str
    promise: str
    category: str
    reason: str
    signed_by: str
    where: str
    starts_at: datetime | None
    ends_at: datetime | None


def read(document: object) -> Excluding:
    """Return what the document says. Raises DocumentError with every problem found."""
    problems: list[Problem] = []
    top = Fields(document, "", problems)
    top.only("apiVersion", "kind", "metadata", "spec")
    meta, spec = top.inside("metadata"), top.inside("spec")
    meta.only("name")
    spec.only("promise", "category", "reason", "signed_by", "where", "from", "until", "zone")
    zone = ZoneInfo(spec.read("zone", "UTC", fields.as_zone))
    meta.needed("name", "for example storm-2026-03")
    found = Excluding(
        name=meta.read("name", "", fields.as_slug),
        promise=spec.needed("promise", "the name of the promise"),
        category=spec.needed("category", "one that the promise declares"),
        reason=spec.needed("reason", "everyone will read it"),
        signed_by=spec.needed("signed_by", "who answers for it"),
        where=spec.text("where"),
        starts_at=_moment(spec, "from", zone),
        ends_at=_moment(spec, "until", zone),
    )
    if problems:
        raise DocumentError(tuple(problems))
    return found


def _moment(spec: Fields, name: str, zone: ZoneInfo) -> datetime | None:
    return spec.read(name, None, lambda value: fields.as_instant(value, zone).astimezone(UTC))
