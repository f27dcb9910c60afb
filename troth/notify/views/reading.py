"""A reader's own pages, behind a signed link. The link is the key: there is nothing to sign in to.

Mail scanners follow every link, so that a GET shows a button and changes nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from troth.core import clock
from troth.core.visitors import address_of, household
from troth.notify import catalogue, doors, links, topics
from troth.notify.actions import signing
from troth.notify.actions.knocking import knock
from troth.notify.actions.leaving import leave, leave_all, may_undo, undo
from troth.notify.actions.owning import may_be_owned
from troth.notify.actions.subscribing import EndedError, Source, change, confirm, go_on, pause
from troth.notify.channel import Shape
from troth.notify.forms.owning import OwnerForm
from troth.notify.forms.wishing import FAMILIES, WishForm, initial_of
from troth.notify.models import Subscription
from troth.notify.queries.readers import LIVE, live_twin, of_contact, of_uid, wish_of
from troth.notify.rules import families, limits
from troth.notify.views.public import language_of, proof_of, shown

_PAUSES: Final = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}
View = Callable[[HttpRequest, Subscription, str], HttpResponse]


def of_reader(view: View) -> Callable[..., HttpResponse]:
    """Give the view the subscription that the link names, in its reader's language."""

    @csrf_exempt  # whoever holds the link may use it; nobody is signed in
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        uid = links.held(token)
        subscription = of_uid(uid) if uid else None
        if subscription is None or subscription.contact.erased_at:
            return _strange(request)
        language = _language(request, subscription)
        with translation.override(language):
            return view(request, subscription, language)

    return guarded


def _language(request: HttpRequest, subscription: Subscription) -> str:
    return language_of(request) if "language" in request.GET else subscription.contact.language


def _strange(request: HttpRequest, status: int = HTTPStatus.NOT_FOUND) -> HttpResponse:
    """Answer a link that is none of ours, always in the same words."""
    of = household(address_of(request))
    if knock(use="strange link", of=of, limits=limits.STRANGE, now=clock.now()):
        status = HTTPStatus.TOO_MANY_REQUESTS
    return shown("no_link.html", {}, language=language_of(request), status=status)


def _source(request: HttpRequest, language: str, how: str = "link") -> Source:
    return Source(how=how, proof=proof_of(request, language, statement_shown=how == "link"))


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt
def confirming(request: HttpRequest, token: str) -> HttpResponse:
    """Ask “was it you?” by a button, and begin when it is pressed."""
    try:
        uid = links.confirming(token, now=clock.now())
    except links.ExpiredError:
        return shown("expired.html", {}, language=language_of(request),
                     status=HTTPStatus.GONE)  # fmt: skip
    subscription = of_uid(uid) if uid else None
    if subscription is None or subscription.contact.erased_at:
        return _strange(request)
    language = wish_of(subscription).language
    with translation.override(language):
        if request.method == "POST":
            return _confirmed(request, subscription, language)
        return _asked(subscription, language)


def _asked(subscription: Subscription, language: str) -> HttpResponse:
    if subscription.state != Subscription.ASKED:
        return _after(subscription, language)
    if doors.is_shut(subscription, now=clock.now()):
        return shown("expired.html", {}, language=language, status=HTTPStatus.GONE)
    context = {"summary": _summary(subscription), "before": live_twin(subscription)}
    return shown("confirm.html", context, language=language)


def _confirmed(request: HttpRequest, subscription: Subscription, language: str) -> HttpResponse:
    try:
        confirm(
            subscription=subscription,
            source=_source(request, language),
            is_added=request.POST.get("how") != "replace",
            now=clock.now(),
        )
    except EndedError:
        return _after(subscription, language)
    return redirect(f"{_base(subscription)}?is=confirmed")


def _after(subscription: Subscription, language: str) -> HttpResponse:
    """Answer a link to confirm that was used before."""
    subscription.refresh_from_db()
    if subscription.state in LIVE:
        return redirect(_base(subscription))
    return shown("expired.html", {}, language=language, status=HTTPStatus.GONE)


@require_http_methods(["GET", "HEAD", "POST"])
@of_reader
def managing(request: HttpRequest, subscription: Subscription, language: str) -> HttpResponse:
    """Show what a reader gets, and take changes."""
    if subscription.state not in LIVE:
        return _left(subscription, language)
    if doors.is_shut(subscription, now=clock.now()):
        return _barred(request, subscription, language)
    wish = wish_of(subscription)
    form = WishForm(
        request.POST if request.method == "POST" else None,
        initial=initial_of(wish),
        page=subscription.page,
        spoken=language,
    )
    if request.method == "POST" and form.is_valid():
        change(
            subscription=subscription,
            wish=replace(form.wish(), audience=subscription.audience),
            source=_source(request, language),
            now=clock.now(),
        )
        return redirect(f"{_base(subscription)}?is=changed")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return shown("manage.html", _managed(request, subscription, form), language=language,
        status=status,
    )  # fmt: skip


