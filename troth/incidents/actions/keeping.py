"""What every change has in common: the row held, the request done once, the traces it leaves."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import F

from troth.incidents.actions import messaging
from troth.incidents.actions.asked import NotAllowed, Overtaken
from troth.incidents.models import Counter, Incident, Sent, Update, UpdateImpact, Wording
from troth.incidents.queries.showing import shown
from troth.incidents.rules import revising

_LONGEST_TOKEN = 100


def take_turn() -> None:
    """Hold the one row of the counter until the caller's transaction ends.

    Writers of incidents take turns, on PostgreSQL as on SQLite: they speak of two incidents, of
    clocks and of components, and would wait for each other in a circle otherwise.
    """
    if Counter.objects.select_for_update().filter(pk=1).first() is None:
        Counter.objects.get_or_create(pk=1, defaults={"number": 0})
        Counter.objects.select_for_update().get(pk=1)


def held(uid: str, *, turn: int | None = None) -> Incident:
    """Return an incident's row, locked in the caller's transaction.

    With `turn`, the number that its reader saw, raises Overtaken if it has changed since. Raises
    Incident.DoesNotExist.
    """
    take_turn()
    row = Incident.objects.select_for_update().get(uid=uid)
    if turn is not None and row.turn != turn:
        raise Overtaken("somebody else has changed this since you read it; look again")
    return row


@transaction.atomic
def once(*, token: str, verb: str, now: datetime, do: Callable[[], str]) -> str:
    """Return the name of what `do` made; the same token again gives the first one's.

    What is refused uses no token up. An empty token is no promise: `do` is done.
    """
    take_turn()
    if not token:
        return do()
    if len(token) > _LONGEST_TOKEN:
        raise NotAllowed(f"the token has more than {_LONGEST_TOKEN} characters")
    sent, is_mine = Sent.objects.get_or_create(token=token, defaults={"verb": verb, "at": now})
    if not is_mine:
        if sent.verb != verb:
            raise NotAllowed("this token was used for something else")
        return sent.uid
    sent.uid = do()
    sent.save(update_fields=["uid"])
    return sent.uid


def changed(row: Incident, *, now: datetime) -> None:
    """Save an incident after a change: its turn, its revision, its words, the public counter."""
    row.turn += 1
    row.updated_at = now
    row.revision = ""
    row.save()
    if row.listed_at is None:
        return
    [whole] = shown([row])
    whole = revising.revised(whole)
    row.revision = whole.revision
    row.save(update_fields=["revision"])
    messaging.tell(row, whole, now=now)
    Wording.objects.update_or_create(incident=row, defaults={"text": words(row)})
    count()


def count() -> None:
    """Let the public counter grow: something that anybody can see has changed."""
    if not Counter.objects.filter(pk=1).update(number=F("number") + 1):
        Counter.objects.get_or_create(pk=1, defaults={"number": 1})


def words(row: Incident) -> str:
    """Return all public words of an incident, for the search."""
    said = Update.objects.filter(incident=row, published_at__isnull=False)
    bodies = said.values_list("body", flat=True)
    names = UpdateImpact.objects.filter(update__in=said).values_list("name", flat=True).distinct()
    facts = (row.name, row.problem, row.affects, row.workaround, row.recovery, row.data_loss)
    return "\n".join(filter(None, (*facts, *bodies, *names))).casefold()
