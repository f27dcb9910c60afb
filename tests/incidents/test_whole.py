"""An incident that names no component speaks of the whole, to the second."""

from datetime import UTC, datetime

import pytest
from scene import DAY, HOUR, MINUTE, NOON, Status, component, final, message, opened, resolved

from troth.components import queries as components
from troth.core.windows import Span
from troth.incidents import actions, queries
from troth.incidents.actions import Message
from troth.incidents.queries.budgets import burned
from troth.incidents.rules.results import Impact, State
from troth.incidents.rules.whole import Word, changes

SPAN = Span(NOON - DAY, NOON + DAY)
END = NOON + HOUR


def together(span=SPAN):
    return dict(components.uptime_together(span).down)


@pytest.fixture
def shop(db):
    return component()


def nameless(*, impact=Impact.CRITICAL, started_at=NOON - 90 * MINUTE, **more):
    said = message(impact=impact)
    return opened(message=said, started_at=started_at, **more)


@pytest.mark.mission("S3.9")
@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("impact", "down", "weighted"),
    [(Impact.CRITICAL, (9000, 9000, 9000), 9000), (Impact.MAJOR, (9000, 9000, 0), 2700),
     (Impact.MINOR, (9000, 0, 0), 0), (Impact.NONE, (0, 0, 0), 0)],
)  # fmt: skip
def test_it_counts_from_its_beginning_to_its_end_without_being_corrected(impact, down, weighted):
    row = nameless(impact=impact)
    resolved(row.uid, now=END)
    assert tuple(together().values()) == down
    found = components.downtime_of_whole(SPAN)
    assert found.down == weighted
    row.refresh_from_db()
    assert burned(row) == weighted
    parts = dict.fromkeys(("apology", "cause", "fix", "prevention"), "Said.")
    actions.write_postmortem(uid=row.uid, parts=parts, by="Ada", now=END + MINUTE)
    actions.publish_postmortem(uid=row.uid, by="Ada", now=END + MINUTE)
    assert queries.incident(row.uid).postmortem.budget_seconds == weighted


@pytest.mark.usefixtures("shop")
def test_correcting_it_changes_nothing_that_is_not_corrected():
    row = nameless()
    resolved(row.uid, now=END)
    actions.set_right(uid=row.uid, by="Ada", now=END + MINUTE, started_at=row.started_at)
    assert together()["critical"] == 9000
    actions.backdate(uid=row.uid, started_at=NOON, by="Ada", now=END + MINUTE)
    assert together()["critical"] == 3600


@pytest.mark.usefixtures("shop")
def test_an_impact_that_is_set_right_holds_for_all_of_it():
    row = nameless(impact=None)
    actions.update(uid=row.uid, message=Message(body="Worse.", impact=Impact.CRITICAL), by="Ada",
                   now=NOON + MINUTE)  # fmt: skip
    resolved(row.uid, now=END)
    assert together()["critical"] == 9000  # the first that anybody said of it
    actions.set_right(uid=row.uid, impact=Impact.MINOR, by="Ada", now=END + MINUTE)
    assert together() == {"minor": 9000, "major": 0, "critical": 0}


@pytest.mark.usefixtures("shop")
def test_each_time_counts_as_bad_as_it_was():
    row = nameless(impact=Impact.CRITICAL, started_at=NOON)
    eased = Message(body="Better.", impact=Impact.MINOR, state=State.MONITORING)
    actions.update(uid=row.uid, message=eased, by="Ada", now=NOON + 10 * MINUTE)
    resolved(row.uid, now=END)
    before = together()
    assert before == {"minor": 3600, "major": 600, "critical": 600}
    actions.backdate(uid=row.uid, started_at=NOON - MINUTE, by="Ada", now=END + MINUTE)
    assert together() == {"minor": 3660, "major": 660, "critical": 660}


def test_once_it_names_a_component_that_component_speaks(shop):
    row = nameless(started_at=NOON)
    actions.update(uid=row.uid, message=Message(body="The shop.", impacts={shop: Status.PARTIAL}),
                   by="Ada", now=NOON + 10 * MINUTE)  # fmt: skip
    resolved(row.uid, now=END)
    expected = {"minor": 3600, "major": 3600, "critical": 600}
    assert together() == expected
    assert components.downtime(shop, SPAN).by_ref[0][0] == row.uid
    actions.backdate(uid=row.uid, started_at=NOON, by="Ada", now=END + MINUTE)
    assert together() == expected
    row.refresh_from_db()
    assert burned(row) == 600 + components.downtime(shop, SPAN).down


@pytest.mark.usefixtures("shop")
def test_reopened_it_counts_again_but_not_the_time_between():
    row = nameless(started_at=NOON)
    resolved(row.uid, now=NOON + 10 * MINUTE)
    actions.reopen(uid=row.uid, message=message(), by="Ada", now=NOON + 20 * MINUTE)
    actions.resolve(uid=row.uid, message=final(), by="Ada", now=NOON + 30 * MINUTE)
    assert together()["critical"] == 1200
    actions.backdate(uid=row.uid, started_at=NOON, by="Ada", now=END)
    assert together()["critical"] == 1200


def test_a_word_may_come_before_the_beginning_that_was_set_right():
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    words = [Word(at - HOUR, Impact.MAJOR, is_over=False, names=False),
             Word(at - MINUTE, Impact.MINOR, is_over=False, names=False)]  # fmt: skip
    found = changes(words, since=at, said=Impact.NONE)
    assert found == [(at, Status.PARTIAL), (at, Status.DEGRADED)]