def _barred(request: HttpRequest, subscription: Subscription, language: str) -> HttpResponse:
    """Show how to end what is told no more: nothing of a page that may not be read any more."""
    status = HTTPStatus.FORBIDDEN if request.method == "POST" else HTTPStatus.OK
    context = {"contact": subscription.contact, "others": _others(subscription)}
    return shown("barred.html", context, language=language, status=status)


def _others(subscription: Subscription) -> int:
    """Return how many live subscriptions the same reader has besides."""
    others = of_contact(subscription.contact_id).filter(state__in=LIVE)
    return others.exclude(pk=subscription.pk).count()


def _managed(request: HttpRequest, subscription: Subscription, form: WishForm) -> dict[str, object]:
    news = request.GET.get("is", "") if request.method != "POST" else ""
    return {
        "form": form, "subscription": subscription, "contact": subscription.contact,
        "place": doors.place_of(subscription, now=clock.now()), "news": news,
        "is_signed": _is_signed(subscription),
        "owner": OwnerForm() if may_be_owned(subscription.contact.channel) else None,
        "others": _others(subscription), "base": _base(subscription),
        "has_chosen": bool(form["parts"].value()),
    }  # fmt: skip


def _base(subscription: Subscription) -> str:
    return reverse("subscription", args=[links.token_of(subscription.uid)])


@require_http_methods(["GET", "HEAD", "POST"])
@of_reader
def ending(request: HttpRequest, subscription: Subscription, language: str) -> HttpResponse:
    """End a subscription by a POST, be it of a mail program (RFC 8058) or of a button."""
    if request.method != "POST":
        if subscription.state == Subscription.ENDED:
            return _left(subscription, language)
        context = {"subscription": subscription, "contact": subscription.contact,
                   "base": _base(subscription), "summary": _summary(subscription)}  # fmt: skip
        return shown("leave.html", context, language=language)
    by_hand = request.POST.get("by") == "hand"
    source = _source(request, language, "form" if by_hand else "one-click")
    if request.POST.get("what") == "all":
        leave_all(contact_id=subscription.contact_id, source=source, now=clock.now())
    else:
        leave(subscription=subscription, source=source, now=clock.now())
    if by_hand:
        return redirect(_base(subscription))
    return HttpResponse("You get no more of these messages.\n", content_type="text/plain")


def _left(subscription: Subscription, language: str) -> HttpResponse:
    context = {
        "subscription": subscription, "base": _base(subscription),
        "may_undo": may_undo(subscription, now=clock.now()),
        "is_ours": subscription.end_how in {"bounce", "complaint", "staff"},
    }  # fmt: skip
    return shown("left.html", context, language=language)


@require_POST
@of_reader
def undoing(request: HttpRequest, subscription: Subscription, language: str) -> HttpResponse:
    """Take a leaving back."""
    undo(subscription=subscription, source=_source(request, language), now=clock.now())
    return redirect(f"{_base(subscription)}?is=back")


@require_POST
@of_reader
def pausing(request: HttpRequest, subscription: Subscription, language: str) -> HttpResponse:  # noqa: ARG001 - as all views here
    """Be quiet for a time, or go on."""
    now = clock.now()
    length = _PAUSES.get(request.POST.get("for", ""))
    if request.POST.get("for") == "none":
        go_on(subscription=subscription)
    elif length or request.POST.get("for") == "ever":
        pause(subscription=subscription, until=now + length if length else None, now=now)
    return redirect(_base(subscription))


@require_POST
@of_reader
def keying(request: HttpRequest, subscription: Subscription, language: str) -> HttpResponse:
    """Show the keys that sign what a program gets, or make a new one beside the one before."""
    if not _is_signed(subscription) or subscription.state not in LIVE:
        return _strange(request)
    if request.POST.get("what") == "new":
        signing.rotate(subscription=subscription, now=clock.now())
    keys = signing.secrets_of(subscription.uid, subscription.sealed)
    return shown("keys.html", {"keys": keys}, language=language)


def _is_signed(subscription: Subscription) -> bool:
    found = catalogue.all_channels().get(subscription.contact.channel)
    return found is not None and found.shape is Shape.HOOK


def _summary(subscription: Subscription) -> dict[str, object]:
    """Return in words what a subscription is about."""
    wish = wish_of(subscription)
    told = [name for key, name in FAMILIES.items() if wish.events & families.FAMILIES[key].mask]
    place = doors.place_of(subscription, now=clock.now())
    named = topics.names(wish.keys, wish.page, wish.language) if place else {}
    return {
        "events": told,
        "parts": list(named.values()),
        "to": subscription.contact.shown,
        "place": place,
    }
