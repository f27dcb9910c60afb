"""All components at one instant, with their days: what pages, feeds and the desk show."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from troth.components.models import Component, Page
from troth.components.queries.drawing import Wanted, drawn
from troth.components.rules.results import Board, Shown
from troth.core import clock


def board(  # noqa: PLR0913 - what a reader may ask for, all named
    *, at: datetime | None = None, days: int = 90, audience: str | Collection[str] | None = None,
    page: str | None = None, everything: bool = False, as_of: datetime | None = None,
) -> Board:  # fmt: skip
    """Return the components that a reader may see, in the order of the page.

    Without an audience or a page those shown to everybody; with `everything` those that staff see.
    An unknown page shows nothing. A handful of questions to the database, however many components.
    """
    wanted = Wanted(at=at or clock.now(), days=days, as_of=as_of)
    rows = list(_living(wanted.at).select_related("group"))
    if page is not None:
        rows = on_page(rows, page)
    elif not everything:
        rows = seen_by(rows, {audience} if isinstance(audience, str) else set(audience or ()))
    return drawn(rows, wanted)


def component(
    uid_or_slug: str, *, at: datetime | None = None, days: int = 90, as_of: datetime | None = None
) -> Shown | None:
    """Return one component, a retired one too; None where there is none."""
    named = Component.objects.filter(Q(uid=uid_or_slug) | Q(slug=uid_or_slug))
    rows = list(named.select_related("group"))
    if not rows:
        return None
    return drawn(rows[:1], Wanted(at=at or clock.now(), days=days, as_of=as_of)).components[0]


def some(
    uids: Collection[str], *, at: datetime, days: int = 90, as_of: datetime | None = None
) -> dict[str, Shown]:
    """Return components by uid, retired ones too; unknown ones are left out."""
    rows = list(Component.objects.filter(uid__in=uids).select_related("group"))
    found = drawn(rows, Wanted(at=at, days=days, as_of=as_of)).components
    return {one.uid: one for one in found}


def _living(at: datetime) -> "QuerySet[Component]":
    return Component.objects.filter(Q(retired_at=None) | Q(retired_at__gt=at))


def seen_by(rows: Iterable[Component], audiences: Collection[str]) -> list[Component]:
    """Return the components that everybody, or one of these audiences, may see."""
    return [one for one in rows if not one.audiences or set(one.audiences) & set(audiences)]


def on_page(rows: Iterable[Component], slug: str) -> list[Component]:
    """Return the components that a page shows."""
    page = Page.objects.filter(slug=slug, retired_at=None).first()
    if page is None:
        return []
    chosen = set(page.components.values_list("pk", flat=True))
    return [one for one in seen_by(rows, page.audiences) if not chosen or one.pk in chosen]
