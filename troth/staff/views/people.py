from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.core import clock
from troth.staff import actions, queries
from troth.staff.access import person, requires
from troth.staff.actions.links import Made
from troth.staff.forms import InvitationForm, RoleForm
from troth.staff.models import Link, User


@require_safe
@requires("owner")
def people(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    everyone, invitations = queries.people(), queries.open_invitations(now=now)
    context = {"people": everyone, "invitations": invitations, "now": now}
    return render(request, "staff/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("owner")
def invite(request: HttpRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None)
    if form.is_valid():
        try:
            made = actions.invite(**form.cleaned_data, actor=person(request), now=clock.now())
        except ValueError as problem:
            form.add_error("email", str(problem))
        else:
            return _shown(request, made)
    return render(request, "staff/invite.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("owner")
def someone(request: HttpRequest, pk: int) -> HttpResponse:
    who = get_object_or_404(User, pk=pk)
    form = RoleForm(request.POST or None, initial={"role": who.role})
    if form.is_valid():
        role = form.cleaned_data["role"]
        try:
            actions.change_role(person=who, role=role, actor=person(request), now=clock.now())
        except actions.LastOwner as refusal:
            form.add_error("role", str(refusal))
        else:
            messages.info(request, f"{who.shown_name} is {role} now.")
            return redirect("people")
    return render(request, "staff/person.html", {"who": who, "form": form, "now": clock.now()})


@require_POST
@requires("owner")
def suspension(request: HttpRequest, pk: int) -> HttpResponse:
    who = get_object_or_404(User, pk=pk)
    try:
        actions.suspend(person=who, actor=person(request), now=clock.now())
    except actions.LastOwner as refusal:
        messages.error(request, str(refusal))
        return redirect("person", pk=pk)
    messages.info(request, f"{who.shown_name} is shut out from now on.")
    return redirect("people")


@require_POST
@requires("owner")
def restoration(request: HttpRequest, pk: int) -> HttpResponse:
    who = get_object_or_404(User, pk=pk)
    actions.restore(person=who, actor=person(request), now=clock.now())
    messages.info(request, f"{who.shown_name} may come in again.")
    return redirect("people")


@require_POST
@requires("owner")
def password_link(request: HttpRequest, pk: int) -> HttpResponse:
    who = get_object_or_404(User, pk=pk)
    made = actions.password_link(person=who, actor=person(request), now=clock.now())
    return _shown(request, made)


@require_POST
@requires("owner")
def withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    link = get_object_or_404(Link, pk=pk, kind=Link.Kind.INVITATION)
    actions.withdraw(link=link, actor=person(request), now=clock.now())
    messages.info(request, f"The invitation of {link.email} opens nothing any more.")
    return redirect("people")


def _shown(request: HttpRequest, made: Made) -> HttpResponse:
    """Show the address this once, and mail it where mail is set up."""
    mailed = bool(settings.TROTH.email_url)
    if mailed:
        text = render_to_string("staff/link_mail.txt", {"made": made, "by": request.user})
        subject = f"Your way into {settings.TROTH.organisation}'s Troth"
        send_mail(subject, text, None, [made.link.email], fail_silently=True)
    context = {"made": made, "mailed": mailed}
    return render(request, "staff/link_made.html", context, status=201)
