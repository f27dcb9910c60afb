"""`troth check`: what is wrong is named in plain words, with what to do about it."""

import json
import shutil
import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import override_settings

from troth.config import diagnosis
from troth.config.diagnosis import place, public, state
from troth.core import clock
from troth.core.models import Job, Worker


def found(look, **more):
    return [(finding.level, finding.text) for finding in look(now=more.get("now", clock.now()))]


def run(installation):
    done = installation.troth("check", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == int(told["problems"] > 0)
    return {
        finding["area"]: finding["text"]
        for finding in told["findings"]
        if finding["level"] == "problem"
    }


def test_a_sound_installation_lacks_only_its_worker(installation):
    assert run(installation) == {"worker": "no worker runs: start troth up, or troth work"}


def test_a_missing_and_a_cut_segment_are_named(installation):
    (segment,) = (installation.data / "signals").rglob("*.parquet")
    segment.write_bytes(segment.read_bytes()[:-5])
    assert run(installation)["files"] == (
        f"1 of 1 listed files are missing or cut, for example "
        f"{segment.relative_to(installation.data / 'signals')}: restore a backup"
    )
    segment.unlink()
    assert "missing or cut" in run(installation)["files"]


def test_a_database_without_its_tables_asks_for_migrate(installation):
    for leftover in installation.data.glob("troth.sqlite3*"):
        leftover.unlink()
    sqlite3.connect(installation.data / "troth.sqlite3").close()
    assert "run troth migrate" in run(installation)["migrations"]


def test_keys_that_others_can_read_are_named(installation):
    key = installation.data / "keys" / "subject"
    key.chmod(0o644)
    assert run(installation)["keys"] == f"others can read {key}: chmod 600 {key}"


def test_a_person_reads_lines_and_a_sum(installation):
    shutil.rmtree(installation.data / "page")
    said = installation.troth("check").stdout.splitlines()
    assert said[-1] == "1 problem found."
    assert any(line.startswith("note     page ") for line in said)
    quiet = installation.troth("check", "--quiet").stdout.splitlines()
    assert len(quiet) == 2


@pytest.mark.django_db
def test_a_failing_job_is_shown_with_its_reason():
    now = clock.now()
    Job.objects.create(name="test.job", due_at=now, failures=4, last_error="OSError: no space left")
    assert found(state.jobs) == [
        ("problem", "test.job failed 4 times in a row: OSError: no space left")
    ]


@pytest.mark.django_db
def test_a_job_that_nobody_does_is_late():
    now = clock.now()
    earlier = now - timedelta(hours=3)
    Job.objects.create(name="signals.compact", due_at=earlier, last_started_at=earlier)
    Job.objects.create(name="signals.seal", due_at=earlier, last_started_at=earlier)
    assert found(state.jobs)[0] == ("problem", "signals.compact is 3 hours late")
    assert len(found(state.jobs)) == 2  # the sealer is asked first: nothing waits for it


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("seconds", "level", "text"),
    [
        (3, "ok", "a worker was alive 3 seconds ago"),
        (
            200,
            "problem",
            "the last sign of life of a worker is 3 minutes old: is troth work running?",
        ),
    ],
)
def test_the_worker_is_told_by_its_signs_of_life(seconds, level, text):
    now = clock.now()
    seen = now - timedelta(seconds=seconds)
    Worker.objects.create(name="here:1:aa", started_at=seen, seen_at=seen)
    assert found(state.worker, now=now) == [(level, text)]


def test_an_address_in_the_clear_is_a_problem_unless_it_is_this_machine():
    chosen = replace(settings.TROTH, base_url="http://trust.example", debug=True)
    with override_settings(TROTH=chosen):
        levels = [level for level, _ in found(public.address)]
    assert levels == ["ok", "problem", "problem", "note"]
    with override_settings(TROTH=replace(chosen, base_url="http://127.0.0.1:8000")):
        assert [level for level, _ in found(public.address)] == ["ok"]


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path):
    with override_settings(TROTH=replace(settings.TROTH, page_dir=tmp_path / "none")):
        assert ("note", f"{tmp_path / 'none'} does not exist yet; the start makes it") in found(
            place.folders
        )


def test_old_time_zone_rules_are_noted():
    later = clock.now() + timedelta(days=3 * 366)
    assert any(
        "update the package tzdata" in text for _, text in found(place.time_zones, now=later)
    )


@pytest.mark.django_db
def test_a_look_that_fails_is_a_finding_and_the_others_go_on(monkeypatch):
    def keys(*, now):
        raise OSError("the folder is gone")

    monkeypatch.setattr(diagnosis, "LOOKS", (keys, place.time_zones))
    first, second, *_ = diagnosis.examine(now=clock.now())
    assert (first.level, first.area) == ("problem", "keys")
    assert first.text == "this could not be looked at: the folder is gone"
    assert second.level == "ok"


@pytest.mark.postgres
def test_on_postgres_the_clocks_are_compared(on_postgres):
    on_postgres.must("migrate", "--quiet")
    said = on_postgres.troth("check").stdout
    assert "this clock agrees with the database's" in said
    assert "PostgreSQL" in said
