"""Watch what people reach for after a breach: monitors for the link and the hotline."""

from datetime import datetime

from django.db import transaction

from troth.core.problems import DocumentError
from troth.incidents.actions.asked import NotAllowed
from troth.incidents.models import Incident
from troth.incidents.queries import parts
from troth.incidents.queries.lifelines import Watched, watched
from troth.probes import actions as probes
from troth.staff.actions.audit import Actor


@transaction.atomic
def watch_lifelines(*, uid: str, by: Actor, now: datetime) -> tuple[list[str], list[str]]:
    """Declare the monitors of a breach's link and hotline; return what is watched, and what is not.

    What is watched as it is told now stays as it is. What cannot be is named with the reason.
    Raises Incident.DoesNotExist, NotAllowed where there is nothing to watch.
    """
    row = Incident.objects.select_related("breach").get(uid=uid)
    known = parts.breach(row)
    lines = watched(uid, known) if known else []
    if not lines:
        raise NotAllowed("say first where people change their password, or their hotline")
    done: list[str] = []
    refused: list[str] = []
    for one in lines:
        try:
            _declare(one, row.name, by=by, now=now)
            done.append(one.line.label)
        except DocumentError as error:
            why = "; ".join(problem.message for problem in error.problems)
            refused.append(f"{one.line.label}: {why}")
    return done, refused


def _declare(one: Watched, of: str, *, by: Actor, now: datetime) -> None:
    if one.is_current:
        return
    kept = dict(one.monitor.settings) if one.monitor and one.monitor.kind == one.line.kind else {}
    kept.pop("address", None)  # of another hotline
    with transaction.atomic():
        probes.declare_monitor(document=one.line.document(kept, of=of), author=by, now=now)
