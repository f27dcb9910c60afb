import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from troth.core.trace import request_id
from troth.staff import actions
from troth.staff.models import AuditEntry, Unchangeable

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def _note(number=1, **values):
    return actions.note(
        **{
            "actor": "apply",
            "verb": "changed",
            "thing": "promise",
            "thing_id": f"lights-{number}",
            "before": {"target": "0.9"},
            "after": {"target": "0.95"},
            "now": NOON + timedelta(minutes=number),
        }
        | values
    )


@pytest.mark.mission("S3.10")
def test_nothing_in_the_trail_can_be_changed_or_removed():
    entry = _note()
    entry.verb = "did nothing to"
    for attempt in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(verb="x"),
        lambda: AuditEntry.objects.filter(pk=entry.pk).update(verb="x"),
        lambda: AuditEntry.objects.bulk_update([entry], ["verb"]),
        lambda: AuditEntry.objects.update_or_create(pk=entry.pk, defaults={"verb": "x"}),
    ):
        with pytest.raises(Unchangeable):
            attempt()
    assert AuditEntry.objects.get().verb == "changed"


def test_an_entry_knows_the_request_that_made_it():
    token = request_id.set("abc12345")
    try:
        assert _note().request_id == "abc12345"
    finally:
        request_id.reset(token)


def test_secrets_never_reach_the_trail():
    entry = _note(before={"password": "p", "name": "x"}, after={"api_key": "k", "name": "y"})
    entry.refresh_from_db()
    assert entry.before == {"password": "(not kept)", "name": "x"}
    assert entry.after == {"api_key": "(not kept)", "name": "y"}


def test_who_did_it_is_named_whatever_they_are(ada, token):
    token("ingest")
    issued = actions.issue(
        name="Nightly", scopes=["write"], expires_at=NOON + timedelta(1), now=NOON
    ).token
    assert _note(actor=ada).actor_name == "Ada <ada@example.org>"
    assert _note(actor=issued).actor_name == f"token Nightly ({issued.prefix}…)"
    assert _note(actor=None).actor_name == "the installation"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("q=lights-2", 1),
        ("q=apply+lights-2", 1),
        ("q=nobody", 0),
        ("thing=promise", 3),
        ("since=2026-06-30&until=2026-06-30", 3),
        ("since=2026-07-01", 0),
        ("until=2026-06-29", 0),
        ("since=nonsense", 3),
    ],
)
def test_the_trail_is_searched_and_filtered(signed_in, ben, query, count):
    for number in (1, 2, 3):
        _note(number)
    page = signed_in(ben).get(f"/desk/settings/audit/?{query}")
    assert page.context["page"].paginator.count == count


def test_the_trail_comes_in_pages_and_htmx_gets_the_list_alone(signed_in, ben):
    for number in range(60):
        _note(number)
    browser = signed_in(ben)
    whole = browser.get("/desk/settings/audit/?q=apply&page=2")
    assert "51\u201360 of 60" in whole.text
    assert 'href="?q=apply&amp;page=1"' in whole.text
    part = browser.get("/desk/settings/audit/?page=2", headers={"hx-request": "true"})
    assert "<html" not in part.text
    assert "51\u201360 of 60" in part.text
    assert "HX-Request" in part["Vary"]


def test_the_export_holds_what_the_screen_holds_and_runs_no_formula(signed_in, ben):
    _note(1, actor="=cmd|' /C calc'!A0")
    _note(2)
    response = signed_in(ben).get("/desk/settings/audit.csv?q=lights-1")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert len(rows) == 1
    assert rows[0]["actor"].startswith("'=")
    assert rows[0]["after"] == '{"target": "0.95"}'
    assert rows[0]["at"] == "2026-06-30T12:01:00Z"


def test_an_entry_shows_before_and_after(signed_in, ben):
    entry = _note()
    page = signed_in(ben).get(f"/desk/settings/audit/{entry.pk}/")
    assert page.context["entry"].changes == [("target", "0.9", "0.95")]
    assert "0.95" in page.text
