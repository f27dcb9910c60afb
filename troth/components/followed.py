"""What readers can follow of us: components, and groups with whatever joins them later."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from troth.components.models import Audience, Component
from troth.components.queries import grants
from troth.components.queries.pages import page, page_components, pages
from troth.notify.doors import Asked
from troth.notify.topics import Place, Topic


def places() -> list[Place]:
    """Return the pages that strangers may see, beside the main one."""
    return [
        Place(slug=one.slug, name=one.name, audience=next(iter(one.audiences), ""))
        for one in pages()
        if not one.is_private
    ]


def private_place(slug: str) -> Place | None:
    """Return a private page, for whoever was let in."""
    found = page(slug)
    if found is None or not found.is_private:
        return None
    return Place(slug=slug, name=found.name, audience=next(iter(found.audiences), ""))


def pages_for(audiences: Collection[str]) -> list[str]:
    """Return the slugs of the pages that are for any of these audiences."""
    return [one.slug for one in pages() if not set(audiences).isdisjoint(one.audiences)]


def shut(asked: Sequence[Asked], now: datetime) -> list[bool]:
    """Say of each ask whether its page may not be read by it any more."""
    return grants.shut(asked, at=now)


def audiences() -> dict[str, str]:
    """Return the audiences that readers can belong to."""
    return dict(Audience.objects.order_by("name", "slug").values_list("slug", "name"))


def topics(slug: str, language: str) -> list[Topic]:
    """Return the groups and components that a page shows, in its order."""
    shown = page_components(slug or None)
    rows = Component.objects.filter(uid__in=shown).select_related("group")
    ordered = sorted(rows, key=lambda one: (_place_of(one), one.position, one.name))
    with translation.override(language):
        return list(_found(ordered))


def _place_of(one: Component) -> tuple[int, str]:
    return (one.group.position, one.group.name) if one.group else (-1, "")


def _found(rows: Sequence[Component]) -> list[Topic]:
    found: dict[str, Topic] = {}
    for one in rows:
        kind = one.group.name if one.group else _("Components")
        inside = f"group:{one.group.uid}" if one.group else ""
        if one.group and inside not in found:
            whole = _("All of %(group)s") % {"group": one.group.name}
            found[inside] = Topic(key=inside, name=whole, kind=kind)
        key = f"component:{one.uid}"
        found[key] = Topic(key=key, name=one.name, kind=kind, inside=inside)
    return list(found.values())
