"""What files say of outlets, as steps. No secret is in a plan or an export."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from troth.core.documents import Folder, Loaded
from troth.core.filing import FILES, Do, Named, Step, handed_over, planned, step
from troth.core.problems import DocumentError, Problem
from troth.notify.actions import outlets as actions
from troth.notify.models import Outlet
from troth.notify.queries.outlets import plain, secrets_of
from troth.notify.referring import resolved
from troth.notify.rules import outlets as rules
from troth.notify.rules.outlets import Wanted

KINDS: Final = ("Outlet",)


def declare_all(folder: Folder, problems: list[Problem]) -> Iterator[Step]:
    """Yield what declaring the outlets of a folder would do."""
    yield from planned(folder, "Outlet", _outlet, problems)


def _outlet(loaded: Loaded) -> Step:
    document = _resolved(loaded.document)
    wanted = rules.outlet(document)
    row = Outlet.objects.filter(slug=wanted.slug).first()
    actions.checked(wanted, row)
    after = rules.document(wanted)
    if row is not None and _tells_new_secrets(wanted, row):
        after["spec"]["secrets"] = "others than before"

    def do(author: str, now: datetime) -> object:
        return actions.declare_outlet(document=document, author=author, now=now, managed_by=FILES)

    living = row if row is not None and row.retired_at is None else None
    found = step("Outlet", wanted.slug, plain(living) if living else None, after, do)
    return handed_over(found, managed_by=row.managed_by if row else None)


def _resolved(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with the secrets in it that it names by environment or file.

    Raises DocumentError.
    """
    spec = document.get("spec")
    told = spec.get("secrets") if isinstance(spec, Mapping) else None
    if not isinstance(spec, Mapping) or not isinstance(told, Mapping):
        return document
    secrets, problems = {}, list[Problem]()
    for name, value in told.items():
        try:
            secrets[name] = resolved(value)
        except ValueError as error:
            problems.append(Problem(f"spec.secrets.{name}", str(error)))
    if problems:
        raise DocumentError(tuple(problems))
    return {**document, "spec": {**spec, "secrets": secrets}}


def _tells_new_secrets(wanted: Wanted, row: Outlet) -> bool:
    kept = secrets_of(row)
    return any(kept.get(name) != value for name, value in (wanted.secrets or {}).items())


def prune_all(folder: Folder) -> Iterator[Step]:
    """Yield what ends because files manage it and the folder does not hold it any more."""
    managed = Outlet.objects.filter(managed_by=FILES, retired_at=None)
    for row in managed.exclude(slug__in=folder.names("Outlet")).order_by("slug"):
        yield Step("retire", "Outlet", row.slug, (), _retiring(row))


def _retiring(row: Outlet) -> Do:
    return lambda author, now: actions.retire_outlet(outlet=row, author=author, now=now)


def documents() -> Iterator[Named]:
    """Yield each outlet as apply takes it, without secrets."""
    for row in Outlet.objects.filter(retired_at=None).order_by("slug"):
        yield f"outlet-{row.slug}", plain(row)
