"""Which pages there are, who may see them, and how uptime is counted on all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from troth.components.models import Audience, Component, Formula, Page
from troth.components.queries import loading
from troth.components.queries.boards import board, on_page, seen_by
from troth.components.queries.spans import instant
from troth.components.rules import formula
from troth.components.rules.results import Board, Weights
from troth.core import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class PageShown:
    slug: str
    name: str
    description: str
    audiences: tuple[str, ...]
    components: tuple[str, ...]  # slugs it was narrowed to; empty: all its audiences may see
    privacy: str  # public, login, link or network
    networks: tuple[str, ...]
    position: int
    managed_by: str
    updated_at: datetime

    @property
    def is_private(self) -> bool:
        return self.privacy != "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceShown:
    slug: str
    name: str
    description: str
    managed_by: str
    components: tuple[str, ...]  # names of those shown to it and not to everybody
    pages: tuple[str, ...]  # names


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaShown:
    """How uptime is counted. `number` is 0 where nothing was declared: the usual weights."""

    number: int
    weights: Weights
    sentences: tuple[str, ...]
    effective_from: datetime | None  # None: always
    author: str
    reason: str
    managed_by: str = ""


def pages() -> list[PageShown]:
    """Return the pages beside the main one, in their order."""
    rows = Page.objects.filter(retired_at=None).prefetch_related("components")
    return [_page(row) for row in rows]


def page(slug: str) -> PageShown | None:
    """Return one page; None where there is none."""
    row = Page.objects.filter(slug=slug, retired_at=None).first()
    return _page(row) if row else None


def _page(row: Page) -> PageShown:
    return PageShown(
        slug=row.slug, name=row.name, description=row.description,
        audiences=tuple(row.audiences), privacy=row.privacy, networks=tuple(row.networks),
        components=tuple(sorted(one.slug for one in row.components.all())),
        position=row.position, managed_by=row.managed_by, updated_at=row.updated_at,
    )  # fmt: skip


def page_board(slug: str | None, *, at: datetime | None = None, days: int = 90) -> Board:
    """Return the board of a page; None names the main page, which shows what everybody may see."""
    return board(at=at, days=days, page=slug)


def page_components(slug: str | None) -> frozenset[str]:
    """Return the uids that a page shows, for what else is narrowed to it. One cheap question."""
    rows = list(Component.objects.filter(retired_at=None))
    chosen = seen_by(rows, ()) if slug is None else on_page(rows, slug)
    return frozenset(row.uid for row in chosen)


def audiences() -> list[AudienceShown]:
    """Return all audiences with what is shown to each."""
    components = list(Component.objects.filter(retired_at=None))
    shown = pages()
    return [
        AudienceShown(
            slug=row.slug, name=row.name, description=row.description, managed_by=row.managed_by,
            components=tuple(one.name for one in components if row.slug in one.audiences),
            pages=tuple(one.name for one in shown if row.slug in one.audiences),
        )
        for row in Audience.objects.all()
    ]  # fmt: skip


def slugs_showing(uids: frozenset[str]) -> tuple[str, ...]:
    """Return the pages that show one of these components, "" for the main one."""
    on_main = ("",) if uids & page_components(None) else ()
    return (*on_main, *(one.slug for one in pages() if uids & page_components(one.slug)))


def address(path: str, *, on: Sequence[str]) -> str:
    """Return where something stands: on the main page, or on the one page that alone has it.

    Of several beside the main one none is named: who is told of it may know of another alone.
    """
    base_url, found = settings.TROTH.base_url.rstrip("/"), page(on[0]) if len(on) == 1 else None
    if found is None:
        return f"{base_url}/{path}"
    return f"{base_url}/{'private' if found.is_private else 'p'}/{found.slug}/{path}"


def uptime_formula(*, at: datetime | None = None) -> FormulaShown:
    """Return how uptime is counted at an instant."""
    second = int((at or clock.now()).timestamp())
    found = loading.regimes()
    rows = list(Formula.objects.all())
    row = next((one for one in reversed(rows) if one.effective_from <= second), None)
    row = row or (rows[0] if rows else None)
    return _formula(row, formula.at(found, second))


def formulas() -> list[FormulaShown]:
    """Return every formula that was declared, newest first."""
    return [_formula(row, formula.weights(row.weights)) for row in Formula.objects.all()][::-1]


def _formula(row: Formula | None, weights: Weights) -> FormulaShown:
    first = row is None or row.number == 1
    return FormulaShown(
        number=row.number if row else 0, weights=weights,
        sentences=formula.in_words(weights),
        effective_from=None if first or row is None else instant(row.effective_from),
        author=row.author if row else "", reason=row.reason if row else "",
        managed_by=row.managed_by if row else "",
    )  # fmt: skip
