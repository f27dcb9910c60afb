"""What files say of routes and escalations, as steps. A secret address is in no plan or export."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from troth.core.documents import Folder, Loaded
from troth.core.fields import nearest
from troth.core.filing import FILES, Do, Named, Step, handed_over, planned, step
from troth.core.problems import DocumentError, Problem
from troth.notify import catalogue
from troth.notify.actions.escalating import declare_escalation, retire_escalation
from troth.notify.actions.routing import end_route, reached, route
from troth.notify.models import Escalation, Outlet, Subscription
from troth.notify.queries import routes as queries
from troth.notify.queries.routes import OF_FILES
from troth.notify.referring import resolved
from troth.notify.rules import duties
from troth.notify.rules.duties import EscalationTerms, RouteTerms
from troth.people import queries as people


def declare_all(folder: Folder, problems: list[Problem]) -> Iterator[Step]:
    """Yield what declaring the routes and escalations of a folder would do."""
    routes = queries.by_slug()
    yield from planned(folder, "Route", lambda one: _route(one, folder, routes), problems)
    known = {*routes, *folder.names("Route")}
    yield from planned(folder, "Escalation", lambda one: _escalation(one, known, routes), problems)


def _route(loaded: Loaded, folder: Folder, routes: dict[str, Subscription]) -> Step:
    wanted = duties.route(loaded.document)
    row = routes.get(wanted.slug)
    address = _address(wanted, row, folder)
    after = duties.route_document(wanted)
    after["spec"].pop("address", None)  # it may be a secret
    before = None
    if row is not None:
        before = duties.route_document(queries.terms_of(wanted.slug, row))
        after["spec"] |= _compared(before, row, address)

    def do(author: str, now: datetime) -> object:
        return _declare(wanted, address, author=author, now=now)

    is_ours = row is not None and row.uid.startswith(OF_FILES)
    found = step("Route", wanted.slug, before, after, do)
    return handed_over(found, managed_by=FILES if is_ours or row is None else "")


def _address(wanted: RouteTerms, row: Subscription | None, folder: Folder) -> str:
    """Return the address that is meant, normalised. Raises DocumentError."""
    if wanted.outlet and wanted.outlet not in folder.names("Outlet"):
        _outlet(wanted.outlet)
    try:
        if catalogue.channel(wanted.channel).address is None and wanted.outlet:
            return ""
        return reached(wanted.channel, _written(wanted, row), None)
    except catalogue.SettingsError as error:
        raise DocumentError((Problem("spec.channel", error.message),)) from error
    except DocumentError as error:
        raise DocumentError(
            tuple(Problem(f"spec.{one.field}", one.message) for one in error.problems)
        ) from error
    except ValueError as error:
        raise DocumentError((Problem("spec.address", str(error)),)) from error


def _written(wanted: RouteTerms, row: Subscription | None) -> str:
    """Return the address that the file names, or the one that the route has. Raises ValueError."""
    text = str(resolved(wanted.address) or "").strip()
    if text or row is None or row.contact.channel != wanted.channel:
        return text
    return people.addresses([row.contact_id]).get(row.contact_id, "")


def _compared(before: dict[str, Any], row: Subscription, address: str) -> dict[str, Any]:
    """Return the address as the plan may show it: itself, or that it is another one."""
    shown = before["spec"].get("address")
    kept = people.addresses([row.contact_id]).get(row.contact_id, "")
    if not address or address == kept:
        return {"address": shown} if shown else {}
    return {"address": address if shown else "another than before"}


@transaction.atomic
def _declare(wanted: RouteTerms, address: str, *, author: str, now: datetime) -> Subscription:
    uid = f"{OF_FILES}{wanted.slug}"
    before = queries.by_slug().get(wanted.slug)
    if before is not None and before.uid != uid:
        _rename(before.uid, uid)
    return route(
        name=wanted.name, channel=wanted.channel, address=address, events=wanted.events,
        outlet=_outlet(wanted.outlet) if wanted.outlet else None, floor=wanted.floor,
        keys=wanted.keys, uid=uid, author=author, now=now,
    )  # fmt: skip


def _outlet(slug: str) -> Outlet:
    found = Outlet.objects.filter(slug=slug, retired_at=None).first()
    if found is None:
        known = Outlet.objects.filter(retired_at=None).values_list("slug", flat=True)
        text = f"there is no outlet “{slug}”{nearest(slug, known)}"
        raise DocumentError((Problem("spec.outlet", text),))
    return found


def _rename(uid: str, new: str) -> None:
    """Let files manage a route that was made on the desk: escalations go on naming it."""
    Subscription.objects.filter(uid=new, is_ours=True).exclude(ended_at=None).delete()
    Subscription.objects.filter(uid=uid).update(uid=new)
    for row in Escalation.objects.all():
        for each in row.steps:
            each["subscriptions"] = [new if one == uid else one for one in each["subscriptions"]]
        row.save(update_fields=["steps"])


def _escalation(loaded: Loaded, known: set[str], routes: dict[str, Subscription]) -> Step:
    wanted = duties.escalation(loaded.document)
    for number, (_after, named) in enumerate(wanted.steps):
        for slug in named:
            if slug not in known:
                text = f"there is no route “{slug}”{nearest(slug, known)}"
                raise DocumentError((Problem(f"spec.steps[{number}].routes", text),))
    row = Escalation.objects.filter(slug=wanted.slug).first()
    before = None
    if row is not None and row.retired_at is None:
        names = {one.uid: slug for slug, one in routes.items()}
        before = duties.escalation_document(queries.escalation_terms(row, names))

    def do(author: str, now: datetime) -> object:
        return _declare_escalation(wanted, author=author, now=now)

    found = step("Escalation", wanted.slug, before, duties.escalation_document(wanted), do)
    return handed_over(found, managed_by=row.managed_by if row else None)


def _declare_escalation(wanted: EscalationTerms, *, author: str, now: datetime) -> Escalation:
    uids = {slug: row.uid for slug, row in queries.by_slug().items()}
    steps = [
        {"after": after, "subscriptions": [uids[slug] for slug in named if slug in uids]}
        for after, named in wanted.steps
    ]
    return declare_escalation(
        slug=wanted.slug, name=wanted.name, steps=steps, floor=wanted.floor, keys=wanted.keys,
        managed_by=FILES, author=author, now=now,
    )  # fmt: skip


def prune_all(folder: Folder) -> Iterator[Step]:
    """Yield what ends because files manage it and the folder does not hold it any more."""
    managed = Escalation.objects.filter(managed_by=FILES, retired_at=None)
    for row in managed.exclude(slug__in=folder.names("Escalation")).order_by("slug"):
        yield Step("retire", "Escalation", row.slug, (), _retiring(row))
    kept = folder.names("Route")
    for slug, route_row in sorted(queries.by_slug().items()):
        if route_row.uid.startswith(OF_FILES) and slug not in kept:
            yield Step("retire", "Route", slug, (), _ending(route_row))


def _retiring(row: Escalation) -> Do:
    return lambda author, now: retire_escalation(row=row, author=author, now=now)


def _ending(row: Subscription) -> Do:
    return lambda author, now: end_route(route=row, author=author, now=now)


def documents() -> Iterator[Named]:
    """Yield routes, then escalations, as apply takes them; addresses that are secrets left out."""
    routes = queries.by_slug()
    for slug, row in sorted(routes.items()):
        yield f"route-{slug}", duties.route_document(queries.terms_of(slug, row))
    names = {one.uid: slug for slug, one in routes.items()}
    for escalation in Escalation.objects.filter(retired_at=None).order_by("slug"):
        terms = queries.escalation_terms(escalation, names)
        if terms.steps:
            yield f"escalation-{escalation.slug}", duties.escalation_document(terms)
