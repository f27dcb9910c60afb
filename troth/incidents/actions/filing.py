"""What files say of templates and the cadence, as steps."""

from collections.abc import Iterator
from datetime import datetime

from troth.core.documents import Folder, Loaded
from troth.core.filing import FILES, Do, Step, handed_over, planned, step
from troth.core.problems import Problem
from troth.incidents.actions.preparing import declare_cadence, declare_template, retire_template
from troth.incidents.models import Cadence, Template
from troth.incidents.rules import documents
from troth.incidents.rules.cadence import Grid


def declare_all(folder: Folder, problems: list[Problem]) -> Iterator[Step]:
    """Yield what declaring the documents of a folder would do."""
    listed = folder.of(documents.CADENCE)
    if len(listed) > 1:
        where = ", ".join(one.place for one in listed)
        problems.append(Problem(where, "there is one cadence; leave the others out"))
        return
    yield from planned(folder, documents.CADENCE, _cadence, problems)
    yield from planned(folder, documents.TEMPLATE, _template, problems)


def prune_all(folder: Folder) -> Iterator[Step]:
    """Yield the templates that files manage and the folder does not hold; a cadence goes back."""
    kept = folder.names(documents.TEMPLATE)
    rows = Template.objects.filter(managed_by=FILES, retired_at=None).exclude(slug__in=kept)
    for row in rows.order_by("slug"):
        yield Step("retire", documents.TEMPLATE, row.slug, (), _retiring(row.slug))
    last = Cadence.objects.order_by("-created_at", "-id").first()
    built_in = documents.written(Grid())
    is_left = last is not None and last.managed_by == FILES and last.spec != built_in
    if is_left and last is not None and not folder.of(documents.CADENCE):
        yield Step("change", documents.CADENCE, last.slug, ("as built in",), _built_in)


def _retiring(slug: str) -> Do:
    return lambda author, now: retire_template(slug=slug, by=author, now=now)


def _built_in(author: str, now: datetime) -> object:
    return declare_cadence(document=documents.written(Grid()), by=author, now=now, managed_by=FILES)


def _template(loaded: Loaded) -> Step:
    prepared = documents.read_template(loaded.document)
    row = Template.objects.filter(slug=prepared.slug, retired_at=None).first()

    def do(author: str, now: datetime) -> object:
        return declare_template(document=loaded.document, by=author, now=now, managed_by=FILES)

    found = step(documents.TEMPLATE, prepared.slug, row.spec if row else None, loaded.document, do)
    return handed_over(found, managed_by=row.managed_by if row else None)


def _cadence(loaded: Loaded) -> Step:
    documents.read_cadence(loaded.document)
    row = Cadence.objects.order_by("-created_at", "-id").first()

    def do(author: str, now: datetime) -> object:
        return declare_cadence(document=loaded.document, by=author, now=now, managed_by=FILES)

    found = step(documents.CADENCE, loaded.name, row.spec if row else None, loaded.document, do)
    return handed_over(found, managed_by=row.managed_by if row else None)
