"""What every screen of one promise needs: the promise, or a 404."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from troth.core.moments import Moments
from troth.promises import queries
from troth.promises.models import Promise
from troth.promises.rules.results import Detail


def row(slug: str) -> Promise:
    return get_object_or_404(Promise, slug=slug)


def changeable(slug: str) -> Promise:
    """Return a promise that the desk may change. One that files manage is not: 404."""
    promise = row(slug)
    if promise.managed_by or promise.retired_at is not None:
        raise Http404("this promise is not changed on the desk")
    return promise


def detail(slug: str, moments: Moments) -> Detail:
    try:
        return queries.promise_detail(slug, at=moments.at, as_of=moments.as_of)
    except Promise.DoesNotExist:
        raise Http404(slug) from None
