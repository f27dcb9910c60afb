from collections.abc import Sequence

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from troth.core import clock
from troth.page import actions, audience, queries, sharing
from troth.page.forms import NoticeForm, ShareForm
from troth.page.models import SharedLink
from troth.staff.access import person, requires
from troth.ui import charts, words


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show what is published, since when, and where it can be fetched."""
    return _screen(request, NoticeForm(initial={"text": queries.notice()}), status=200)


@require_safe
@requires("viewer")
def readers(request: HttpRequest) -> HttpResponse:
    """Show how often the page was read, by classes of visitors; nobody in particular."""
    read = audience.read(now=clock.now())
    context = {
        "read": read,
        "during": words.share(read.during / read.views) if read.during else "",
        "chart": charts.amounts(read.days, "Views by people a day."),
        "newest": read.days[::-1],
        "counts": settings.TROTH.page_statistics,
        "parts": (
            ("kinds", "Visitors", _said(read.kinds)),
            ("origins", "People came from", _said(read.origins)),
            ("languages", "Languages", read.languages),
            ("audiences", "Private pages, by audience", read.audiences),
        ),
    }
    return render(request, "page/readers.html", context)


_WORDS = {
    "reader": "People", "bot": "Search engines and other robots", "program": "Programs",
    "none": "No link: typed, or not told", "own": "Another page of ours",
    "search": "A search engine", "other": "Elsewhere",
}  # fmt: skip


def _said(rows: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    return [(_WORDS[word], views) for word, views in rows]


@require_POST
@requires("editor")
def notice(request: HttpRequest) -> HttpResponse:
    """Put a notice on every public page, or take it away."""
    form = NoticeForm(request.POST)
    if not form.is_valid():
        return _screen(request, form, status=422)
    actions.post_notice(text=form.cleaned_data["text"], author=person(request), now=clock.now())
    messages.success(request, "The page is being written with it.")
    return redirect("page:index")


@require_POST
@requires("support")
def share(request: HttpRequest) -> HttpResponse:
    """Make a link to the one sheet as of a day, to be handed on."""
    form = ShareForm(request.POST, languages=queries.site().languages)
    notice = NoticeForm(initial={"text": queries.notice()})
    if not form.is_valid():
        return _screen(request, notice, share=form, status=422)
    now = clock.now()
    try:
        link = sharing.share(terms=form.share(now=now), author=person(request), now=now)
    except ValueError as problem:
        form.add_error(None, str(problem))
        return _screen(request, notice, share=form, status=422)
    return _screen(request, notice, share=form, link=link, status=200)


@require_POST
@requires("support")
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Let a link show nothing from now on."""
    try:
        row = sharing.revoke(number=number, by=person(request), now=clock.now())
    except SharedLink.DoesNotExist:
        raise Http404("there is no link of this number") from None
    messages.success(
        request, f"The link “{row.purpose}” shows nothing any more. Who opens it is told so."
    )
    return redirect(f"{reverse('page:index')}#links")


def _screen(
    request: HttpRequest,
    form: NoticeForm,
    *,
    status: int,
    share: ShareForm | None = None,
    link: str = "",
) -> HttpResponse:
    now = clock.now()
    context = {
        "now": now,
        "form": form,
        "share": share or ShareForm(languages=queries.site().languages),
        "link": link,
        "may_share": person(request).may("support"),
        "links": [(one, one.is_live(now)) for one in sharing.links()],
        "published": queries.published(),
        "site": queries.site(),
        "folder": settings.TROTH.page_dir,
        "due": actions.is_due(now=now),
        "hard": queries.hard_to_read(),
        "may_edit": person(request).may("editor"),
    }
    return render(request, "page/desk.html", context, status=status)
