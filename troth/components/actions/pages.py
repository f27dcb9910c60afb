"""Pages for several readers, who these are, and how uptime is counted for all of them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.db import transaction

from troth.components.actions.declaring import check_audiences, plain, tell
from troth.components.actions.marking import owe_account, second, take_turn
from troth.components.models import Audience, Component, Formula, Page
from troth.components.queries import links
from troth.components.rules.documents import AudienceTerms, FormulaTerms, PageTerms
from troth.core.problems import DocumentError, Problem
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor, published_name

LONGEST_LINK = timedelta(days=366)


@transaction.atomic
def declare_page(*, terms: PageTerms, by: Actor, now: datetime, managed_by: str = "") -> Page:
    """Declare a status page, or change it. Raises DocumentError for what it names in vain."""
    take_turn()
    check_audiences(terms.audiences)
    chosen = _components(terms.components)
    row = Page.objects.select_for_update().filter(slug=terms.slug).first()
    before = _page(row) if row else None
    row = row or Page(slug=terms.slug, created_at=now)
    row.name, row.description, row.position = terms.name, terms.description, terms.position
    row.audiences, row.networks = list(terms.audiences), list(terms.networks)
    row.privacy, row.managed_by = terms.privacy, managed_by
    row.updated_at, row.retired_at = now, None
    row.save()
    row.components.set(chosen)
    tell(by, "status page", row.slug, before, _page(row), now)
    return row


def _page(row: Page) -> dict[str, object]:
    chosen = row.components.order_by("slug").values_list("slug", flat=True)
    return {**plain(row), "components": list(chosen)}


def _components(slugs: Iterable[str]) -> list[Component]:
    wanted = list(slugs)
    rows = {row.slug: row for row in Component.objects.filter(slug__in=wanted)}
    missing = [slug for slug in wanted if slug not in rows]
    if missing:
        message = f"there is no component “{missing[0]}”"
        raise DocumentError((Problem("spec.components", message),))
    return list(rows.values())


@transaction.atomic
def retire_page(*, slug: str, by: Actor, now: datetime) -> Page:
    """End a page: it is shown to nobody from now on. Raises Page.DoesNotExist."""
    take_turn()
    row = Page.objects.select_for_update().get(slug=slug)
    if row.retired_at is None:
        row.retired_at = row.updated_at = now
        row.save(update_fields=["retired_at", "updated_at"])
        trail(actor=by, verb="retired", thing="status page", thing_id=slug, now=now)
    return row


@transaction.atomic
def invite(*, page: str, until: datetime, by: Actor, now: datetime) -> str:
    """Return the token of a link that shows a private page until an instant.

    Raises Page.DoesNotExist, and ValueError in plain words.
    """
    row = Page.objects.get(slug=page, retired_at=None)
    if not now < until <= now + LONGEST_LINK:
        raise ValueError("a link ends in the future, and within a year")
    trail(actor=by, verb="gave a link to", thing="status page", thing_id=page, now=now,
          after={"until": until.astimezone(UTC).isoformat()})  # fmt: skip
    return signing.dumps([row.slug, row.link_turn, second(until)], key=links.key(), salt=links.SALT)


@transaction.atomic
def end_links(*, page: str, by: Actor, now: datetime) -> None:
    """Let no link that was given for a page be good any more. Raises Page.DoesNotExist."""
    row = Page.objects.select_for_update().get(slug=page)
    row.link_turn += 1
    row.save(update_fields=["link_turn"])
    trail(actor=by, verb="ended the links to", thing="status page", thing_id=page, now=now)


@transaction.atomic
def declare_audience(
    *, terms: AudienceTerms, by: Actor, now: datetime, managed_by: str = ""
) -> Audience:
    """Declare some readers, or change what is said of them."""
    take_turn()
    row = Audience.objects.select_for_update().filter(slug=terms.slug).first()
    before = plain(row) if row else None
    row = row or Audience(slug=terms.slug, created_at=now)
    row.name, row.description, row.managed_by = terms.name, terms.description, managed_by
    row.save()
    tell(by, "audience", row.slug, before, plain(row), now)
    return row


@transaction.atomic
def declare_formula(
    *, terms: FormulaTerms, by: Actor, now: datetime, managed_by: str = ""
) -> Formula:
    """Declare how uptime is counted from now on; what was counted before stays.

    The first one holds for all that was before it. The same weights again change nothing.
    """
    take_turn()
    last = Formula.objects.select_for_update().order_by("number").last()
    if last is not None and last.weights == dict(terms.weights):
        return last
    row = Formula.objects.create(
        number=last.number + 1 if last else 1, effective_from=second(now),
        weights=dict(terms.weights), reason=terms.reason, author=published_name(by),
        managed_by=managed_by, recorded_at=now,
    )  # fmt: skip
    since = second(now) if last else 0
    owe_account(Component.objects.select_for_update().order_by("pk"), since=since)
    tell(by, "uptime formula", str(row.number), last and last.weights, row.weights, now)
    return row
