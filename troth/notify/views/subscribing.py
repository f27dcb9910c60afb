"""The form for strangers. Known and unknown addresses get the same answer."""

from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from troth.core import clock
from troth.core.visitors import address_of, household
from troth.notify import doors, links, riddles, vapid
from troth.notify.actions.subscribing import Source, subscribe
from troth.notify.channel import Shape
from troth.notify.forms.subscribing import BY_SCRIPT, SubscribeForm, begun
from troth.notify.queries.readers import public_channels
from troth.notify.rules.wishes import WishError
from troth.notify.topics import Place
from troth.notify.views.public import language_of, place_named, proof_of, shown, too_many
from troth.notify.welcoming import NotByHandError, TooManyError, welcome
from troth.ui import assets

_MOST_PRESELECTED = 50


@csrf_exempt  # it changes nothing that belongs to whoever is signed in
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest) -> HttpResponse:
    """Show the form of a public page; take it."""
    place = place_named(request.GET.get("page", ""))
    if place is None:
        raise Http404
    return answered(request, At(place=place))


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """Which page is subscribed to; `door` is what let the visitor into a private one.

    `csrf` is the token of a form that counts for something because of who sends it: without it
    another site could subscribe its own address by a visitor's browser.
    """

    place: Place
    door: doors.Grant = field(default_factory=dict)
    csrf: str = ""


def answered(request: HttpRequest, at: At) -> HttpResponse:
    """Show the form of a page to a visitor who may read it, or take it."""
    language = language_of(request)
    with translation.override(language):
        if request.method == "POST":
            return _taken(request, _form(request, at, request.POST), at)
        return _shown(_form(request, at, None), at, language)


def _form(request: HttpRequest, at: At, data: QueryDict | None) -> SubscribeForm:
    now = clock.now()
    chosen: dict[str, Any] = {"begun": begun(now=now)}
    if parts := request.GET.getlist("part")[:_MOST_PRESELECTED]:
        chosen["parts"] = parts
    if (channel := request.GET.get("channel")) and channel in public_channels():
        chosen["channel"] = channel
    return SubscribeForm(
        data,
        initial=chosen,
        page=at.place.slug,
        spoken=language_of(request),
        channels=public_channels(),
    )


def _shown(form: SubscribeForm, at: At, language: str, status: int = HTTPStatus.OK) -> HttpResponse:
    asked = {"language": language} if at.door else {"page": form.page, "language": language}
    context = {
        "form": form, "place": at.place, "csrf": at.csrf, "begun": begun(now=clock.now()),
        "has_chosen": bool(form["parts"].value()),
        "push_key": vapid.public_key() if form.is_push_offered else "",
        "action": f"?{urlencode(asked)}",
    }  # fmt: skip
    return shown("subscribe.html", context, language=language, status=status)


def _taken(request: HttpRequest, form: SubscribeForm, at: At) -> HttpResponse:
    language = language_of(request)
    if not form.is_valid():
        return _shown(form, at, language, HTTPStatus.UNPROCESSABLE_ENTITY)
    now = clock.now()
    try:
        welcome(form, use="subscribe", of=household(address_of(request)), now=now)
    except NotByHandError:
        form.add_error(None, _("Please send the form once more."))
        return _shown(form, at, language, HTTPStatus.UNPROCESSABLE_ENTITY)
    except TooManyError as error:
        return too_many(error.wait, language=language)
    return _written(request, form, at)


def _written(request: HttpRequest, form: SubscribeForm, at: At) -> HttpResponse:
    language = language_of(request)
    spoken = form.cleaned_data["language"] or language
    try:
        row = subscribe(
            channel=form.cleaned_data["channel"],
            address=form.cleaned_data["address"],
            wish=replace(form.wish(), audience=at.place.audience),
            source=Source(how="form", proof=proof_of(request, spoken), door=at.door),
            now=clock.now(),
            owner=form.cleaned_data["owner"],
        )
    except WishError as error:
        for field, what in error.problems.items():
            form.add_error(field if field in form.fields else None, what)
        return _shown(form, at, language, HTTPStatus.UNPROCESSABLE_ENTITY)
    channel = form.cleaned_data["channel"]
    address = form.channels[channel].address
    query = {"channel": channel, "language": language}
    if channel in BY_SCRIPT:  # only that browser knows its address, so that this tells nobody else
        query["own"] = links.token_of(row.uid)
    name = "subscribe-asked" if address and address.confirms else "subscribe-begun"
    return redirect(f"{reverse(name)}?{urlencode(query)}")


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """Say that a message was sent, whoever the address belongs to."""
    channel = request.GET.get("channel", "")
    found = public_channels().get(channel)
    is_program = found is not None and found.shape is Shape.HOOK
    context = {"channel": found, "is_mail": channel == "email", "is_program": is_program}
    return shown("asked.html", context, language=language_of(request))


@require_safe
def at_once(request: HttpRequest) -> HttpResponse:
    """Say that it begins now: the channel needs no question."""
    own = request.GET.get("own", "")
    base = reverse("subscription", args=[own]) if links.held(own) else ""
    context = {"own": base, "push_key": vapid.public_key() if base else ""}
    return shown("begun.html", context, language=language_of(request))


@require_safe
def push_worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's own
    """Give the script that shows our messages in a browser. Its address never changes."""
    body = assets.find("notify/push-worker.js").body
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
def riddle(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's own
    """Give a riddle to a browser."""
    response = JsonResponse(riddles.riddle(now=clock.now()))
    response.headers["Cache-Control"] = "no-store"
    return response
