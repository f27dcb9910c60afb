"""When a heartbeat is expected, also in the two nights of the year that are odd."""

from datetime import UTC, datetime, timedelta

import pytest

from troth.probes.rules.beating import Beat, Rhythm, RhythmError, down_at

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def at(text):
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("rhythm", "last", "expected"),
    [
        (Rhythm(period=HOUR), "2026-03-01T10:00+00:00", "2026-03-01T11:00+00:00"),
        (Rhythm(cron="0 3 * * *"), "2026-03-01T10:00+00:00", "2026-03-02T03:00+00:00"),
        (
            Rhythm(cron="0 3 * * *", zone="America/New_York"),
            "2026-01-01T10:00+00:00",
            "2026-01-02T08:00+00:00",
        ),
        # 29 March 2026: Berlin has no 02:30; the job runs as soon as the clock has jumped
        (
            Rhythm(cron="30 2 * * *", zone="Europe/Berlin"),
            "2026-03-28T12:00+01:00",
            "2026-03-29T03:00+02:00",
        ),
        # 25 October 2026: 02:30 comes twice; the first one counts
        (
            Rhythm(cron="30 2 * * *", zone="Europe/Berlin"),
            "2026-10-24T12:00+02:00",
            "2026-10-25T02:30+02:00",
        ),
        (
            Rhythm(cron="30 2 * * *", zone="Europe/Berlin"),
            "2026-10-25T02:30:10+02:00",
            "2026-10-26T02:30+01:00",
        ),
        (
            Rhythm(calendar="Mon..Fri 09:00", zone="Europe/Berlin"),
            "2026-03-27T12:00+01:00",
            "2026-03-30T09:00+02:00",
        ),
        # OnCalendar leaves out the night that has no 02:30, and takes the first of two
        (
            Rhythm(calendar="02:30", zone="Europe/Berlin"),
            "2026-03-28T12:00+01:00",
            "2026-03-30T02:30+02:00",
        ),
        (
            Rhythm(calendar="02:30", zone="Europe/Berlin"),
            "2026-10-24T12:00+02:00",
            "2026-10-25T02:30+02:00",
        ),
        (
            Rhythm(calendar="02:30", zone="Europe/Berlin"),
            "2026-10-25T02:30:10+02:00",
            "2026-10-26T02:30+01:00",
        ),
        (Rhythm(calendar="*-*-01 00:00"), "2026-03-01T10:00+00:00", "2026-04-01T00:00+00:00"),
        # a period is real time, whatever the clocks on the wall do
        (
            Rhythm(period=timedelta(days=1), zone="Europe/Berlin"),
            "2026-03-28T12:00+01:00",
            "2026-03-29T13:00+02:00",
        ),
    ],
)
def test_the_next_sign_is_expected(rhythm, last, expected):
    assert rhythm.checked().expected(at(last)) == at(expected)


@pytest.mark.parametrize(
    "expected_after",
    ["2026-10-25T01:59:30+02:00", "2026-10-25T02:30:30+02:00", "2026-10-25T02:30:30+01:00"],
)
def test_what_is_expected_is_always_later(expected_after):
    last = at(expected_after)
    for words in ({"cron": "*/15 * * * *"}, {"calendar": "*:0/15"}):
        found = Rhythm(**words, zone="Europe/Berlin").expected(last)
        assert timedelta(0) < found - last <= timedelta(minutes=90)


@pytest.mark.parametrize(
    ("rhythm", "field"),
    [
        (Rhythm(), "period"),
        (Rhythm(period=HOUR, cron="* * * * *"), "period"),
        (Rhythm(period=timedelta(0)), "period"),
        (Rhythm(period=timedelta(days=400)), "period"),
        (Rhythm(period=HOUR, grace=-MINUTE), "grace"),
        (Rhythm(cron="61 * * * *"), "cron"),
        (Rhythm(cron="every day"), "cron"),
        (Rhythm(cron="0 0 31 2 *"), "cron"),
        (Rhythm(cron="* * * * * " * 50), "cron"),
        (Rhythm(calendar="sometimes"), "calendar"),
        (Rhythm(calendar="1999-01-01"), "calendar"),
        (Rhythm(cron="* * * * *", zone="Berlin"), "zone"),
        (Rhythm(cron="* * * * *", zone="../etc/passwd"), "zone"),
    ],
)
def test_a_rhythm_that_cannot_be_used_is_refused(rhythm, field):
    with pytest.raises(RhythmError) as caught:
        rhythm.checked()
    assert caught.value.field == field


def test_silence_is_a_failure_after_the_grace():
    rhythm = Rhythm(period=HOUR, grace=5 * MINUTE)
    last = at("2026-03-01T10:00+00:00")
    assert down_at(rhythm, Beat()) is None
    assert down_at(rhythm, Beat(last=last)) == last + HOUR + 5 * MINUTE
    assert down_at(rhythm, Beat(last=last, started=last + MINUTE)) == last + 6 * MINUTE


def test_upcoming_signs_are_listed():
    found = Rhythm(cron="0 3 * * *").upcoming(at("2026-03-01T10:00+00:00"), 2)
    assert found == [at("2026-03-02T03:00+00:00"), at("2026-03-03T03:00+00:00")]
    assert len(Rhythm(period=HOUR).upcoming(at("2026-03-01T10:00+00:00"), 3)) == 3
