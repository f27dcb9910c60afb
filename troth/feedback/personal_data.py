"""What somebody wrote to us, found by their address, and forgetting it."""

from dataclasses import dataclass
from datetime import datetime

from troth.feedback.actions import forgetting
from troth.feedback.models import Report
from troth.feedback.queries import CHANNEL
from troth.feedback.sealing import words_of, words_of_step
from troth.people.keyed import address_digest
from troth.people.rules.addresses import normal


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One report, with our answers in their order."""

    uid: str
    kind: str
    at: datetime
    text: str
    answers: list[str]


def find(*, address: str) -> list[Held]:
    """Return all that an address wrote, oldest first."""
    return [
        Held(
            uid=row.uid, kind=row.kind, at=row.created_at, text=words_of(row),
            answers=[
                words_of_step(step, uid=row.uid)
                for step in row.done.filter(verb="answered").order_by("number")
            ],
        )
        for row in Report.objects.filter(digest=_digest(address) or "nobody").order_by("pk")
    ]  # fmt: skip


def forget(*, address: str, now: datetime) -> int:
    """Forget all that an address wrote and was written; return how many reports."""
    digest = _digest(address)
    return forgetting.forget(digest=digest, now=now) if digest else 0


def _digest(address: str) -> str:
    try:
        return address_digest(CHANNEL, normal(CHANNEL, address))
    except ValueError:
        return ""
