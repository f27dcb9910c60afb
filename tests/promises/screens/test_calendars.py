"""Calendars on the desk and by the API: written, changed, refused, removed, and taught."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.looks import findings
from tests.shop import document
from troth.core import clock
from troth.core.windows import Span
from troth.metrics import actions as metrics
from troth.metrics import jobs, queries
from troth.metrics.models import Baseline, Holiday, Stream
from troth.promises import actions
from troth.promises.models import Calendar, Promise
from troth.staff.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.mission("S1.4")]
NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
URL = "/desk/calendars/"
FIELDS = {
    "name": "office", "title": "Our office", "zone": "Europe/Berlin", "hours": "09:00-17:00",
    "weekdays": ["mon", "tue", "fri"], "holidays": "2026-12-25 Christmas Day\n\n2026-12-26\n",
}  # fmt: skip


@pytest.fixture
def ben_writes(signed_in, ben):
    return signed_in(ben)


def write(client, path="new/", **fields):
    return client.post(f"{URL}{path}", {**FIELDS, **fields})


def test_a_calendar_is_written_shown_changed_and_removed(ben_writes):
    assert "There is no calendar yet" in ben_writes.get(URL).content.decode()
    assert write(ben_writes).headers["Location"] == f"{URL}office/"
    kept = dict(Holiday.objects.values_list("day", "name"))
    assert kept == {date(2026, 12, 25): "Christmas Day", date(2026, 12, 26): "a holiday"}
    text = ben_writes.get(f"{URL}office/").content.decode()
    for said in ("Our office", "Monday, Tuesday, Friday, 09:00-17:00 in Europe/Berlin",
                 "Christmas Day", "not on 2 holidays"):  # fmt: skip
        assert said in text
    form = ben_writes.get(f"{URL}office/edit/").content.decode()
    assert "2026-12-25 Christmas Day\n2026-12-26" in form
    assert write(ben_writes, "office/edit/", name="other", holidays="2026-01-01").status_code == 302
    assert list(Calendar.objects.values_list("slug", flat=True)) == ["office"], "its name stays"
    assert set(Holiday.objects.values_list("day", flat=True)) == {date(2026, 1, 1)}
    ben_writes.post(f"{URL}office/removal/")
    assert not Calendar.objects.exists()
    assert not Holiday.objects.exists()
    verbs = AuditEntry.objects.filter(thing="calendar").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["declared", "changed", "removed"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "Büro!", "name"), ("zone", "Europe/Nowhere", "Nowhere"),
        ("hours", "17:00-09:00", "must run from earlier to later"), ("hours", "<b>", "no hours"),
        ("holidays", "2026-12-25\n2026-02-30 x", "Line 2: "), ("weekdays", ["noday"], "noday"),
        ("weekdays", [], "required"), ("holidays", "Christmas", "Line 1: "),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said_at_its_field(ben_writes, field, value, said):
    answer = write(ben_writes, **{field: value})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Calendar.objects.exists()


def test_who_may_not_and_what_is_not_there(signed_in, vic, ben_writes):
    write(ben_writes)
    assert write(ben_writes).status_code == 422, "the name is taken"
    viewer = signed_in(vic)
    assert viewer.get(f"{URL}office/").status_code == 200
    assert viewer.get(f"{URL}new/").status_code == 403
    assert viewer.post(f"{URL}office/removal/").status_code == 403
    assert viewer.get(f"{URL}nothing/").status_code == 404


def test_what_files_keep_is_not_changed_here(ben_writes):
    write(ben_writes)
    Calendar.objects.update(managed_by="files")
    assert "kept in files" in ben_writes.get(f"{URL}office/").content.decode()
    assert write(ben_writes, "office/edit/").status_code == 422
    ben_writes.post(f"{URL}office/removal/")
    assert Calendar.objects.exists()


def test_what_is_read_is_not_removed_nor_emptied_and_deadlines_are_judged_anew(ben_writes):
    write(ben_writes)
    due = {"after": "8h", "calendar": "office"}
    said = {"author": "Ada", "reason": "agreed", "now": NOW}
    actions.declare(spec=document("answers", due=due, exclusions=[], segments=[]), **said)
    actions.declare(spec=document("watched", holidays="office"), **said)
    text = ben_writes.get(f"{URL}office/").content.decode()
    assert "counts its deadlines in these hours" in text
    assert "is read with these holidays" in text
    ben_writes.post(f"{URL}office/removal/")
    assert Calendar.objects.exists()
    refused = write(ben_writes, "office/edit/", holidays="")
    assert "name another calendar there first" in refused.content.decode()
    Promise.objects.update(judge_at=NOW)
    write(ben_writes, "office/edit/", hours="08:00-12:00")
    waiting = Promise.objects.filter(judge_at=None).values_list("slug", flat=True)
    assert list(waiting) == ["answers"]


def test_the_api_does_the_same(client, token):
    def call(verb, path="office", body=None, scope="write"):
        headers = {"Authorization": f"Bearer {token(scope)}"}
        method = getattr(client, verb)
        return method(f"/api/v1/calendars/{path}".rstrip("/"), body, headers=headers,
                      content_type="application/json")  # fmt: skip

    body = {"zone": "Europe/Berlin", "holidays": ["2026-12-25 Christmas Day"]}
    made = call("put", body=body)
    assert made.status_code == 200, made.content
    assert made.json()["holidays"] == [{"day": "2026-12-25", "name": "Christmas Day"}]
    assert [one["slug"] for one in call("get", "", scope="read").json()] == ["office"]
    assert call("put", body=body, scope="read").status_code == 403
    bad = call("put", body={**body, "holidays": ["soon"]})
    assert (bad.status_code, bad.json()["field"]) == (422, "spec.holidays[0]")
    for odd in ({"title": "a\x00b"}, {"holidays": ["2026-12-25 a\x00b"]}, {"title": "two\nlines"}):
        assert call("put", body={**body, **odd}).status_code == 422, odd
    assert call("get", "nothing").status_code == 404
    Calendar.objects.update(managed_by="files")
    assert call("put", body=body).status_code == 409
    Calendar.objects.update(managed_by="")
    assert call("delete").status_code == 204
    assert call("delete").status_code == 404


def lesson():
    """Return what is offered of the one stream, now."""
    now = clock.now()
    span = Span(now - timedelta(days=30), now)
    return queries.chart(stream=Stream.objects.get().pk, span=span).lesson


def evaluated():
    while jobs.evaluate(now=clock.now()):
        pass


@pytest.fixture
def named(fading):
    """Return the first day of a usual, in whose days three holidays lie of a calendar named now."""
    assert lesson() is None, "no calendar is named"
    first = date.fromisoformat(Baseline.objects.get().frozen["first"])
    days = [first + timedelta(days=n) for n in (2, 9, 16)]
    metrics.keep_holidays(calendar="office", days=dict.fromkeys(days[:2], "off"))
    Stream.objects.update(holidays="office")
    assert lesson() is None, "two holidays say nothing of holidays"
    metrics.keep_holidays(calendar="office", days=dict.fromkeys(days, "off"))
    return first


def test_a_calendar_named_later_teaches_by_a_decision_alone(named, ben_writes):
    offered = lesson()
    assert (offered.holidays, offered.starts_on) == (3, named)
    page = f"/desk/insight/touchpoints/{Stream.objects.get().key}/"
    text = ben_writes.get(page).content.decode()
    assert "does not know the holidays of its calendar apart: 3 lie in" in text
    evaluated()
    assert Baseline.objects.count() == 1, "nothing moves by itself"
    decided = {"starts_on": str(offered.starts_on), "reason": "apart", "days": str(offered.days)}
    ben_writes.post(f"{page}new-usual/", decided)
    evaluated()
    taught = Baseline.objects.get(number=2)
    assert taught.frozen["holiday"] is not None
    assert (taught.author, taught.reason) == ("Ben", "apart")
    assert lesson() is None, "it knows"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_the_screens_look_right_and_a_calendar_is_written_without_a_script(opened, ben):
    page = opened(ben, scripts=False)
    page.goto(f"{URL}new/")
    page.get_by_label("Name", exact=True).fill("office")
    page.get_by_label("Holidays").fill("2026-12-25 Christmas Day\n2030-01-01")
    page.get_by_role("button", name="Write it down").click()
    page.wait_for_url("**/calendars/office/")
    seen = opened(ben)
    for path in ("", "office/", "office/edit/", "new/"):
        seen.goto(f"{URL}{path}")
        assert findings(seen) == [], path
    assert seen.breaches == []
