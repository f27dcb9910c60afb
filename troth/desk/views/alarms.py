"""How many false alarms are allowed over everything that is watched: a decision of an editor."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from troth.core import clock
from troth.metrics import actions
from troth.metrics.drift.enrolment import EnrolmentError
from troth.staff.access import person, requires


@require_POST
@requires("editor")
def allow(request: HttpRequest) -> HttpResponse:
    """Say how many days may pass, in the mean, between two false alarms."""
    try:
        days = float(request.POST.get("days", "").strip().replace(",", "."))
        actions.allow_false_alarms(days=days, author=person(request), now=clock.now())
    except EnrolmentError as error:
        messages.error(request, f"Nothing was changed: the days lie {error.message}.")
    except ValueError:
        messages.error(request, "Nothing was changed: say how many days, as 91 or 365.")
    else:
        messages.success(request, "Written down. The limits follow it from the next look on.")
    return redirect("desk:fades")
