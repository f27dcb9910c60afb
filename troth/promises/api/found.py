"""Finding the promise that an address names, or refusing in one sentence."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Protocol, TypeVar

from ninja import Path

from troth.core.refusals import Refusal
from troth.promises import queries
from troth.promises.models import Promise
from troth.promises.rules.results import Detail, Standing
from troth.promises.rules.terms import DocumentError


class _Numbered(Protocol):
    @property
    def id(self) -> int: ...


T = TypeVar("T")
Row = TypeVar("Row", bound=_Numbered)
Slug = Annotated[str, Path(max_length=100, pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]


def row(slug: str) -> Promise:
    """Return the promise's row, a retired one too. Refuses with 404."""
    found = Promise.objects.filter(slug=slug).first()
    if found is None:
        raise _missing(slug)
    return found


def changeable(slug: str) -> Promise:
    """Return a promise that may be changed here. Refuses with 404, or 409 where files keep it."""
    promise = row(slug)
    if promise.managed_by:
        raise Refusal(409, "this promise is kept in files; change it there and apply them")
    if promise.retired_at is not None:
        raise Refusal(409, "this promise is retired; declare it again first")
    return promise


def one(slug: str, *, at: datetime | None, as_of: datetime | None) -> Standing:
    """Return how one promise stands. Refuses with 404, for a retired one too."""
    standings = queries.standing(at=at, as_of=as_of, slugs=[slug])
    if not standings:
        raise _missing(slug)
    return standings[0]


def detail(slug: str, *, at: datetime | None, as_of: datetime | None) -> Detail:
    """Return everything about one promise. Refuses with 404."""
    try:
        return queries.promise_detail(slug, at=at, as_of=as_of)
    except Promise.DoesNotExist:
        raise _missing(slug) from None


def understood(ask: Callable[[], T]) -> T:
    """Return what `ask` answers; a document it cannot understand is refused by field."""
    try:
        return ask()
    except DocumentError as error:
        first = error.problems[0]
        message = "; ".join(str(problem) for problem in error.problems)
        raise Refusal(422, message, field=first.field) from None


def numbered(rows: Iterable[Row], number: int, what: str) -> Row:
    """Return the row with this number; `what` is its name in the refusal. Refuses with 404."""
    for row in rows:
        if row.id == number:
            return row
    raise Refusal(404, f"there is no {what} {number} here")


def ended(slug: str, read: Callable[[], Row], end: Callable[[], object]) -> Row:
    """End what belongs to a promise that may be changed here, and return it as it is then."""
    changeable(slug)
    read()
    end()
    return read()


def _missing(slug: str) -> Refusal:
    return Refusal(404, f"there is no promise “{slug}”")
