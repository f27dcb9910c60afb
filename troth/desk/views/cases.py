from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.desk import cases
from troth.signals import queries as signals
from troth.staff.access import requires


@require_safe
@requires("viewer")
def show(request: HttpRequest) -> HttpResponse:
    """Show one case: every signal about it, and what each promise says of it."""
    source, key = request.GET.get("source", ""), request.GET.get("key", "")
    history = signals.store().history(source=source, key=key)
    if not history:
        raise Http404(key)
    current = next((row for row in reversed(history) if row.replaced_at is None), None)
    kind = (current or history[-1]).kind
    context = {
        "source": source,
        "key": key,
        "current": current,
        "last": history[-1],
        "told": cases.told(history),
        "sayings": cases.sayings(source=source, key=key, kind=kind) if current else [],
    }
    return render(request, "desk/case.html", context)
