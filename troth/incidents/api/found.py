"""Finding what an address names, and refusing in one sentence."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from ninja import Header, Path, Router

from troth.core import clock
from troth.core.refusals import Refusal
from troth.incidents import actions, queries
from troth.incidents.actions import NotAllowed, NotReady, Overtaken
from troth.incidents.api.schemas import MadeOut
from troth.incidents.models import FollowUp, Incident, Update
from troth.incidents.rules.results import IncidentShown
from troth.staff.access import ApiKey

T = TypeVar("T")
router = Router(tags=["incidents"])
READ, WRITE = ApiKey("read"), ApiKey("write")
Uid = Annotated[str, Path(min_length=12, max_length=12, pattern=r"^[a-z0-9]{12}$")]
Token = Annotated[
    str,
    Header(
        "",
        alias="Idempotency-Key",
        max_length=100,
        description="The same key again does nothing more and gives the first answer.",
    ),
]


def one(uid: str) -> IncidentShown:
    """Return a published incident. Refuses with 404."""
    found = queries.incident(uid, audience=queries.STAFF)
    if found is None:
        raise missing(uid)
    return found


def done(act: Callable[[], T]) -> T:
    """Do it, or refuse: 422 for what is missing, 409 for what cannot follow, 412, 404."""
    try:
        return act()
    except NotReady as error:
        raise Refusal(422, str(error), field=error.gaps[0].field) from None
    except Overtaken as error:
        raise Refusal(412, str(error), field="turn") from None
    except NotAllowed as error:
        raise Refusal(409, str(error)) from None
    except (Incident.DoesNotExist, Update.DoesNotExist, FollowUp.DoesNotExist):
        raise Refusal(404, "there is nothing of this name") from None


def once(token: str, verb: str, act: Callable[[], object]) -> str:
    """Do it once for one Idempotency-Key, or refuse; return the name that `act` gave, if any."""

    def do() -> str:
        name = act()
        return name if isinstance(name, str) else ""

    return done(lambda: actions.once(token=token, verb=verb, now=clock.now(), do=do))


def update_of(uid: str, update: str) -> Update:
    """Return an update of this very incident. Refuses with 404."""
    row = Update.objects.filter(uid=update, incident__uid=uid).first()
    if row is None:
        raise Refusal(404, "there is nothing of this name")
    return row


def made(uid: str, update: Update | None = None) -> MadeOut:
    """Return what an operation answers that wrote something."""
    row = Incident.objects.get(uid=uid)
    public = row.listed_at is not None and (update is None or update.published_at is not None)
    return MadeOut(
        uid=uid, update=update.uid if update else None, is_public=public, revision=row.revision
    )


def missing(uid: str) -> Refusal:
    return Refusal(404, f"there is no published incident “{uid}”")
