"""Stories written by hand: what is under hand, the form, and every text that stood there."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from troth.core import clock
from troth.notify import previewing
from troth.notify.actions import composing as actions
from troth.notify.actions.composing import ComposingError, OvertakenError
from troth.notify.forms.composing import BeginForm, DraftForm, initial_of
from troth.notify.models import Draft, Edit
from troth.notify.rules.composing import TEXTS, changed
from troth.staff import queries as staff
from troth.staff.access import person, requires
from troth.ui.shortcuts import page_or_part

METHODS = ["GET", "HEAD", "POST"]
STATES = {
    "": "Everything", Draft.WRITING: "Being written", Draft.WAITING: "Waits for somebody",
    Draft.SCHEDULED: "Goes out soon", Draft.TOLD: "Told", Draft.DISCARDED: "Put away",
}  # fmt: skip


@require_safe
@requires("support")
def index(request: HttpRequest) -> HttpResponse:
    """Show what is written by hand, the latest first."""
    state, search = request.GET.get("state", ""), request.GET.get("search", "").strip()[:200]
    state = state if state in STATES else ""
    rows = Draft.objects.filter(state=state) if state else Draft.objects.all()
    rows = rows.filter(title__icontains=search) if search else rows
    context = {
        "page_obj": Paginator(rows.order_by("-updated_at", "-pk"), 50).get_page(
            request.GET.get("page")
        ),
        "states": STATES, "state": state, "search": search, "now": clock.now(),
        "is_first": not (state or search or request.GET.get("page")),
    }  # fmt: skip
    template = page_or_part(request, "notify/desk/drafts.html", part="drafts_rows")
    return render(request, template, context)


@require_http_methods(METHODS)
@requires("support")
def new(request: HttpRequest) -> HttpResponse:
    """Ask what it is about, and begin."""
    form = BeginForm(request.POST or None, initial={"event": request.GET.get("event", "")})
    if form.is_valid():
        row = actions.begin(
            written=form.written(), token=form.cleaned_data["token"], by=person(request),
            now=clock.now(),
        )  # fmt: skip
        return redirect("messages:draft", uid=row.uid)
    status = 422 if form.errors else 200
    return render(request, "notify/desk/draft_new.html", {"form": form}, status=status)


@require_http_methods(METHODS)
@requires("support")
def edit(request: HttpRequest, uid: str) -> HttpResponse:
    """Write; what is sent to this address is kept, whatever it still lacks."""
    row = found(uid)
    if row.state in (Draft.TOLD, Draft.DISCARDED):
        return redirect("messages:draft_preview", uid=uid)
    zone = staff.zone_of(person(request))
    initial = initial_of(row, actions.read(row))
    form = DraftForm(request.POST or None, initial=initial, zone=zone)
    context: dict[str, Any] = {"form": form, "row": row, "now": clock.now()}
    if request.method == "POST" and form.is_valid():
        answer = _kept(request, uid, form, context)
        if answer is not None:
            return answer
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "notify/desk/draft.html", context, status=status)


def _kept(
    request: HttpRequest, uid: str, form: DraftForm, context: dict[str, Any]
) -> HttpResponse | None:
    by, now = person(request), clock.now()
    is_auto = request.POST.get("do") == "auto"
    try:
        row = actions.write(uid=uid, page=form.page(), by=by, now=now)
    except OvertakenError as error:
        context |= _overtaken(uid, form, error)
        return render(request, "notify/desk/_kept.html", context) if is_auto else None
    except ComposingError as error:
        messages.error(request, f"Nothing was changed: {error}.")
        return redirect("messages:draft_preview", uid=uid)
    if is_auto:
        return render(request, "notify/desk/_kept.html", {"row": row, "now": now})
    is_next = request.POST.get("do") == "preview"
    if not is_next:
        messages.success(request, "It is kept. Nobody outside sees it.")
    return redirect("messages:draft_preview" if is_next else "messages:draft", uid=uid)


def _overtaken(uid: str, form: DraftForm, error: OvertakenError) -> dict[str, Any]:
    """Say who was first and where the two differ; sent again, what stands here holds."""
    row = found(uid)
    differing = changed(actions.read(row), form.page().written)
    labels = [str(form[name].label) for name in differing if name in form.fields]
    fresh = cast("QueryDict", form.data).copy()
    fresh["turn"] = str(row.turn)
    form.data = fresh
    form.add_error(None, f"{error.by} was first. Theirs stands. Yours is kept here and among the "
                   "earlier texts: keep it again if it is to replace theirs.")  # fmt: skip
    return {"row": row, "overtaken": error, "differing": labels}


@require_http_methods(METHODS)
@requires("support")
def earlier(request: HttpRequest, uid: str) -> HttpResponse:
    """Show every text that stood in a draft; write on from one of them."""
    row = found(uid)
    edits = list(row.edits.order_by("-pk")[:200])
    if request.method == "POST":
        return _gone_back(request, row)
    chosen = next((one for one in edits if str(one.pk) == request.GET.get("text")), None)
    context = {
        "row": row, "edits": edits, "chosen": chosen, "now": clock.now(),
        "texts": _texts(chosen) if chosen else [],
        "may_go_back": row.state in (Draft.WRITING, Draft.WAITING, Draft.SCHEDULED),
    }  # fmt: skip
    return render(request, "notify/desk/draft_earlier.html", context)


def _gone_back(request: HttpRequest, row: Draft) -> HttpResponse:
    number = request.POST.get("text", "")
    turn = request.POST.get("turn", "")
    try:
        actions.go_back_to(
            uid=row.uid, edit=int(number) if number.isdecimal() else 0,
            turn=int(turn) if turn.isdecimal() else 0, by=person(request), now=clock.now(),
        )  # fmt: skip
    except Edit.DoesNotExist:
        raise Http404("there is no such text") from None
    except ComposingError as error:
        messages.error(request, f"Nothing was changed: {error}.")
        return redirect("messages:draft_earlier", uid=row.uid)
    messages.success(request, "Write on from here. The other text is among the earlier ones.")
    return redirect("messages:draft", uid=row.uid)


def _texts(one: Edit) -> list[tuple[str, str, str]]:
    """Return (language, name, text) of an earlier text."""
    found_ = one.content.get("texts", {})
    return [
        (previewing.language_name(language), name, texts[name])
        for language, texts in found_.items()
        for name in TEXTS
        if texts.get(name)
    ]


def found(uid: str) -> Draft:
    row = Draft.objects.select_related("thread").filter(uid=uid).first()
    if row is None:
        raise Http404("there is no such story")
    return row
