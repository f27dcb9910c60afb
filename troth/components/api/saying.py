"""What a person says of a component: read it, say it, end it."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Header, Router, Schema, Status
from pydantic import Field

from troth.components import actions, queries
from troth.components.api import schemas
from troth.components.api.reading import Name, found
from troth.components.queries import Said
from troth.components.rules import results
from troth.components.rules.results import Shown
from troth.core import clock
from troth.core.moments import Instant
from troth.core.refusals import Refusal
from troth.core.shapes import Moment
from troth.staff.access import ApiKey

router = Router()
IfMatch = Annotated[str | None, Header(alias="If-Match")]


class WordIn(Schema):
    status: results.Status
    note: str = Field("", max_length=2000, pattern=r"^[^\x00]*$")
    until: Instant | None = Field(None, description="Null: until somebody ends it.")


@router.get("/components/{component}/word", response=schemas.WordOut | None, auth=ApiKey("read"))
def show_word(request: HttpRequest, response: HttpResponse, component: Name) -> Said | None:
    """Show what a person says of it now; null where nobody does."""
    shown = found(component, Moment())
    word = queries.word(shown.uid, at=clock.now())
    response["ETag"] = _etag(word)
    return word


@router.put("/components/{component}/word", response=schemas.WordOut, auth=ApiKey("write"))
def say_word(
    request: HttpRequest,
    response: HttpResponse,
    component: Name,
    said: WordIn,
    if_match: IfMatch = None,
) -> Said:
    """Say how it is: this wins over probes and incidents until it ends.

    With `If-Match` it is refused (412) when somebody else has spoken since that ETag.
    """
    shown = _living(component)
    _check(shown, if_match)
    try:
        actions.say(
            component=shown.uid, status=said.status, note=said.note, until=said.until,
            by=request.auth, now=clock.now(),  # type: ignore[attr-defined]
        )  # fmt: skip
    except ValueError as error:
        raise Refusal(422, str(error), field="until") from None
    word = queries.word(shown.uid, at=clock.now())
    if word is None:
        raise Refusal(422, "the word was over at once", field="until")
    response["ETag"] = _etag(word)
    return word


@router.delete("/components/{component}/word", response={204: None}, auth=ApiKey("write"))
def end_word(request: HttpRequest, component: Name, if_match: IfMatch = None) -> Status[None]:
    """End what a person says of it: probes and incidents speak again. Twice is as good as once."""
    shown = _living(component)
    _check(shown, if_match)
    actions.unsay(component=shown.uid, by=request.auth, now=clock.now())  # type: ignore[attr-defined]
    return Status(204, None)


def _living(component: str) -> Shown:
    shown = found(component, Moment())
    if queries.is_retired(shown.uid):
        raise Refusal(409, "this component is retired; declare it again first")
    return shown


def _etag(word: Said | None) -> str:
    return f'"{word.ref if word else "nothing-said"}"'


def _check(shown: Shown, if_match: str | None) -> None:
    if if_match is None or if_match.strip() == "*":
        return
    if _etag(queries.word(shown.uid, at=clock.now())) not in if_match:
        raise Refusal(412, "somebody else has spoken since you read it", field="If-Match")
