"""An import that is stopped goes on when it is started again; large ones stay linear."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from troth.components.models import Condition
from troth.components.queries import uptime_of
from troth.components.queries.matching import known
from troth.core.windows import Span
from troth.incidents.importing.running import affecting, run
from troth.incidents.importing.told import Found, Part, Said, Told
from troth.incidents.models import Incident, Update
from troth.incidents.rules.results import Impact, State

pytestmark = pytest.mark.django_db
START, HOUR = datetime(2020, 1, 1, tzinfo=UTC), timedelta(hours=1)
NAMES = [f"Part {number}" for number in range(10)]


class Stopped(Exception):  # noqa: N818 - somebody stops it
    pass


def history(count):
    """Return `count` incidents of 40 minutes, three hours apart, on ten parts in turn."""
    return Found(
        source="made", told=tuple(_told(number) for number in range(count)),
        parts=tuple(Part(key=name, name=name) for name in NAMES),
    )  # fmt: skip


def _told(number):
    start = START + number * 3 * HOUR
    end = start + timedelta(minutes=40)
    said = (Said(at=start, state=State.INVESTIGATING, body="We look."),
            Said(at=end, state=State.RESOLVED, body="Done."))  # fmt: skip
    return Told(
        source_id=str(number), name=f"Incident {number}", impact=Impact.CRITICAL, started_at=start,
        ended_at=end, said=affecting(said, [NAMES[number % 10]], Impact.CRITICAL, since=start),
    )  # fmt: skip


def stop_at(wanted):
    def progress(done, _of):
        if done >= wanted:
            raise Stopped

    return progress


def test_a_stopped_import_keeps_what_was_done_and_goes_on():
    found = history(120)
    with pytest.raises(Stopped):
        run(found=found, progress=stop_at(50))
    assert Incident.objects.count() == 50
    done = run(found=found)
    assert (done.new, done.changed, done.same) == (70, 0, 50)
    assert (Incident.objects.count(), Update.objects.count()) == (120, 240)
    assert Condition.objects.filter(withdrawn_at=None).count() == 120
    assert len(known()) == 10


def test_downtime_is_that_of_the_incidents_to_the_second():
    run(found=history(40))
    part = next(one for one in known() if one.name == "Part 0")
    told = uptime_of(part.uid, Span(START, START + timedelta(days=30)))
    assert dict(told.down)["critical"] == 4 * 40 * 60


@pytest.mark.long
def test_the_thousandth_incident_costs_what_the_first_one_did():
    marks = []
    run(found=history(2000), progress=lambda done, _of: marks.append((done, time.process_time())))
    at = dict(marks)
    early, late = at[550] - at[50], at[2000] - at[1500]
    assert late < 1.5 * early
