"""What every screen needs: the incident that an address names, a token, a rehearsal."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, cast
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from troth.core import clock
from troth.incidents import actions, queries
from troth.incidents.actions import NotAllowed, NotReady, Overtaken
from troth.incidents.models import FollowUp, Incident, Sent, Update
from troth.incidents.rules.inside import Inside
from troth.incidents.rules.results import IncidentShown
from troth.staff import queries as staff
from troth.staff.access import View, person

P = ParamSpec("P")
_ASKING = ("preview", "check")  # buttons that change nothing
_GONE = (Incident.DoesNotExist, Update.DoesNotExist, FollowUp.DoesNotExist)


def inside(uid: str) -> Inside:
    """Return an incident with all that belongs to it, or a 404."""
    found = queries.inside(uid)
    if found is None:
        raise Http404("there is no incident of this name")
    return found


def once(request: HttpRequest, verb: str, act: Callable[[], object]) -> Callable[[], str]:
    """Return `act` so that it is done once for one form, however often that is sent.

    It gives the uid that `act` gave the first time, or nothing.
    """

    def do() -> str:
        made = act()
        return made if isinstance(made, str) else ""

    token = request.POST.get("token", "")
    return lambda: actions.once(token=token, verb=verb, now=clock.now(), do=do)


def sent_once(view: View[P]) -> View[P]:
    """Let a form that was sent already lead to what came of it; nothing is done again."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        sent = _sent(request)
        if sent is None:
            return view(request, *args, **kwargs)
        messages.info(
            request,
            "This was sent, once. If you changed something in the form since, that was not taken.",
        )
        for uid in (sent.uid, str(kwargs.get("uid", ""))):
            if Incident.objects.filter(uid=uid).exists():
                return back(uid)
        is_planned = "/maintenance/" in request.path
        return redirect("incidents:maintenance" if is_planned else "incidents:index")

    return cast("View[P]", guarded)


def _sent(request: HttpRequest) -> Sent | None:
    """Return what was done of this very form, None where it is new or only asks."""
    token = request.POST.get("token", "") if request.method == "POST" else ""
    if not token or request.POST.get("do") in _ASKING:
        return None
    return Sent.objects.filter(token=token[:100]).first()


def zone(request: HttpRequest) -> ZoneInfo:
    """Return the zone in which who is signed in enters times."""
    return staff.zone_of(person(request))


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
