"""What lets somebody into a private page, kept with what they asked for and looked at again."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from troth.components.models import Page
from troth.components.queries import links
from troth.components.rules.doors import Door, holds, network_of
from troth.staff.queries import may_sign_in

Grant = dict[str, object]


def grant(slug: str, *, person: int | None, address: str, link: str, at: datetime) -> Grant | None:
    """Return what lets a visitor into a private page now, or None of who is not let in.

    `person` is the id of who is signed in. Of an address its network is kept, of a link how long it
    is good: neither the address nor the link itself.
    """
    row = Page.objects.filter(slug=slug, retired_at=None).exclude(privacy="public").first()
    found = _proof(row, person, address, link, at) if row else None
    return {"by": row.privacy, "at": at.isoformat(), **found} if row and found else None


def _proof(
    row: Page, person: int | None, address: str, link: str, at: datetime
) -> Mapping[str, object] | None:
    if row.privacy == "login":
        return {"person": person} if person is not None else None
    if row.privacy == "link":
        terms = links.terms(link, page=row.slug, at=at) if link else None
        return {"turn": terms[0], "until": terms[1]} if terms else None
    network = network_of(address, row.networks)
    return {"network": network} if row.privacy == "network" and network else None


def shut(asked: Sequence[tuple[str, str, Mapping[str, object]]], *, at: datetime) -> list[bool]:
    """Say of each (page, audience, grant) whether that page may not be read by it any more.

    A page that was ended is shut for everybody, and so is a private one to an audience that it
    is not for any more.
    """
    rows = {row.slug: row for row in Page.objects.filter(slug__in={one[0] for one in asked})}
    ids = {one for *_, proof in asked if isinstance(one := proof.get("person"), int)}
    people = may_sign_in(ids)

    def each() -> Iterator[bool]:
        for slug, audience, proof in asked:
            row = rows.get(slug)
            if row is None or row.retired_at is not None:
                yield True
            elif row.privacy == "public":
                yield False
            else:
                door = Door(privacy=row.privacy, networks=tuple(row.networks), turn=row.link_turn)
                is_theirs = not audience or audience in row.audiences
                is_held = holds(proof, door, second=at.timestamp(), people=people)
                yield not (is_theirs and is_held)

    return list(each())
