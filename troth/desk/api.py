"""What joins signals and promises, as JSON."""

from django.http import HttpRequest
from ninja import Router, Schema

from troth.core.refusals import Refusal
from troth.desk import cases
from troth.signals import queries as signals
from troth.staff.access import ApiKey

router = Router(auth=ApiKey("read"), tags=["signals"])


class SayingOut(Schema):
    """`part`: kept, broken, pending, no_promise; judged where a case alone decides nothing."""

    slug: str
    name: str
    part: str
    excluded: str


@router.get("/case/verdicts", response=list[SayingOut])
def list_case_verdicts(request: HttpRequest, source: str, key: str) -> list[cases.Saying]:
    """List what each promise says of one case, those that count it."""
    history = signals.store().history(source=source, key=key)
    current = next((row for row in reversed(history) if row.replaced_at is None), None)
    if not history:
        raise Refusal(404, "there is no such case")
    return cases.sayings(source=source, key=key, kind=current.kind) if current else []
