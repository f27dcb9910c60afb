"""The dry run of a story for so many readers that it is counted in slices."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.notify.outbox import reader
from tests.notify.test_composing import written
from troth.core import clock
from troth.notify.actions import composing_reach, composing_sending
from troth.notify.models import Draft, Subscription

pytestmark = [pytest.mark.django_db, pytest.mark.mission("S2.6")]


@pytest.fixture
def ed(signed_in, ben):
    return signed_in(ben)


@pytest.fixture
def many(monkeypatch, settings):
    """Make nine readers, two of whom have two subscriptions: three chunks and more."""
    from tests.notify.readers import with_mail

    with_mail(settings)
    monkeypatch.setattr(composing_reach, "CHUNK", 3)
    monkeypatch.setattr(composing_reach, "_PATIENCE", 0)
    for number in range(9):
        reader(
            f"r{number}@example.org", consents=("ideas",), state="active" if number else "paused"
        )
    for number in (1, 2):
        reader(f"r{number}@example.org", page="inside")


def slices(desk, url, **headers):
    """Follow the slices to their end; return every answer."""
    found = []
    while url:
        answer = desk.get(url, headers={"HX-Request": "true", **headers})
        assert answer.status_code == 200
        found.append(answer)
        url = answer.context["reach_url"]
    return found


def test_many_are_counted_slice_by_slice_and_come_out_exactly(ed, many):
    page = written(ed)
    first = ed.get(f"{page}preview/")
    assert "Counting: 0 %" in first.content.decode()
    assert "Go on counting" in first.content.decode()  # without a script
    answers = slices(ed, first.context["reach_url"])
    assert len(answers) == 4
    percents = [one.context["part"].percent for one in answers]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    text = answers[-1].content.decode()
    assert "<b>8 readers</b> would hear it" in text
    assert "1 paused by the reader" in text
    assert "hx-get" not in text


def test_slices_are_pages_of_their_own_without_a_script(ed, many):
    page = written(ed)
    url = ed.get(f"{page}preview/").context["reach_url"]
    answer = ed.get(url)
    assert f'<meta http-equiv="refresh" content="0;url={answer.context["reach_url"]}' in (
        answer.content.decode().replace("&amp;", "&")
    )
    assert "Whom it would reach" in answer.content.decode()


def test_a_slice_reads_and_writes_nothing(ed, many):
    draft = Draft.objects.get(uid=written(ed).strip("/").split("/")[-1])
    story = composing_sending.story_of(draft)
    part = composing_reach.begun(now=clock.now())
    with CaptureQueriesContext(connection) as asked:
        composing_reach.go_on(part, story=story)
    words = {one["sql"].split()[0].upper() for one in asked.captured_queries}
    assert words <= {"SELECT", "SAVEPOINT", "RELEASE", "SET"}
    if connection.vendor == "sqlite":
        assert words == {"SELECT"}


def test_another_text_another_draft_or_a_forged_place_begins_anew(ed, many):
    page = written(ed)
    first = ed.get(f"{page}preview/").context["reach_url"]
    second = slices(ed, first)[0].context["reach_url"]
    draft = Draft.objects.get()
    other = Draft.objects.create(
        uid="drf_other", event=draft.event, content=draft.content, title="x",
        created_at=clock.now(), updated_at=clock.now(),
    )  # fmt: skip
    _, _, so_far = second.partition("?so_far=")
    base = first.partition("?")[0]
    for url in (
        f"{base}?so_far={so_far[:-3]}abc",
        f"{base}?so_far=x",
        f"{base}?so_far=",
        f"{base.replace(draft.uid, other.uid)}?so_far={so_far}",
    ):
        assert ed.get(url, headers={"HX-Request": "true"}).context["part"].percent < 50, url
    going_on = ed.get(second, headers={"HX-Request": "true"})
    assert going_on.context["part"].percent > 50


def test_who_may_not_write_does_not_count(signed_in, vic, ed, many):
    page = written(ed)
    assert signed_in(vic).get(f"{page}reach/").status_code == 403
    assert ed.get("/desk/messages/written/drf_nothing/reach/").status_code == 404


def test_nobody_subscribed_is_said_at_once(ed):
    Subscription.objects.all().delete()
    text = ed.get(f"{written(ed)}preview/").content.decode()
    assert "Nobody has subscribed to this" in text
