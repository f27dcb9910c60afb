"""What became of an initiative: judged once, when the days after shipping are whole."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from troth.plan.models import Expectation, Finding
from troth.plan.queries.effects import measured
from troth.plan.queries.foresight import was_late
from troth.plan.queries.waiting import ready
from troth.plan.rules.effects import Verdict
from troth.staff.actions import note as trail


def judge(*, now: datetime) -> int:
    """Judge every initiative whose time has come; return how many. Two workers judge one once."""
    return sum(_judged(expectation, now) for expectation in ready(now=now))


@transaction.atomic
def _judged(expectation: Expectation, now: datetime) -> bool:
    found = measured(expectation, at=now)
    if found.effect.verdict is Verdict.TOO_EARLY:
        return False  # the days are over, but too few of them said anything: more may follow
    late = was_late(expectation, shipped_on=found.shipped_on)
    _, is_new = Finding.objects.get_or_create(
        expectation=expectation,
        defaults={
            "verdict": found.effect.verdict.value,
            "evidence": {**asdict(found.effect), "said_late": late, "from": found.first.isoformat(),
                         "until": found.last.isoformat()},
            "found_at": now,
        },
    )  # fmt: skip
    if is_new:
        trail(actor=None, verb="judged", thing="initiative",
              thing_id=expectation.initiative.uid, now=now,
              after={"verdict": found.effect.verdict.value, "said_late": late})  # fmt: skip
    return is_new
