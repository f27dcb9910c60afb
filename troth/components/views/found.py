"""What every screen needs: the thing that an address names, or a 404."""

from typing import TypeVar

from django.db.models import Model
from django.http import Http404
from django.shortcuts import get_object_or_404

Row = TypeVar("Row", bound=Model)


def row(model: type[Row], slug: str) -> Row:
    return get_object_or_404(model, slug=slug)


def changeable(model: type[Row], slug: str) -> Row:
    """Return what the desk may change. What files manage is not, nor what is retired: 404."""
    found = row(model, slug)
    if getattr(found, "managed_by", "") or getattr(found, "retired_at", None) is not None:
        raise Http404("this is not changed on the desk")
    return found
