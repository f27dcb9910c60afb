"""What every screen needs: the incident that an address names, a token, a rehearsal."""

import secrets
from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from troth.incidents import queries
from troth.incidents.actions import NotAllowed, NotReady, Overtaken
from troth.incidents.models import FollowUp, Incident, Update
from troth.incidents.rules.inside import Inside
from troth.incidents.rules.results import IncidentShown
from troth.staff.access import person

_GONE = (Incident.DoesNotExist, Update.DoesNotExist, FollowUp.DoesNotExist)


def inside(uid: str) -> Inside:
    """Return an incident with all that belongs to it, or a 404."""
    found = queries.inside(uid)
    if found is None:
        raise Http404("there is no incident of this name")
    return found


def new_token() -> str:
    """Return what makes one form's sending happen once, however often it is sent."""
    return secrets.token_urlsafe(18)


def publishes(request: HttpRequest) -> bool:
    """Return whether who is signed in may let something go out; support proposes it."""
    return person(request).may("editor")


def drafts(request: HttpRequest) -> bool:
    return person(request).may("support")


def rehearsed(act: Callable[[], str]) -> IncidentShown:
    """Return what would be public after `act`, which gives a uid; nothing of it stays.

    Raises what `act` raises: a dry run asks every question.
    """
    with transaction.atomic():
        shown = queries.incident(act(), audience=queries.STAFF)
        transaction.set_rollback(True)
    if shown is None:
        raise NotAllowed("nothing of this would be public")
    return shown


def alone(uid: str) -> str:
    """Within a rehearsal: let one person be enough, to see what the second would sign."""
    Incident.objects.filter(uid=uid).update(two_person=False)
    return uid


def done(request: HttpRequest, act: Callable[[], object], said: str) -> bool:
    """Do it and say so, or say why not. Raises 404 for what is not there."""
    try:
        act()
    except _GONE:
        raise Http404("there is nothing of this name") from None
    except (NotReady, NotAllowed, Overtaken) as error:
        text = str(error)
        messages.error(request, f"Nothing was done: {text[:1000]}.", extra_tags="error")
        return False
    if said:
        messages.success(request, said)
    return True


def back(uid: str, place: str = "") -> HttpResponse:
    return redirect(f"/desk/status/incidents/{uid}/{place}")
