"""However many make a report at once, threads or processes: there is one, and one is told of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import IntegrityError

from tests.shop import NOW
from tests.together import at_once
from troth.core import clock
from troth.desk import jobs
from troth.desk.models import Report
from troth.desk.reporting import making
from troth.notify.models import Telling
from troth.staff.models import AuditEntry, User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.mission("S2.64")]
ROOT = Path(__file__).parents[2]
WORKERS = 4


def told():
    return Telling.objects.filter(event="insight.reported").count()


def test_workers_that_report_at_once_make_each_report_once(open_shop):
    open_shop(pillar="quality")
    with clock.frozen(NOW):
        made = at_once(lambda _: jobs.report(now=NOW), WORKERS)
    assert sum(made) == Report.objects.count() == told() == 1
    assert sorted(made) == [0] * (WORKERS - 1) + [1]


def test_processes_that_make_one_by_hand_at_once_all_show_the_same(open_shop, database_url):
    open_shop(pillar="quality")
    command = [sys.executable, "-m", "troth.config", "report", "make", "weekly",
               "--at", "2026-03-10"]  # fmt: skip
    around = {**os.environ, "TROTH_DATABASE_URL": database_url}
    running = [
        subprocess.Popen(
            command, env=around, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    said = [one.communicate(timeout=300) for one in running]
    assert [one.returncode for one in running] == [0, 0, 0], said
    assert sorted(errors.split(":")[0] for _, errors in said) == [
        "Made", "Made before, and unchanged", "Made before, and unchanged"
    ]  # fmt: skip
    assert len({output for output, _ in said}) == 1
    assert "Weekly pillar audit 2026-W11" in said[0][0]
    assert Report.objects.count() == told() == 1
    assert AuditEntry.objects.filter(thing="report", actor_name="troth report").count() == 1


def test_a_fault_of_the_database_that_is_no_rivals_work_is_raised(open_shop):
    open_shop(pillar="quality")
    nobody = User(pk=404, email="nobody@example.org", name="Nobody", role="editor")
    with pytest.raises(IntegrityError):
        making.make_one(kind="weekly", day=None, by=nobody, now=NOW)
    assert not Report.objects.exists()
    assert making.make_one(kind="weekly", day=None, by="Ada", now=NOW)[1]
