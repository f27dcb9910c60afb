"""Every message: where it is, what the other side said, and once more where that is needed."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from troth.core import clock
from troth.core.paging import CursorError
from troth.notify import catalogue
from troth.notify.actions import replaying
from troth.notify.models import Delivery
from troth.notify.queries import deliveries as queries
from troth.notify.queries.deliveries import Choice
from troth.people import queries as people
from troth.staff.access import person, requires
from troth.ui.shortcuts import page_or_part

_NOBODY = -1  # an address that nobody has finds nothing, rather than everything


@require_safe
@requires("support")
def index(request: HttpRequest) -> HttpResponse:
    """Show messages, newest first, as they are asked for."""
    asked = request.GET
    address = asked.get("address", "").strip()[:2_000]
    channel, state = asked.get("channel", ""), asked.get("state", "")
    choice = Choice(
        thread=asked.get("thread", "")[:40],
        channel=channel if channel in catalogue.all_channels() else "",
        state=state if state in queries.STATES else "",
        reader=_reader(address),
    )
    try:
        page = queries.deliveries(choice, after=asked.get("after"))
    except CursorError:
        return redirect("messages:deliveries")
    context = {
        "page": page,
        "choice": choice,
        "address": address,
        "channels": catalogue.all_channels(),
        "states": queries.STATES,
        "same": urlencode({"thread": choice.thread, "channel": channel, "state": state}),
        "now": clock.now(),
    }
    template = page_or_part(request, "notify/desk/deliveries.html", part="rows")
    return render(request, template, context)


@require_safe
@requires("support")
def show(request: HttpRequest, number: int) -> HttpResponse:
    """Show one message with every try."""
    one = queries.delivery(number)
    if one is None:
        raise Http404("there is no such message")
    context = {"one": one, "tries": queries.tries(number), "now": clock.now()}
    return render(request, "notify/desk/delivery.html", context)


def _reader(address: str) -> int | None:
    """Return the contact of an address, whichever its channel; nothing where none is asked for."""
    if not address:
        return None
    found = (_found(channel, address) for channel in catalogue.all_channels())
    return next((pk for pk in found if pk is not None), _NOBODY)


def _found(channel: str, address: str) -> int | None:
    try:
        contact = people.find(channel, address)
    except ValueError:  # it is no address of this channel
        return None
    return contact.pk if contact else None


@require_POST
@requires("editor")
def replay(request: HttpRequest, number: int) -> HttpResponse:
    """Send a message once more, as one of its own."""
    row = Delivery.objects.filter(pk=number).first()
    if row is None:
        raise Http404("there is no such message")
    try:
        made = replaying.replay(delivery=row, author=person(request), now=clock.now())
    except replaying.NotReplayableError as error:
        messages.warning(request, f"Not sent again: {error}.")
        return redirect("messages:delivery", number=number)
    messages.success(request, "It is sent once more. What comes of it stands here.")
    return redirect("messages:delivery", number=made.pk)
