"""Components and their groups: read, declared, said to be in a state, retired."""

from dataclasses import replace
from datetime import date

from django.http import HttpRequest

from troth.components import actions, exporting, queries
from troth.components.queries import matching
from troth.components.queries.matching import Known
from troth.components.rules import documents
from troth.components.rules.documents import ComponentTerms
from troth.components.rules.results import Shown, Status
from troth.core import clock
from troth.core.refusals import Refusal
from troth.incidents.importing.declaring import slug_of
from troth.incidents.statuspage import shapes
from troth.incidents.statuspage.asked import Asked, part
from troth.incidents.statuspage.doors import Answer, Token, done

_NO_STRIP = 1  # days; the bars are not shown here
_CHANGED = {"name", "description", "group_id", "only_show_if_degraded", "start_date"}


def shown(page: str) -> dict[str, shapes.Json]:
    """Return the living components as this API gives them, by uid."""
    board = queries.board(at=clock.now(), days=_NO_STRIP)
    return {one.uid: shapes.component(one, page) for one in board.components}


def listed(request: HttpRequest, token: Token, page: str) -> Answer:  # noqa: ARG001
    return 200, list(shown(page).values())


def one(request: HttpRequest, token: Token, page: str, uid: str) -> Answer:  # noqa: ARG001
    return 200, shapes.component(found(uid), page)


def declare(request: HttpRequest, token: Token, page: str) -> Answer:
    """Declare a component. Its slug follows from its name."""
    asked = part(request, "component")
    name = (asked.text("name") or "").strip()
    if not name:
        raise asked.wrong("name", "is missing")
    slug = slug_of(name)
    if matching.is_taken(slug):
        raise Refusal(409, f"there is a component “{slug}” already", field="component.name")
    terms = _terms(asked, ComponentTerms(slug=slug, name=name))
    row = done(lambda: actions.declare_component(terms=terms, by=token, now=clock.now()))
    _say(row.uid, asked, token)
    return 201, shapes.component(found(row.uid), page)


def change(request: HttpRequest, token: Token, page: str, uid: str) -> Answer:
    """Change a component; its status is a person's word: operational takes the word back."""
    asked = part(request, "component")
    row = _living(uid)
    if _CHANGED & set(asked.values):
        _change(row, asked, token)
    _say(uid, asked, token)
    return 200, shapes.component(found(uid), page)


def retire(request: HttpRequest, token: Token, page: str, uid: str) -> Answer:  # noqa: ARG001
    """Retire a component. Its history stays."""
    row = _living(uid)
    _refuse_managed(row)
    done(lambda: actions.retire_component(slug=row.slug, by=token, now=clock.now()))
    return 204, {}


def found(uid: str) -> Shown:
    _living(uid)
    row = queries.component(uid, days=_NO_STRIP)
    if row is None:
        raise Refusal(404, f"there is no component {uid}")
    return row


def _living(uid: str) -> Known:
    row = matching.known_as(uid)
    if row is None:
        raise Refusal(404, f"there is no component {uid}")
    return row


def _refuse_managed(row: Known) -> None:
    if row.managed_by:
        raise Refusal(409, "this component is declared in files: change it there")


def _change(row: Known, asked: Asked, token: Token) -> None:
    """Change what a component is called; who watches it stays."""
    _refuse_managed(row)
    before = documents.component(exporting.written(row.uid))
    terms = _terms(asked, replace(before, name=(asked.text("name") or row.name).strip()))
    done(lambda: actions.declare_component(terms=terms, by=token, now=clock.now()))


def _or(value: str | None, default: str) -> str:
    return default if value is None else value


def _terms(asked: Asked, terms: ComponentTerms) -> ComponentTerms:
    start = asked.text("start_date")
    return replace(
        terms, description=_or(asked.text("description"), terms.description),
        only_if_degraded=asked.flag("only_show_if_degraded", default=terms.only_if_degraded),
        start_date=_day(asked, start) if start else terms.start_date,
        group=_group(asked) if "group_id" in asked.values else terms.group,
    )  # fmt: skip


def _group(asked: Asked) -> str:
    """Return the slug of the group that is asked for, "" for none."""
    uid = asked.text("group_id")
    found = [one.slug for one in matching.groups() if one.uid == uid]
    if uid and not found:
        raise asked.wrong("group_id", "names no group")
    return found[0] if found else ""


def _day(asked: Asked, text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise asked.wrong("start_date", "is a day as 2026-12-31") from None


def _say(uid: str, asked: Asked, token: Token) -> None:
    if not asked.has("status"):
        return
    status = asked.status(asked.values["status"])
    now = clock.now()
    if status is Status.OPERATIONAL:
        done(lambda: actions.unsay(component=uid, by=token, now=now))
    else:
        done(lambda: actions.say(component=uid, status=status, by=token, now=now))
