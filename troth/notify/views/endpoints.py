"""What the owner of a program or a room does besides: try it, say who is told when it fails."""

from http import HTTPStatus
from typing import Final

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from troth.core import clock
from troth.notify import links
from troth.notify.actions.knocking import knock
from troth.notify.actions.owning import may_be_owned, own
from troth.notify.actions.renewing import NotItsOwnError, renew
from troth.notify.actions.trying import send_test
from troth.notify.calling import answered
from troth.notify.catalogue import SettingsError
from troth.notify.forms.owning import OwnerForm
from troth.notify.models import Subscription
from troth.notify.queries.readers import LIVE
from troth.notify.rules import limits
from troth.notify.views.reading import of_reader

_MOST: Final = 8_000  # bytes of what a browser tells


def _back(subscription: Subscription, news: str = "") -> HttpResponse:
    own_page = reverse("subscription", args=[links.token_of(subscription.uid)])
    return redirect(f"{own_page}?is={news}" if news else own_page)


def _is_endpoint(subscription: Subscription) -> bool:
    return subscription.state in LIVE and may_be_owned(subscription.contact.channel)


@require_POST
@of_reader
def trying(request: HttpRequest, subscription: Subscription, language: str) -> HttpResponse:  # noqa: ARG001 - as all views of readers
    """Send a test message: one that arrives ends a quarantine."""
    now = clock.now()
    if not _is_endpoint(subscription):
        return _back(subscription)
    if knock(use="test", of=subscription.uid, limits=limits.TRIED, now=now):
        return _back(subscription, "waiting")
    send_test(subscription=subscription, by="the reader", now=now)
    return _back(subscription, "tried")


@require_POST
@of_reader
def renewing(request: HttpRequest, subscription: Subscription, language: str) -> HttpResponse:  # noqa: ARG001 - as all views of readers
    """Take a browser's new address: from whoever knows the one before."""
    told = answered(request.body.decode("utf-8", "replace")) if len(request.body) < _MOST else {}
    given = msgspec.json.encode(told.get("new")).decode()
    try:
        renew(
            subscription=subscription, old=str(told.get("old", "")), address=given, now=clock.now()
        )
    except (SettingsError, NotItsOwnError):
        return HttpResponse("this is not the browser that is told\n", status=HTTPStatus.FORBIDDEN,
                            content_type="text/plain")  # fmt: skip
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_POST
@of_reader
def owning(request: HttpRequest, subscription: Subscription, language: str) -> HttpResponse:  # noqa: ARG001 - as all views of readers
    """Keep who is told when it fails; nobody, where nothing is said."""
    form = OwnerForm(request.POST)
    if not _is_endpoint(subscription):
        return _back(subscription)
    if not form.is_valid():
        return _back(subscription, "wrong")
    own(subscription=subscription, address=form.cleaned_data["owner"], now=clock.now())
    subscription.save(update_fields=["owner"])
    return _back(subscription, "changed")
