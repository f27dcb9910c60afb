"""Everything of components that `troth apply` takes, written out again."""

from collections.abc import Iterator, Mapping
from typing import Any

from troth.components.models import Audience, Component, Formula, Group, Page
from troth.components.rules.combining import FAR
from troth.components.rules.results import Status
from troth.core.documents import OURS
from troth.core.filing import Named

Document = dict[str, Any]


def documents() -> Iterator[Named]:
    """Yield each document with a name for its file, in an order in which they can be applied."""
    last = Formula.objects.order_by("number").last()
    if last is not None:
        yield "uptime-formula", formula(last)
    for audience_row in Audience.objects.all():
        yield f"audience-{audience_row.slug}", audience(audience_row)
    groups = Group.objects.filter(retired_at=None).select_related("parent")
    for row in sorted(groups, key=lambda one: (one.parent_id is not None, one.slug)):
        yield f"group-{row.slug}", group(row)
    for each in Component.objects.filter(retired_at=None).order_by("slug"):
        yield f"component-{each.slug}", component(each)
    for page_row in Page.objects.filter(retired_at=None):
        yield f"status-page-{page_row.slug}", page(page_row)


def written(uid: str) -> Document:
    """Return the document of a component. Raises Component.DoesNotExist."""
    return component(Component.objects.get(uid=uid))


def component(row: Component) -> Document:
    watches = row.watches.filter(until=FAR).order_by("id")
    return _document("Component", row.slug, row.name, {
        "description": row.description, "owner": row.owner,
        "group": row.group.slug if row.group else "", "position": row.position,
        "third_party": row.third_party, "only_if_degraded": row.only_if_degraded,
        "start_date": row.start_date and row.start_date.isoformat(),
        "audiences": list(row.audiences), "promise": row.promise,
        "monitors": [_watch(one.slug, one.down) for one in watches if one.kind == "monitor"],
        "heartbeats": [_watch(one.slug, one.down) for one in watches if one.kind == "heartbeat"],
    })  # fmt: skip


def _watch(slug: str, down: str) -> str | Document:
    return slug if down == Status.MAJOR else {"name": slug, "down": str(down)}


def group(row: Group) -> Document:
    return _document("ComponentGroup", row.slug, row.name, {
        "description": row.description, "parent": row.parent.slug if row.parent else "",
        "position": row.position,
    })  # fmt: skip


def page(row: Page) -> Document:
    chosen = row.components.order_by("slug").values_list("slug", flat=True)
    return _document("StatusPage", row.slug, row.name, {
        "description": row.description, "audiences": list(row.audiences),
        "components": list(chosen), "privacy": "" if row.privacy == "public" else row.privacy,
        "networks": list(row.networks), "position": row.position,
    })  # fmt: skip


def audience(row: Audience) -> Document:
    return _document("Audience", row.slug, row.name, {"description": row.description})


def formula(row: Formula) -> Document:
    return _document("Formula", "uptime", "", {**row.weights, "reason": row.reason})


def _document(kind: str, slug: str, name: str, spec: Mapping[str, object]) -> Document:
    meta = {"name": slug, "displayName": name} if name else {"name": slug}
    said = {field: value for field, value in spec.items() if value not in (None, "", [], 0, False)}
    return {"apiVersion": OURS, "kind": kind, "metadata": meta, "spec": said}
