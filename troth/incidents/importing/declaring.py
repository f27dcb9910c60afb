"""The components of a source, found among ours or declared."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b

from troth.components import actions
from troth.components.queries import loading, matching
from troth.components.queries.matching import Known
from troth.components.rules.documents import ComponentTerms, GroupTerms
from troth.incidents.importing.told import Found, Part, Told

_BY = "import"
_LONGEST = 60
_UID = re.compile(r"[a-z0-9]{12}")


@dataclass(slots=True)
class Parts:
    """Which of our components the source's keys are; `wanted` are those we do not have yet."""

    uids: dict[str, str] = field(default_factory=dict)  # key → uid
    wanted: list[tuple[Part, str]] = field(default_factory=list)  # with their slugs
    late: list[str] = field(default_factory=list)  # flags of components that begin too late


def matched(found: Found, told: Sequence[Told]) -> Parts:
    """Find the source's components by uid, by slug or by name. Writes nothing."""
    rows = matching.known()
    by_slug = {row.slug: row for row in rows}
    by_uid = {row.uid: row for row in rows}
    by_name = {row.name.casefold(): row for row in rows}
    first = _first_day(told)
    parts = Parts()
    for part in found.parts:
        slug = _slug(part, found.parts)
        row = by_uid.get(part.uid) or by_slug.get(slug) or by_name.get(part.name.casefold())
        if row is None:
            parts.wanted.append((part, slug))
            continue
        parts.uids[part.key] = row.uid
        parts.late += _late(row, first)
    return parts


def declare(parts: Parts, told: Sequence[Told], *, now: datetime) -> None:
    """Declare the components that we do not have, with the groups they stand in."""
    first = _first_day(told)
    groups = {name: _group(name, number, now=now)
              for number, name in enumerate(_groups(parts), 1)}  # fmt: skip
    for part, slug in parts.wanted:
        terms = ComponentTerms(
            slug=slug, name=part.name[:200], description=part.description[:5000],
            group=groups.get(part.group, ""), position=part.position,
            third_party=part.third_party, only_if_degraded=part.only_if_degraded,
            start_date=part.start or first,
        )  # fmt: skip
        uid = part.uid if _UID.fullmatch(part.uid) else ""
        row = actions.declare_component(terms=terms, by=_BY, now=now, uid=uid)
        parts.uids[part.key] = row.uid


def _groups(parts: Parts) -> list[str]:
    return list(dict.fromkeys(part.group for part, _ in parts.wanted if part.group))


def _group(name: str, position: int, *, now: datetime) -> str:
    slug = matching.group_called(name)
    if slug is not None:
        return slug
    terms = GroupTerms(slug=slug_of(name), name=name[:200], position=position)
    return actions.declare_group(terms=terms, by=_BY, now=now).slug


def slug_of(name: str) -> str:
    """Return a name as an address shows it; letters of other scripts become a digest."""
    found = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:_LONGEST].strip("-")
    if found and found[0].isalpha():
        return found
    digest = blake2b(name.encode(), digest_size=4).hexdigest()
    return f"part-{found or digest}"


def _slug(part: Part, parts: Iterable[Part]) -> str:
    """Return the slug; of two parts with one name it is that of group and name."""
    same = [one for one in parts if slug_of(one.name) == slug_of(part.name)]
    if same[0].key == part.key:
        return slug_of(part.name)
    return slug_of(f"{part.group} {part.name} {part.key if not part.group else ''}")


def _first_day(told: Sequence[Told]) -> date | None:
    """Return the day on which the source's history begins, in the page's zone."""
    ends = [one.ended_at for one in told if one.ended_at is not None]
    begins = [one.started_at for one in told]
    first = min([*begins, *ends], default=None)
    return first.astimezone(loading.zone()).date() if first else None


def _late(row: Known, first: date | None) -> list[str]:
    if first is None or row.begins <= first:
        return []
    return [
        (
            f"the component {row.name} was here before and begins on {row.begins}; what was "
            f"imported of the time from {first} on is told, but counts in its uptime only once its "
            "start date is set back"
        )
    ]
