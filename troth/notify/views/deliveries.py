"""Every message: where it is, what the other side said, and once more where that is needed."""

from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    QueryDict,
)
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.core import clock
from troth.core.paging import CursorError
from troth.notify import catalogue
from troth.notify.actions import replaying
from troth.notify.models import Delivery
from troth.notify.queries import deliveries as queries
from troth.notify.queries.deliveries import Choice
from troth.people import queries as people
from troth.staff.access import person, requires
from troth.ui.asking import Question, ask
from troth.ui.sheets import csv_file
from troth.ui.shortcuts import page_or_part

_MOST = 500  # sent once more by one click
_DIGITS = 10
_FAILED = ("failed", "refused", "given up", "unknown", "withheld")
_COLUMNS = (
    "id", "title", "event", "revision", "channel", "outlet", "reader", "state", "why", "due_at",
    "left_at", "ended_at", "tries", "said", "receipt", "thread", "to",
)  # fmt: skip
_NOBODY = -1  # an address that nobody has finds nothing, rather than everything


@require_safe
@requires("support")
def index(request: HttpRequest) -> HttpResponse:
    """Show messages, newest first, as they are asked for."""
    choice, now = _choice(request.GET), clock.now()
    try:
        page = queries.deliveries(choice, at=now, after=request.GET.get("after"))
    except CursorError:
        return redirect("messages:deliveries")
    same = request.GET.copy()
    same.pop("after", None)
    context = {
        "page": page,
        "choice": choice,
        "address": request.GET.get("address", "").strip()[:2_000],
        "channels": catalogue.all_channels(),
        "states": queries.STATES,
        "same": same.urlencode(),
        "is_all": choice == Choice(),
        "is_standing": queries.is_standing(at=now),
        "may_replay": choice.state in _FAILED and page.items,
        "now": now,
    }
    template = page_or_part(request, "notify/desk/deliveries.html", part="messages")
    return render(request, template, context)


def _choice(asked: QueryDict) -> Choice:
    """Return which messages an address names; what is unknown is not asked for."""
    channel, state = asked.get("channel", ""), asked.get("state", "")
    number = asked.get("number", "")
    return Choice(
        thread=asked.get("thread", "")[:40],
        channel=channel if channel in catalogue.all_channels() else "",
        state=state if state in queries.STATES else "",
        reader=_reader(asked.get("address", "").strip()[:2_000]),
        subscription=asked.get("subscription", "")[:40],
        number=int(number) if number.isdecimal() and len(number) < _DIGITS else None,
    )


@require_safe
@requires("support")
def file(request: HttpRequest) -> HttpResponseBase:
    """Give the same messages as CSV, addresses in part as on the screen."""
    rows = queries.everything(_choice(request.GET), at=clock.now())
    told = (tuple(getattr(one, name) for name in _COLUMNS) for one in rows)
    return csv_file("messages", _COLUMNS, told)


@require_safe
@requires("support")
def show(request: HttpRequest, number: int) -> HttpResponse:
    """Show one message with every try."""
    now = clock.now()
    one = queries.delivery(number, at=now)
    if one is None:
        raise Http404("there is no such message")
    context = {"one": one, "tries": queries.tries(number), "now": now}
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


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def replay_all(request: HttpRequest) -> HttpResponse:
    """Ask, then send once more what failed among the messages that the address names."""
    choice = _choice(request.GET)
    back = f"{reverse('messages:deliveries')}?{request.GET.urlencode()}"
    rows = queries.failed(choice, limit=_MOST)
    if request.method == "POST":
        done = sum(_replayed(request, row) for row in rows)
        messages.success(request, f"{done} sent once more. What comes of them stands here.")
        return redirect(back)
    unknown = sum(row.state == "unknown" for row in rows)
    question = Question(
        title=f"Send {len(rows)} message{'' if len(rows) == 1 else 's'} once more?",
        text="Each tells the newest revision; consent is asked again when it leaves."
        + (f" Of {unknown} nobody knows whether they arrived: those readers may be told twice."
           if unknown else "")
        + (f" There are more; these are the newest {_MOST}." if len(rows) == _MOST else ""),
        button="Send them once more", back_url=back, danger=bool(unknown),
    )  # fmt: skip
    return ask(request, question)


def _replayed(request: HttpRequest, row: Delivery) -> bool:
    try:
        replaying.replay(delivery=row, author=person(request), now=clock.now())
    except replaying.NotReplayableError:  # somebody else did meanwhile
        return False
    return True
