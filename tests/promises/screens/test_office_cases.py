"""The cases of a promise in business hours: each number opens exactly what it counts."""

import re
from datetime import UTC, datetime

import pytest
import yaml
from click.testing import CliRunner

from tests.promises.test_calendars import ANSWERS, OFFICE, local, ticket
from troth.config.verbs.apply import apply_
from troth.core import clock
from troth.promises import actions, queries
from troth.signals import actions as signals
from troth.signals.envelope import Signal

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
CASES = "/desk/promises/answers/cases/"


@pytest.fixture
def vics(db, tmp_path, vic, signed_in):
    spec = ANSWERS["spec"] | {"segments": ["team"]}
    (tmp_path / "a.yaml").write_text(yaml.safe_dump_all([OFFICE, ANSWERS | {"spec": spec}]))
    with clock.frozen(NOW):
        CliRunner().invoke(apply_, ["-f", str(tmp_path), "--yes"], catch_exceptions=False)
        opened = local("2026-03-16T11:00")
        send = [
            ticket("in-time", opened, resolved_at=local("2026-03-16T16:00"),
                   segment={"team": "red"}),
            ticket("waited", opened, resolved_at=local("2026-03-17T13:30")),
            ticket("late", opened, resolved_at=local("2026-03-18T11:00"),
                   segment={"team": "red"}),
            ticket("unanswered", local("2026-03-17T11:00"), segment={"team": "blue"}),
            ticket("fresh", local("2026-03-20T11:00")),
            ticket("long-ago", local("2026-01-12T09:00")),
            Signal(source="desk", kind="ticket.paused", key="waited#1",
                   happened_at=local("2026-03-16T12:00"), resolved_at=local("2026-03-16T15:00")),
        ]  # fmt: skip
        signals.accept(batches=[send], door="test", now=NOW)
        actions.bring_up_to_date(now=NOW)
        yield signed_in(vic)


def keys(client, **asked):
    text = client.get(CASES, asked).text
    assert "business hours are not listed" not in text
    return set(re.findall(r">([a-z-]+)</a></t[dh]>", text.split("<tbody>")[1]))


def test_kept_and_broken_are_listed_and_counted_as_they_were_judged(vics):
    (found,) = queries.standing()
    window = found.windows[0]
    assert (window.good, window.total) == (2, 4)
    assert keys(vics, part="kept") == {"in-time", "waited"}
    assert keys(vics, part="broken") == {"late", "unanswered"}
    assert keys(vics, part="judged") == {"in-time", "waited", "late", "unanswered"}


def test_they_are_sifted_by_day_segment_and_key_and_leave_as_a_file(vics):
    assert keys(vics, part="broken", by="team", **{"is": "red"}) == {"late"}
    assert keys(vics, part="kept", by="team", **{"is": ""}) == {"waited"}
    assert keys(vics, part="judged", search="LAT") == {"late"}
    assert keys(vics, part="broken", day="2026-03-18") == {"unanswered"}, "on which it fell due"
    assert keys(vics, part="broken", day="2026-03-17") == {"late"}
    table = vics.get("/desk/promises/answers/cases.csv", {"part": "broken"})
    text = b"".join(table.streaming_content).decode()
    assert text.count("late") == 1
    assert "in-time" not in text


def test_a_place_that_is_none_is_said(vics):
    text = vics.get(CASES, {"part": "kept", "after": "x"}).text
    assert "this cursor is not known" in text
