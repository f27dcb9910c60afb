"""Groups of components: read, declared with what they hold, changed, retired."""

from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.http import HttpRequest

from troth.components import actions, exporting
from troth.components.queries import matching
from troth.components.queries.matching import KnownGroup
from troth.components.rules import documents
from troth.components.rules.documents import GroupTerms
from troth.core import clock
from troth.core.refusals import Refusal
from troth.incidents.importing.declaring import slug_of
from troth.incidents.statuspage import shapes
from troth.incidents.statuspage.asked import Asked, body_of, part
from troth.incidents.statuspage.doors import Answer, Token, done


def listed(request: HttpRequest, token: Token, page: str) -> Answer:  # noqa: ARG001
    """List living groups; here an empty one is told, too, which the page leaves out."""
    return 200, [shapes.group(one, page) for one in matching.groups()]


def one(request: HttpRequest, token: Token, page: str, uid: str) -> Answer:  # noqa: ARG001
    return 200, shapes.group(_found(uid), page)


def declare(request: HttpRequest, token: Token, page: str) -> Answer:
    """Declare a group and put components into it. Its slug follows from its name."""
    asked = _asked(request)
    name = (asked.text("name") or "").strip()
    if not name:
        raise asked.wrong("name", "is missing")
    if matching.group_called(name) is not None:
        raise Refusal(409, f"there is a group “{name}” already", field="component_group.name")
    terms = GroupTerms(slug=slug_of(name), name=name, description=asked.text("description") or "")
    uid = done(lambda: _declared(terms, asked, token))
    return 201, shapes.group(_found(uid), page)


def change(request: HttpRequest, token: Token, page: str, uid: str) -> Answer:
    """Change its name or description, or which components it holds."""
    asked, before = _asked(request), _found(uid)
    terms = GroupTerms(
        slug=before.slug, name=(asked.text("name") or before.name).strip(),
        description=before.description if asked.text("description") is None
        else str(asked.text("description")),
        parent=before.parent, position=before.position,
    )  # fmt: skip
    done(lambda: _declared(terms, asked, token))
    return 200, shapes.group(_found(uid), page)


def retire(request: HttpRequest, token: Token, page: str, uid: str) -> Answer:  # noqa: ARG001
    """Retire a group; what it held stands in none."""
    row = _found(uid)
    done(lambda: actions.retire_group(slug=row.slug, by=token, now=clock.now()))
    return 204, {}


def _asked(request: HttpRequest) -> Asked:
    """Return what is asked of the group; its description may stand beside it or in it."""
    asked = part(request, "component_group")
    beside = body_of(request).get("description")
    return Asked({"description": beside, **asked.values}, asked.name) if beside else asked


@transaction.atomic
def _declared(terms: GroupTerms, asked: Asked, token: Token) -> str:
    now = clock.now()
    row = actions.declare_group(terms=terms, by=token, now=now)
    wanted = asked.values.get("components")
    if isinstance(wanted, list):
        held = set(_found(row.uid).components)
        _move(set(map(str, wanted)) - held, row.slug, token)
        _move(held - set(map(str, wanted)), "", token)
    return row.uid


def _move(uids: Iterable[str], slug: str, token: Token) -> None:
    for uid in sorted(uids):
        known = matching.known_as(uid)
        if known is None:
            raise Refusal(422, f"there is no component {uid}", field="component_group.components")
        if known.managed_by:
            raise Refusal(409, f"{known.name} is declared in files: change it there")
        terms = replace(documents.component(exporting.written(uid)), group=slug)
        actions.declare_component(terms=terms, by=token, now=clock.now())


def _found(uid: str) -> KnownGroup:
    found = next((one for one in matching.groups() if one.uid == uid), None)
    if found is None:
        raise Refusal(404, f"there is no group {uid}")
    return found
