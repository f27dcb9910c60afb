"""One reader, with each yes and no; readers from a file; addresses that are left alone."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.core import clock
from troth.core.paging import written
from troth.notify import consenting, topics
from troth.notify.actions.importing import Origin, Report, import_subscribers
from troth.notify.actions.leaving import leave
from troth.notify.actions.subscribing import Source
from troth.notify.actions.suppressing import lift, suppress_address
from troth.notify.actions.trying import send_test
from troth.notify.forms.following import AloneForm, FileForm
from troth.notify.incoming.reading import lines
from troth.notify.incoming.shapes import Usual
from troth.notify.incoming.tables import UnreadableError
from troth.notify.models import Subscription, Suppression
from troth.notify.queries import readers as queries
from troth.notify.rules import families, quiet
from troth.notify.rules.wishes import clock_of
from troth.notify.views.readers import before_of
from troth.people import queries as people
from troth.staff.access import person, requires
from troth.staff.actions import note
from troth.ui.asking import Question, ask

_A_PAGE = 50


@require_safe
@requires("support")
def show(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one subscription, and every yes and no of its reader."""
    row = _found(uid)
    wish = queries.wish_of(row)
    named = topics.names(wish.keys, wish.page, "en")
    context = {
        "row": row, "contact": row.contact, "events": families.names(row.events),
        "parts": [named.get(key, key) for key in wish.keys], "wish": wish,
        "words": people.ledger(row.contact)[:200],
        "alone": queries.suppression(row.contact.channel, row.contact.digest),
        **_peace(row, clock.now()),
    }  # fmt: skip
    return render(request, "notify/desk/reader.html", context)


def _peace(row: Subscription, now: datetime) -> dict[str, Any]:
    """Return when a reader is left in peace, and when their next digest goes."""
    zone, begin, end = row.contact.zone, row.quiet_from, row.quiet_until
    is_digest = row.pace != "at once"
    return {
        "quiet": f"{clock_of(begin)} to {clock_of(end)}" if begin is not None else "",
        "quiet_until": quiet.quiet_until(now, zone=zone, begin=begin, end=end),
        "next_digest": quiet.digest_at(now, zone=zone, pace=row.pace) if is_digest else None,
    }


def _found(uid: str) -> Subscription:
    row = queries.of_uid(uid[:40])
    if row is None or row.is_ours:
        raise Http404("there is no such reader")
    return row


@require_POST
@requires("editor")
def try_one(request: HttpRequest, uid: str) -> HttpResponse:
    """Send a test message to one reader: one that arrives ends a quarantine."""
    row = _found(uid)
    if row.state in queries.LIVE:
        send_test(subscription=row, by=person(request).shown_name, now=clock.now())
        messages.success(
            request, "A test message is on its way; Deliveries says what becomes of it."
        )
    return redirect("messages:reader", uid=row.uid)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def end(request: HttpRequest, uid: str) -> HttpResponse:
    """End a subscription for its reader."""
    row, now = _found(uid), clock.now()
    if request.method != "POST":
        question = Question(
            title=f"End what {row.contact.shown} gets?", danger=True, button="End it",
            text="A no is written down for them. They can subscribe anew.", back_url="../",
        )  # fmt: skip
        return ask(request, question)
    proof = consenting.proof(language="", ip="", now=now, statement_shown=False)
    source = Source(how="staff", proof=proof, by=person(request).shown_name)
    if leave(subscription=row, source=source, now=now):
        note(actor=person(request), verb="ended", thing="subscription", thing_id=uid, now=now)
    return redirect("messages:reader", uid=uid)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def bring(request: HttpRequest) -> HttpResponse:
    """Take a file of subscribers: say what it comes to, or bring them."""
    form = FileForm(request.POST or None, request.FILES or None)
    report, problem = None, ""
    if request.method == "POST" and form.is_valid():
        try:
            report = _brought(request, form.cleaned_data)
        except UnreadableError as error:
            problem = str(error)
            form.add_error("file", problem)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"form": form, "report": report, "is_trial": form.data.get("do") != "bring"}
    return render(request, "notify/desk/readers_file.html", context, status=status)


def _brought(request: HttpRequest, given: dict[str, Any]) -> Report:
    from django.conf import settings

    usual = Usual(
        events=given["events"], language=settings.TROTH.languages[0],
        zone=settings.TROTH.time_zone, page=given["page"],
    )  # fmt: skip
    now, dry_run = clock.now(), request.POST.get("do") != "bring"
    report = import_subscribers(
        lines=lines(given["file"], name=str(given["file"].name), usual=usual),
        origin=Origin(
            name=str(given["file"].name)[:100], by=person(request).shown_name,
            stated=given["proof"],
        ),
        now=now, dry_run=dry_run,
    )  # fmt: skip
    if not dry_run:
        note(actor=person(request), verb="imported", thing="subscribers", now=now,
             after=dict(report.counts))  # fmt: skip
    return report


@require_http_methods(["GET", "HEAD", "POST"])
@requires("support")
def alone(request: HttpRequest) -> HttpResponse:
    """List the addresses that are left alone, and add one."""
    form = AloneForm(request.POST or None)
    if request.method == "POST":
        if not person(request).may("editor"):
            return HttpResponse(status=HTTPStatus.FORBIDDEN)
        if form.is_valid():
            given = form.cleaned_data
            suppress_address(
                channel=given["channel"], address=given["address"], said=given["said"],
                author=person(request), now=clock.now(),
            )  # fmt: skip
            messages.success(request, "This address is left alone from now on.")
            return redirect("messages:alone")
    before = before_of(request.GET.get("after", ""))
    found = Suppression.objects.filter(lifted_at=None).order_by("-pk")
    rows = list((found.filter(pk__lt=before) if before else found)[: _A_PAGE + 1])
    more, rows = len(rows) > _A_PAGE, rows[:_A_PAGE]
    context = {"rows": rows, "form": form, "next": written((rows[-1].pk,)) if more else ""}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "notify/desk/alone.html", context, status=status)


@require_POST
@requires("editor")
def let_go(request: HttpRequest, number: int) -> HttpResponse:
    """Let an address be written to again, once it asks anew."""
    row = Suppression.objects.filter(pk=number, lifted_at=None).first()
    if row is None:
        raise Http404("there is no such address")
    who = person(request)
    lift(suppression=row, author=who, by=who.shown_name, now=clock.now())
    messages.success(request, f"{row.shown} may ask for messages again.")
    return redirect("messages:alone")
