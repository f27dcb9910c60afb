"""Routes by the names that files give them."""

from typing import Final

from django.utils.text import slugify

from troth.notify import catalogue
from troth.notify.models import Escalation, Subscription
from troth.notify.rules.duties import EscalationTerms, RouteTerms
from troth.notify.rules.events import Severity
from troth.people import queries as people

# A route that files manage has its name in its uid; one made on the desk a uid without meaning.
OF_FILES: Final = "route-"
_LONGEST: Final = 30


def by_slug() -> dict[str, Subscription]:
    """Return every living route by its name in files."""
    rows = Subscription.objects.filter(is_ours=True, ended_at=None).order_by("pk")
    found: dict[str, Subscription] = {}
    for row in sorted(
        rows.select_related("contact", "outlet").prefetch_related("parts"),
        key=lambda row: not row.uid.startswith(OF_FILES),
    ):
        found[_free(_slug(row), found)] = row
    return found


def _slug(row: Subscription) -> str:
    if row.uid.startswith(OF_FILES):
        return row.uid.removeprefix(OF_FILES)
    return slugify(row.note)[:_LONGEST].strip("-_").replace("_", "-") or "route"


def _free(slug: str, taken: dict[str, Subscription]) -> str:
    number, found = 2, slug
    while found in taken:
        number, found = number + 1, f"{slug}-{number}"
    return found


def terms_of(slug: str, row: Subscription) -> RouteTerms:
    """Return what a file says of a route as it stands; an address that is a secret is left out."""
    contact = row.contact
    channel = catalogue.all_channels().get(contact.channel)
    is_shown = channel is not None and channel.address is not None and not channel.address.is_secret
    return RouteTerms(
        slug=slug,
        name=row.note or slug,
        channel=contact.channel,
        address=people.addresses([contact.pk]).get(contact.pk, "") if is_shown else "",
        outlet=row.outlet.slug if row.outlet else "",
        events=row.events,
        floor=Severity(row.floor),
        keys=tuple(sorted(part.key for part in row.parts.all())),
    )


def escalation_terms(row: Escalation, names: dict[str, str]) -> EscalationTerms:
    """Return what a file says of an escalation; `names` are the routes' uids and slugs."""
    steps = tuple(
        (step["after"], tuple(names[uid] for uid in step["subscriptions"] if uid in names))
        for step in row.steps
    )
    return EscalationTerms(
        slug=row.slug, name=row.name, steps=tuple(one for one in steps if one[1]),
        floor=Severity(row.floor), keys=tuple(row.keys),
    )  # fmt: skip
