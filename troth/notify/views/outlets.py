"""How we reach people: the channels that are set up, each tried before it is needed."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.core import clock
from troth.core.described import SettingsError
from troth.core.problems import DocumentError
from troth.notify import catalogue, trying
from troth.notify.actions import outlets as actions
from troth.notify.forms.outlet import OutletForm
from troth.notify.forms.trying import TryForm
from troth.notify.models import Outlet
from troth.notify.queries.outlets import plain, secrets_of
from troth.notify.rules import naming
from troth.notify.rules.advising import advice
from troth.notify.rules.results import Answer, Fate
from troth.staff.access import person, requires


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show what is set up, and what is wrong with it."""
    rows = list(Outlet.objects.filter(retired_at=None).order_by("channel", "name"))
    channels = catalogue.all_channels()
    shown = [{"row": row, "channel": channels.get(row.channel)} for row in rows]
    return render(request, "notify/desk/outlets.html", {"shown": shown, "now": clock.now()})


@require_safe
@requires("owner")
def channels(request: HttpRequest) -> HttpResponse:
    """Ask by which channel."""
    return render(request, "notify/desk/channels.html", {"channels": catalogue.all_channels()})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("owner")
def new(request: HttpRequest, channel: str) -> HttpResponse:
    """Ask for the settings of a new outlet; set it up."""
    if channel not in catalogue.all_channels():
        raise Http404(f"there is no channel {channel}")
    form = OutletForm(request.POST or None, channel=channel, base=None)
    if form.is_valid() and Outlet.objects.filter(slug=form.cleaned_data["slug"]).exists():
        form.add_error("slug", "There is one of that name already.")
    return _saved(request, form) or _ask(request, form, "")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("owner")
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    row = _found(slug)
    if row.managed_by:
        raise Http404(f"{slug} is kept in files")
    kept = tuple(secrets_of(row))
    form = OutletForm(request.POST or None, channel=row.channel, base=plain(row), kept=kept)
    return _saved(request, form) or _ask(request, form, slug)


@require_POST
@requires("owner")
def pause(request: HttpRequest, slug: str) -> HttpResponse:
    """Hold its messages back, or let them go on."""
    row = _found(slug)
    held = row.paused_at is None
    actions.pause_outlet(outlet=row, author=person(request), now=clock.now(), is_paused=held)
    said = "is held back: its messages wait" if held else "goes on with what waited"
    messages.success(request, f"“{row.name}” {said}.")
    return redirect("messages:outlets")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("owner")
def retirement(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask, then use an outlet no more."""
    row = _found(slug)
    if request.method == "POST":
        actions.retire_outlet(outlet=row, author=person(request), now=clock.now())
        messages.success(request, f"“{row.name}” is used no more. What went through it is kept.")
        return redirect("messages:outlets")
    context = {
        "title": f"Use “{row.name}” no more?",
        "text": "Messages that wait for it go through the channel's usual outlet, if there is one.",
        "button": "Use it no more",
        "danger": True,
        "back_url": "../../",
    }
    return render(request, "ui/confirm.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("owner")
def attempt(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Send a test at once, as `troth notify test` does, and say what the other side said."""
    row = _found(slug) if slug else None
    channel = catalogue.channel(row.channel) if row else None
    form = TryForm(request.POST or None, channel=channel)
    answer: Answer | None = None
    if form.is_valid():
        answer = _tried(form, row)
    context = {"form": form, "row": row, "channel": channel, "answer": answer,
               "said": naming.answer(answer.fate) if answer else "",
               "advice": advice(answer) if answer else "",
               "is_taken": bool(answer and answer.fate is Fate.ACCEPTED)}  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "notify/desk/outlet_test.html", context, status=status)


def _tried(form: TryForm, row: Outlet | None) -> Answer | None:
    to = form.cleaned_data.get("address", "")
    try:
        trial = trying.of_outlet(row, to) if row else trying.of_url(to)
        return trying.send(trial, language=form.cleaned_data["language"], now=clock.now())
    except SettingsError as error:
        field = "address" if "address" in form.fields else None
        form.add_error(field, f"{error.message[:1].upper()}{error.message[1:]}.")
    except ValueError as error:  # its secrets were sealed with another key
        form.add_error(None, f"The outlet cannot be used: {error}")
    return None


def _found(slug: str) -> Outlet:
    row = Outlet.objects.filter(slug=slug, retired_at=None).first()
    if row is None:
        raise Http404(f"there is no outlet {slug}")
    return row


def _saved(request: HttpRequest, form: OutletForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        row = actions.declare_outlet(
            document=form.document(), author=person(request), now=clock.now()
        )
    except DocumentError as error:
        form.refuse(error)
        return None
    messages.success(request, f"“{row.name}” is set up. Send a test before you need it.")
    return redirect("messages:outlets")


def _ask(request: HttpRequest, form: OutletForm, slug: str) -> HttpResponse:
    context = {"form": form, "channel": catalogue.channel(form.channel), "slug": slug}
    return render(request, "notify/desk/outlet.html", context, status=422 if form.errors else 200)
