"""Ten thousand incidents of five years: any page is quick, and asks as often as a short one."""

import time
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from scene import DAY, HOUR, MINUTE, NOON, Status, component, message, opened, resolved

from troth.components import queries as components
from troth.incidents import actions, queries
from troth.incidents.models import Edit, Incident, Link, Update, UpdateImpact, Wording
from troth.incidents.queries import Choice

pytestmark = pytest.mark.django_db
MANY = 10_000
GOAL = 0.050  # seconds for any page


def asked(ask):
    with CaptureQueriesContext(connection) as found:
        ask()
    return len(found)


def told(number):
    """Tell an incident with all that one may have."""
    shop = component(f"shop-{number}")
    row = opened(name=f"Number {number}", impacts={shop: Status.MAJOR}, now=NOON - number * DAY)
    for minute in (1, 2):
        actions.update(uid=row.uid, message=message(f"{minute}"), by="Ada",
                       now=NOON - number * DAY + minute * MINUTE)  # fmt: skip
    actions.edit_update(update_uid=Update.objects.first().uid, body=f"Edit {number}", by="Ada",
                        now=NOON)  # fmt: skip
    resolved(row.uid, now=NOON - number * DAY + HOUR)
    actions.promise_follow_up(uid=row.uid, text="Do", owner="Ben", due=NOON, by="Ada", now=NOON)
    parts = {"apology": "a", "cause": "b", "fix": "c", "prevention": "d"}
    actions.write_postmortem(uid=row.uid, parts=parts, by="Ada", now=NOON)
    actions.publish_postmortem(uid=row.uid, by="Ada", now=NOON)
    return row


@pytest.mark.parametrize(
    ("ask", "count"),
    [
        (lambda: queries.published(at=NOON), 8),
        (lambda: queries.listed(choice=Choice(text="number")), 9),
        (queries.open_ones, 8),
        (lambda: queries.search("number"), 8),
        (queries.entries, 1),
        (queries.months, 1),
        (queries.revision, 1),
    ],
)
def test_how_often_the_database_is_asked_does_not_grow_with_what_is_shown(ask, count):
    first = told(1)
    before = asked(ask)
    for number in (2, 3):
        actions.link(uid=told(number).uid, other=first.uid, by="Ada", now=NOON)
    assert asked(ask) == before
    assert before <= count


@pytest.fixture
def history(db):
    """Return five years of incidents, written at once: three updates and two impacts each."""
    uids = [component(f"part-{number}") for number in range(20)]
    step = timedelta(days=5 * 365) / MANY
    rows = Incident.objects.bulk_create(
        Incident(
            uid=f"{number:012d}", kind="incident",
            name=f"Incident {number} of the {('shop', 'mail', 'search')[number % 3]}",
            state="resolved", impact="major", urgency="urgent", problem="Orders fail. " * 3,
            affects="Everyone.", workaround="None known.", started_at=NOON - number * step,
            listed_at=NOON - number * step, created_at=NOON, updated_at=NOON,
            published_at=NOON - number * step, resolved_at=NOON - number * step + HOUR,
            origin="import", by="Ada", revision=f"{number:016d}", backfilled=True,
        )
        for number in range(MANY)
    )  # fmt: skip
    body = "We are looking into a problem with orders that do not arrive. " * 4
    updates = Update.objects.bulk_create(
        Update(
            incident=row, uid=f"u{row.uid[3:]}{number}a", state=state, body=body,
            html=f"<p>{body}</p>", at=row.started_at + number * MINUTE, created_at=row.started_at,
            updated_at=row.started_at, published_at=row.started_at, by="Ada", written_by="x",
        )
        for row in rows
        for number, state in enumerate(("investigating", "identified", "resolved"))
    )  # fmt: skip
    UpdateImpact.objects.bulk_create(
        UpdateImpact(
            update=update,
            component=uids[update.incident_id % 20],
            name="Part",
            status="operational" if update.state == "resolved" else "major_outage",
        )
        for update in updates
        if update.state != "identified"
    )
    Wording.objects.bulk_create(
        Wording(incident=row, text=f"{row.name}\n{row.problem}\n{body * 3}".casefold())
        for row in rows
    )
    Edit.objects.bulk_create(
        Edit(update=update, number=1, at=NOON, body="Before.", by="Ada") for update in updates[::30]
    )
    Link.objects.bulk_create(
        Link(incident=one, other=two, by="Ada", at=NOON) for one, two in pairwise(rows[::50])
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as a database does by itself that is not made in one go
    return uids


def fastest(ask, times=5):
    """Return the best of some runs, in this thread's own time: SQLite answers in it.

    What else the machine does is not ours; of PostgreSQL's time this sees our part only.
    """
    best = 9.9
    for _ in range(times):
        began = time.thread_time()
        ask()
        best = min(best, time.thread_time() - began)
    return best


def test_any_page_of_ten_thousand_incidents_is_quick(history):
    uid = f"{MANY // 2:012d}"
    month = {"since": NOON - 900 * DAY, "until": NOON - 870 * DAY}
    pages = {
        "the first": lambda: queries.published(at=NOON, limit=50),
        "one in the middle": lambda: queries.published(page=100, limit=50),
        "the last": lambda: queries.published(page=200, limit=50),
        "a month": lambda: queries.published(**month, limit=200),
        "the open ones": queries.open_ones,
        "a component": lambda: queries.listed(choice=Choice(component=history[3])),
        "a search": lambda: queries.search("orders mail"),
        "a search for nothing": lambda: queries.search("xylophone"),
        "the months": queries.months,
        "one incident": lambda: queries.incident(uid),
        "its macro": lambda: queries.macro(uid),
        "an hour of two years ago": lambda: queries.open_ones(NOON - 730 * DAY),
    }
    took = {name: fastest(ask) for name, ask in pages.items()}
    slow = {name: round(seconds * 1000) for name, seconds in took.items() if seconds > GOAL}
    assert slow == {}, f"milliseconds; all: { {n: round(s * 1000, 1) for n, s in took.items()} }"


def test_every_incident_in_short_is_one_question(history):
    assert len(queries.entries()) == MANY
    assert asked(queries.entries) == 1
    assert components.component(history[0]) is not None
