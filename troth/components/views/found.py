"""What every screen needs: the thing that an address names, or a 404."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from django.db.models import Model
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404

from troth.core import sheets

Row = TypeVar("Row", bound=Model)


def row(model: type[Row], slug: str) -> Row:
    return get_object_or_404(model, slug=slug)


def changeable(model: type[Row], slug: str) -> Row:
    """Return what the desk may change. What files manage is not, nor what is retired: 404."""
    found = row(model, slug)
    if getattr(found, "managed_by", "") or getattr(found, "retired_at", None) is not None:
        raise Http404("this is not changed on the desk")
    return found


def csv(name: str, columns: list[str], rows: Iterable[sheets.Row]) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        _encoded(columns, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _encoded(columns: list[str], rows: Iterable[sheets.Row]) -> Iterator[bytes]:
    return (line.encode() for line in sheets.csv_lines(columns, rows))
