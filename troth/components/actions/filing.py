"""What files say of components, their groups, pages, readers and the uptime formula, as steps."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from troth.components import exporting
from troth.components.actions import declaring, pages
from troth.components.models import Audience, Component, Formula, Group, Page
from troth.components.rules import documents
from troth.components.rules.documents import ComponentTerms
from troth.core.documents import Folder, Loaded
from troth.core.fields import nearest
from troth.core.filing import FILES, Do, Step, handed_over, planned, step
from troth.core.problems import DocumentError, Problem
from troth.probes import queries as probes


def declare_all(folder: Folder, problems: list[Problem]) -> Iterator[Step]:
    """Yield what declaring the documents of a folder would do; groups that hold others first."""
    yield from planned(folder, "Formula", _formula, problems)
    yield from planned(folder, "Audience", _audience, problems)
    inner = list(planned(folder, "ComponentGroup", partial(_group, folder), problems))
    parents = {one.name: _parent(one) for one in folder.of("ComponentGroup")}
    yield from sorted(inner, key=lambda one: _depth(one.name, parents))
    yield from planned(folder, "Component", partial(_component, folder), problems)
    yield from planned(folder, "StatusPage", partial(_page, folder), problems)


def _depth(name: object, parents: dict[str, object]) -> int:
    """Return in how many groups of the same files a group stands; what goes in circles is deep."""
    depth = 0
    while (name := parents.get(str(name))) and depth < len(parents):
        depth += 1
    return depth


def _parent(loaded: Loaded) -> object:
    spec = loaded.document.get("spec")
    return spec.get("parent") if isinstance(spec, dict) else None


def _refuse_unknown(folder: Folder, model: type[Any], field: str, slugs: Iterable[str]) -> None:
    """Refuse what is named and neither there nor declared by the same files."""
    declared = folder.names(_KIND[model])
    known = {*declared, *model.objects.values_list("slug", flat=True)}
    problems = [
        Problem(field, f"there is no {_WORD[model]} “{slug}”{nearest(slug, known)}")
        for slug in slugs
        if slug and slug not in known
    ]
    if problems:
        raise DocumentError(tuple(problems))


_KIND = {Group: "ComponentGroup", Component: "Component", Audience: "Audience"}
_WORD = {Group: "group", Component: "component", Audience: "audience"}


def _component(folder: Folder, loaded: Loaded) -> Step:
    terms = documents.component(loaded.document)
    _refuse_unknown(folder, Group, "spec.group", [terms.group])
    _refuse_unknown(folder, Audience, "spec.audiences", terms.audiences)
    _remark_on_watches(folder, terms)
    row = Component.objects.filter(slug=terms.slug).first()

    def do(author: str, now: datetime) -> object:
        return declaring.declare_component(terms=terms, by=author, now=now, managed_by=FILES)

    return _taken(row, loaded, exporting.component, documents.component, do)


def _remark_on_watches(folder: Folder, terms: ComponentTerms) -> None:
    """Remark on what is to watch it and is not there: it is no data until then."""
    declared = folder.names("Monitor") | folder.names("Heartbeat")
    missing = [one for one in terms.watches if one.slug not in declared]
    there = {one.slug for one in probes.states([one.slug for one in missing])} if missing else set()
    folder.remarks += [
        f"component {terms.slug} has no data until there is a {one.kind} “{one.slug}”"
        for one in missing
        if one.slug not in there
    ]


def _group(folder: Folder, loaded: Loaded) -> Step:
    terms = documents.group(loaded.document)
    _refuse_unknown(folder, Group, "spec.parent", [terms.parent])
    _refuse_deep(folder, terms.parent)
    row = Group.objects.filter(slug=terms.slug).first()

    def do(author: str, now: datetime) -> object:
        return declaring.declare_group(terms=terms, by=author, now=now, managed_by=FILES)

    return _taken(row, loaded, exporting.group, documents.group, do)


def _refuse_deep(folder: Folder, parent: str) -> None:
    """Refuse a group in one that will stand in another itself, as soon as the plan is made."""
    declared = {one.name: _parent(one) for one in folder.of("ComponentGroup")}
    above = Group.objects.filter(slug=parent, parent__isnull=False)
    if declared.get(parent) or (parent not in declared and above.exists()):
        raise DocumentError((Problem("spec.parent", declaring.ONCE),))


def _page(folder: Folder, loaded: Loaded) -> Step:
    terms = documents.page(loaded.document)
    _refuse_unknown(folder, Component, "spec.components", terms.components)
    _refuse_unknown(folder, Audience, "spec.audiences", terms.audiences)
    row = Page.objects.filter(slug=terms.slug).first()

    def do(author: str, now: datetime) -> object:
        return pages.declare_page(terms=terms, by=author, now=now, managed_by=FILES)

    return _taken(row, loaded, exporting.page, documents.page, do)


def _audience(loaded: Loaded) -> Step:
    terms = documents.audience(loaded.document)
    row = Audience.objects.filter(slug=terms.slug).first()

    def do(author: str, now: datetime) -> object:
        return pages.declare_audience(terms=terms, by=author, now=now, managed_by=FILES)

    return _taken(row, loaded, exporting.audience, documents.audience, do)


def _formula(loaded: Loaded) -> Step:
    terms = documents.uptime_formula(loaded.document)
    last = Formula.objects.order_by("number").last()

    def do(author: str, now: datetime) -> object:
        return pages.declare_formula(terms=terms, by=author, now=now, managed_by=FILES)

    return step("Formula", loaded.name, last.weights if last else None, terms.weights, do)


def _taken(
    row: Any,  # noqa: ANN401 - one of _Row, and `written` takes the same
    loaded: Loaded,
    written: Callable[[Any], dict[str, Any]],
    read: Callable[[object], object],
    do: Do,
) -> Step:
    """Return the step from what a row declares to what a document does, compared by meaning."""
    before = None
    if row is not None and getattr(row, "retired_at", None) is None:
        before = _values(read(written(row)))
    found = step(loaded.kind, loaded.name, before, _values(read(loaded.document)), do)
    return handed_over(found, managed_by=row.managed_by if row else None)


def _values(terms: Any) -> dict[str, Any]:  # noqa: ANN401 - frozen values with slots
    return {name: getattr(terms, name) for name in terms.__slots__}


def prune_all(folder: Folder) -> Iterator[Step]:
    """Yield what ends because files manage it and the folder does not hold it any more."""
    ends: tuple[tuple[str, type[Any], Callable[..., object]], ...] = (
        ("StatusPage", Page, pages.retire_page),
        ("Component", Component, declaring.retire_component),
        ("ComponentGroup", Group, declaring.retire_group),
    )
    for kind, model, retire in ends:
        managed = model.objects.filter(managed_by=FILES, retired_at=None)
        for row in managed.exclude(slug__in=folder.names(kind)).order_by("slug"):
            yield Step("retire", kind, row.slug, (), _retiring(retire, row.slug))


def _retiring(retire: Callable[..., object], slug: str) -> Do:
    return lambda author, now: retire(slug=slug, by=author, now=now)
