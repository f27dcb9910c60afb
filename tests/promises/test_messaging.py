"""Readers hear of a promise that broke, is kept again or changed: once each, in their language."""

from datetime import timedelta

import pytest

from tests.notify import outbox
from tests.notify.outbox import spread
from tests.shop import DAY, HOUR, NOW, document
from troth.components import actions as components
from troth.components.rules.documents import AudienceTerms
from troth.core import clock
from troth.notify.contents import story_of
from troth.notify.models import Delivery, Telling
from troth.notify.queries import last_told
from troth.notify.rules.story import in_language
from troth.promises import actions, jobs
from troth.promises.models import Flip, Said

pytestmark = pytest.mark.django_db


def declared(slug="on-time", now=NOW - 2 * DAY, **spec):
    return actions.declare(
        spec=document(slug, windows=["28d", "1M"], **spec), author="Ada", now=now
    ).promise


def flipped(promise, was, now, *, at=NOW, window="28d"):
    return Flip.objects.create(promise=promise, window=window, was=was, now=now, at=at)


def tell(now=NOW):
    with clock.frozen(now):
        return jobs.tell(now=now)


def told():
    return [one.event for one in Telling.objects.order_by("id")]


def test_a_broken_promise_is_told_once_however_often_the_job_runs():
    flipped(declared(), "kept", "broken")
    assert jobs.is_untold(now=NOW)
    assert [tell(), tell()] == [1, 0]
    assert told() == ["promise.broken"]
    assert not jobs.is_untold(now=NOW)


def test_kept_again_is_told_after_broken_and_a_first_verdict_is_no_news():
    promise = declared()
    flipped(promise, "", "kept")
    flipped(promise, "kept", "at_risk")
    flipped(promise, "at_risk", "kept")
    tell()
    assert told() == []
    flipped(promise, "kept", "broken")
    flipped(promise, "broken", "no_data")
    flipped(promise, "no_data", "kept")
    tell()
    assert told() == ["promise.broken", "promise.kept"]
    assert set(Said.objects.values_list("why_not", flat=True)) == {"", "first", "no news"}


def test_the_story_names_the_promise_its_page_and_its_parts():
    flipped(declared(), "kept", "broken")
    tell()
    story = last_told("promise:on-time")
    assert story.title.startswith("We broke our promise “")
    assert story.link.endswith("/promises/on-time/")
    assert [part.key for part in story.parts] == ["promise:on-time"]
    assert in_language(story, "de").title.startswith("Wir haben unser Versprechen")


@pytest.mark.parametrize(
    "more", [{"at": NOW - DAY - HOUR}, {"window": "1M"}], ids=["old", "another window"]
)
def test_what_is_old_or_of_another_window_is_no_news(more):
    flipped(declared(), "kept", "broken", **more)
    assert not jobs.is_untold(now=NOW)
    assert tell() == 0


def test_an_internal_promise_is_told_to_nobody():
    flipped(declared(visibility="internal"), "kept", "broken")
    tell()
    assert told() == []


def test_a_promise_that_promises_less_says_so_with_its_reason():
    declared(target="99%")
    actions.declare(
        spec=document("on-time", windows=["28d", "1M"], target="95%"), author="Ada",
        reason="The carrier changed.", now=NOW - HOUR,
    )  # fmt: skip
    tell()
    story = last_told("promise:on-time")
    assert "We promise less for" in story.title
    assert (story.what, told()) == ("The carrier changed.", ["promise.changed"])


def test_a_new_wording_of_the_same_target_is_no_news():
    declared()
    actions.declare(
        spec=document("on-time", windows=["28d", "1M"], text="Another text."), author="Ada",
        now=NOW - HOUR,
    )  # fmt: skip
    tell()
    assert told() == []


def test_a_fact_whose_transaction_failed_is_told_by_nobody(monkeypatch):
    """The story is written with the answer: both or none."""
    from troth.promises.actions import messaging

    def refuse(**_more):
        raise RuntimeError("the disk is full")

    flipped(declared(), "kept", "broken")
    monkeypatch.setattr(messaging.notify, "tell", refuse)
    with pytest.raises(RuntimeError):
        tell()
    assert not Said.objects.exists()
    monkeypatch.undo()
    assert tell(NOW + timedelta(minutes=1)) == 1


def told_to():
    """Return who was told what: (address in part, event)."""
    spread()
    rows = Delivery.objects.order_by("pk").select_related("reader", "telling")
    return [(row.reader.shown[0], row.telling.event) for row in rows]


@pytest.fixture
def partners():
    """Make a reader of each kind: of Acme, of Bolt, of the public, and one of our own routes."""
    for slug in ("acme", "bolt"):
        terms = AudienceTerms(slug=slug, name=slug.title())
        components.declare_audience(terms=terms, by="Ada", now=NOW - 3 * DAY)
    outbox.reader("acme@example.org", audience="acme", page="acme", consents=("promises",))
    outbox.reader("bolt@example.org", audience="bolt", page="bolt", consents=("promises",))
    outbox.reader("public@example.org", consents=("promises",))
    outbox.reader("ours@example.org", is_ours=True)


@pytest.mark.mission("S3.14")
def test_a_contract_is_told_to_its_own_audience_and_to_nobody_else(partners):
    acme = declared("acme-sla", visibility="audience", audience="acme")
    bolt = declared("bolt-sla", visibility="audience", audience="bolt")
    flipped(acme, "kept", "broken")
    assert tell() == 1
    assert told_to() == [("a", "promise.broken")]
    flipped(acme, "broken", "kept")
    flipped(bolt, "kept", "broken")
    tell()
    assert told_to() == [
        ("a", "promise.broken"), ("a", "promise.kept"), ("b", "promise.broken"),
    ]  # fmt: skip


def test_a_contract_is_told_by_its_own_figures_where_its_audience_finds_it(partners):
    from troth.promises import showing

    showing.offer("a test", lambda slug, audience: f"https://{audience}.example/{slug}/")
    try:
        declared("on-time", target="90%")
        flipped(declared("acme-sla", visibility="audience", audience="acme", target="99%"),
                "kept", "broken")  # fmt: skip
        tell()
    finally:
        showing.offer("a test", lambda _slug, _audience: "")
    [telling] = Telling.objects.all()
    story = story_of(telling.content)
    assert story.link == "https://acme.example/acme-sla/"
    assert (story.audiences, story.pages) == (("acme",), ())
    assert "99 %" in story.what or not story.what


def test_what_was_public_and_is_a_contract_now_is_told_to_its_audience_alone(partners):
    promise = declared("sla")
    flipped(promise, "kept", "broken")
    tell()
    public = told_to()
    assert {who for who, _event in public} == {"a", "b", "p", "o"}
    actions.declare(spec=document("sla", windows=["28d", "1M"], visibility="audience",
                                  audience="acme"), author="Ada", now=NOW - HOUR)  # fmt: skip
    promise.refresh_from_db()
    flipped(promise, "broken", "kept")
    tell()
    assert told_to()[len(public) :] == [("a", "promise.kept")]
