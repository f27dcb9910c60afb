"""A story written by hand: kept, seen in every channel, let go, told once, corrected."""

from datetime import timedelta

import pytest

from tests.notify.outbox import reader, spread, states
from troth.core import clock
from troth.notify import jobs, signing_off
from troth.notify.models import Delivery, Draft, Suppression, Telling
from troth.notify.rules import composing as rules
from troth.notify.rules.composing import Written
from troth.notify.rules.events import Event, Severity
from troth.staff import queries as staff

pytestmark = [pytest.mark.django_db, pytest.mark.mission("S2.6")]
ROOT = "/desk/messages/written/"


@pytest.fixture
def ed(signed_in, ben):
    return signed_in(ben)


@pytest.fixture
def two_publish():
    signing_off.offer("a test", lambda: True)
    yield
    signing_off.offer("a test", lambda: False)


def begun(desk, event="idea.shipped", title="Invoices as PDF"):
    answer = desk.post(f"{ROOT}new/", {"event": event, "title": title, "token": "t1"})
    assert answer.status_code == 302, answer.context["form"].errors
    return answer.url


def filled(desk, page, **more):
    """Return what the form of a draft sends, with some fields changed."""
    form = desk.get(page).context["form"]
    found = {}
    for bound in form:
        value = bound.value()
        if value not in (None, "", False):
            found[bound.name] = "on" if value is True else value
    return {**found, **more}


def kept(desk, page, **more):
    return desk.post(page, {"do": "keep", **filled(desk, page, **more)})


def written(desk, **more):
    """Return the address of a draft with all that it needs."""
    page = begun(desk)
    given = {"what-en": "Every invoice is a PDF now.", "title-de": "Rechnungen als PDF",
             "body-de": "Jede Rechnung ist **jetzt** ein PDF."}  # fmt: skip
    assert kept(desk, page, **{**given, **more}).status_code == 302
    return page


def sent(desk, page, verb="send", **more):
    draft = Draft.objects.get(uid=page.split("/")[-2])
    given = {"turn": draft.turn, **more}
    return desk.post(f"{page}{verb}/", given, follow=True).content.decode()


def go_out(after=timedelta(seconds=31)):
    later = clock.now() + after
    assert jobs.is_to_send(now=later)
    assert jobs.send(now=later) == 1
    assert jobs.send(now=later) == 0


def test_a_story_is_begun_once_however_often_the_form_is_sent(ed):
    assert begun(ed) == begun(ed)
    assert Draft.objects.count() == 1
    assert [one.verb for one in staff.trail(thing="story")] == ["began"]


def test_a_story_is_kept_whatever_it_lacks_and_says_what_before_it_goes(ed):
    page = begun(ed, event="certificate.expiring", title="Certificate of the shop")
    text = ed.get(f"{page}preview/").content.decode()
    assert "It cannot go out yet" in text
    assert "until when does the certificate hold" in text
    said = sent(ed, page)
    assert "Nothing was done" in said
    assert Draft.objects.get().state == "writing"


def test_every_channel_and_language_stands_side_by_side_with_its_count(ed):
    page = written(ed)
    answer = ed.get(f"{page}preview/")
    by_key = {one.key: one for one in answer.context["shown"]}
    assert len(by_key) >= 18
    sms = by_key["sms"].versions
    assert [one.language for one in sms] == ["en", "de"]
    assert all(one.preview.measured <= one.preview.limit == 160 for one in sms)
    assert "Invoices as PDF" in sms[0].preview.words.text
    assert "Rechnungen als PDF" in sms[1].preview.words.text
    assert by_key["bluesky"].versions[0].preview.limit == 300
    assert '"type": "idea.shipped"' in by_key["webhook"].versions[0].preview.words.text
    for one in by_key.values():
        assert all(each.preview.words.text for each in one.versions), one.key
    only = ed.get(f"{page}preview/", {"channel": "sms", "language": "de"}).context["shown"]
    assert [(one.key, len(one.versions)) for one in only] == [("sms", 1)]
    mail = ed.get(f"{page}mail/", {"language": "de"}).content.decode()
    assert "<strong>jetzt</strong>" in mail


def test_a_dry_run_counts_whom_it_reaches_and_why_others_are_not(ed, settings):
    from tests.notify.readers import with_mail

    with_mail(settings)
    reader("a@example.org", consents=("ideas",))
    reader("b@example.org", consents=("status",))
    reader("c@example.org", consents=("ideas",), pace="weekly")
    reader("d@example.org", consents=("ideas",), quiet_from=0, quiet_until=24 * 60 - 1)
    reader("e@example.org", consents=("ideas",), state="paused")
    gone = reader("f@example.org", consents=("ideas",))
    reader("g@example.org", consents=("ideas",), floor=2)
    reader("h@example.org", consents=("ideas",), events=Event.INCIDENT_OPENED.bit)
    reader("https://program.example/hook", channel="webhook", consents=("ideas",))
    reader("+4915112345678", channel="sms", consents=("ideas",))
    contact = gone.contact
    Suppression.objects.create(channel="email", digest=contact.digest, shown="f", reason="staff",
                               at=clock.now())  # fmt: skip
    page = written(ed)
    with clock.frozen(clock.now().replace(hour=12)):
        found = {one.channel: one for one in ed.get(f"{page}preview/").context["reaches"]}
    mail = found["email"]
    assert (mail.reached, mail.now, mail.digest, mail.quiet) == (3, 1, 1, 1)
    assert mail.reasons == [
        ("left alone", 1),
        ("no consent to this", 1),
        ("paused by the reader", 1),
    ]
    assert (found["webhook"].reached, found["webhook"].reasons) == (1, [])
    assert found["sms"].reasons == [("no outlet is set up", 1)]
    assert not Telling.objects.exists()


def test_it_goes_out_after_half_a_minute_and_once(ed):
    reader(consents=("ideas",))
    page = written(ed)
    draft = Draft.objects.get()
    for _ in range(2):  # a double click
        text = ed.post(f"{page}send/", {"turn": draft.turn}, follow=True).content.decode()
    assert "This was sent, once" in text
    assert not jobs.is_to_send(now=clock.now())
    go_out()
    spread()
    assert (Telling.objects.count(), Delivery.objects.count()) == (1, 1)
    told = Telling.objects.get()
    assert (told.event, told.by) == ("idea.shipped", "Ben")
    assert "What each channel has of it" in ed.get(f"{page}preview/").content.decode()


def test_what_was_sent_is_taken_back_in_time(ed):
    page = written(ed)
    sent(ed, page)
    assert "taken back" in sent(ed, page, "take-back")
    assert not jobs.is_to_send(now=clock.now() + timedelta(days=1))
    assert Draft.objects.get().state == "writing"


def test_a_change_takes_back_what_was_scheduled(ed):
    page = written(ed)
    at = (clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert "scheduled" in sent(ed, page, at=at)
    kept(ed, page, **{"what-en": "Every invoice is a PDF from today."})
    draft = Draft.objects.get()
    assert (draft.state, draft.sends_at) == ("writing", None)


def test_a_time_that_is_over_is_refused(ed):
    page = written(ed)
    assert "that time is over" in sent(ed, page, at="2020-01-01T10:00")
    assert Draft.objects.get().state == "writing"


def test_support_writes_and_an_editor_sends(signed_in, cleo, ed):
    support = signed_in(cleo)
    page = written(support)
    turn = Draft.objects.get().turn
    assert support.post(f"{page}send/", {"turn": turn}).status_code == 403
    assert "waits for an editor" in sent(support, page, "propose")
    assert "half a minute" in sent(ed, page)


def test_two_people_publish_where_the_house_says_so(ed, signed_in, ada, two_publish):
    page = written(ed)
    assert "another person" in sent(ed, page)
    assert Draft.objects.get().state == "waiting"
    assert "Send it" not in ed.get(f"{page}preview/").content.decode()
    assert "you wrote in it yourself" in sent(ed, page)
    assert "half a minute" in sent(signed_in(ada), page)
    go_out()


def test_two_who_write_at_once_lose_nothing_and_notice(ed, signed_in, cleo):
    page = written(ed)
    hers, his = signed_in(cleo), ed
    stale = filled(his, page, **{"what-en": "His words."})
    assert kept(hers, page, **{"what-en": "Her words."}).status_code == 302
    answer = his.post(page, {"do": "keep", **stale})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Cleo changed this" in text
    assert "The two differ in: What" in text
    assert Draft.objects.get().content["texts"]["en"]["what"] == "Her words."
    aside = Draft.objects.get().edits.get(verb="kept aside")
    assert aside.content["texts"]["en"]["what"] == "His words."
    again = {**stale, "turn": answer.context["form"].data["turn"]}
    assert his.post(page, {"do": "keep", **again}).status_code == 302
    assert Draft.objects.get().content["texts"]["en"]["what"] == "His words."


def test_what_is_typed_is_kept_by_itself_as_one_text(ed):
    page = written(ed)
    texts = filled(ed, page)
    before = Draft.objects.get().edits.count()
    for word in ("E", "Ev", "Every"):
        answer = ed.post(
            page, {**texts, "do": "auto", "what-en": word}, headers={"HX-Request": "true"}
        )
        assert 'id="turn"' in answer.content.decode()
    assert Draft.objects.get().content["texts"]["en"]["what"] == "Every"
    assert Draft.objects.get().edits.count() == before + 1
    # The button of the same window, pressed before the answer came, overtakes nobody.
    assert ed.post(page, {**texts, "do": "keep", "what-en": "Every one"}).status_code == 302


def test_an_earlier_text_is_written_on(ed):
    page = written(ed)
    first = Draft.objects.get().edits.order_by("-pk").first()
    kept(ed, page, **{"what-en": "Something else."})
    shown = ed.get(f"{page}earlier/", {"text": first.pk}).content.decode()
    assert "Every invoice is a PDF now." in shown
    draft = Draft.objects.get()
    ed.post(f"{page}earlier/", {"text": first.pk, "turn": draft.turn})
    assert Draft.objects.get().content["texts"]["en"]["what"] == "Every invoice is a PDF now."
    assert ed.post(f"{page}earlier/", {"text": "99999", "turn": draft.turn + 1}).status_code == 404


def test_what_is_put_away_is_brought_back(ed):
    page = written(ed)
    assert "put away" in sent(ed, page, "discard")
    assert "put away" in ed.get(ROOT).content.decode()
    sent(ed, page, "bring-back")
    assert Draft.objects.get().state == "writing"
    assert Draft.objects.get().content["texts"]["en"]["what"]


def test_a_correction_goes_where_the_mistake_went_and_to_nobody_else(ed):
    was_told = reader("a@example.org", consents=("ideas",))
    page = written(ed)
    sent(ed, page)
    go_out()
    spread()
    Delivery.objects.update(state="accepted")
    since = clock.now() + timedelta(minutes=1)
    later = reader("b@example.org", consents=("ideas",), confirmed_at=since)
    sent(ed, page, "correct")
    assert "nothing differs" in ed.get(f"{page}preview/").content.decode()
    kept(ed, page, **{"what-en": "Every invoice since May is a PDF."})
    found = ed.get(f"{page}preview/").context["reaches"]
    assert [(one.channel, sum(n for _, n in one.reasons)) for one in found] == [("email", 1)]
    sent(ed, page)
    go_out(timedelta(minutes=2))
    spread()
    told = Telling.objects.order_by("number").last()
    assert (told.number, told.is_correction) == (2, True)
    assert states(telling=told, subscription=was_told) == ["queued"]
    assert states(subscription=later) == []


def test_a_correction_that_is_dropped_leaves_what_was_told(ed):
    page = written(ed)
    sent(ed, page)
    go_out()
    sent(ed, page, "correct")
    kept(ed, page, **{"title-en": "Wrong"})
    sent(ed, page, "discard")
    draft = Draft.objects.get()
    assert (draft.state, draft.title) == ("told", "Invoices as PDF")


def test_an_alarm_by_hand_rings_our_own_people(ed, signed_in, ada):
    from troth.notify.models import Alarm
    from troth.notify.queries import duty

    owner = signed_in(ada)
    owner.post("/desk/messages/on-call/routes/new/", {
        "name": "Ada", "channel": "email", "address": "ada@shop.example", "hears": ["alarms"],
        "floor": "0"})  # fmt: skip
    [route] = duty.routes()
    steps = {"after_1": "0", "routes_1": [route.uid]}
    given = {"name": "Shop", "slug": "shop", "floor": "0", **steps}
    owner.post("/desk/messages/on-call/escalations/new/", given)
    page = begun(ed, event="alert.raised", title="The cash box is open")
    kept(ed, page, **{"what-en": "Somebody must look."})
    sent(ed, page)
    go_out()
    assert Alarm.objects.count() == 1


def test_viewers_and_strangers_write_nothing(client, signed_in, vic, ed):
    page = written(ed)
    for one in (ROOT, f"{ROOT}new/", page, f"{page}preview/", f"{page}earlier/", f"{page}mail/"):
        assert signed_in(vic).get(one).status_code == 403
        assert client.get(one).status_code == 302
    assert signed_in(vic).post(f"{page}send/", {"turn": 1}).status_code == 403
    assert ed.get(f"{ROOT}nothing/").status_code == 404
    assert ed.post(f"{page}burn/", {"turn": 1}).status_code == 404


@pytest.mark.parametrize("torn", ["", "x", "-1", "9" * 40])
def test_a_torn_turn_changes_nothing(torn, ed):
    page = written(ed)
    assert (
        "Nothing was done" in ed.post(f"{page}send/", {"turn": torn}, follow=True).content.decode()
    )
    assert Draft.objects.get().state == "writing"


def test_markup_and_long_texts_are_text(ed):
    page = written(ed, **{"what-en": "<script>alert(1)</script>", "title-en": "x" * 200})
    text = ed.get(f"{page}preview/").content.decode()
    assert "<script>alert" not in text
    assert kept(ed, page, **{"title-en": "x" * 201}).status_code == 422


def test_the_revision_is_that_of_the_words():
    one = Written(
        event=Event.IDEA_SHIPPED, texts={"en": {"title": "A", "what": "B"}}, link="https://a.b/"
    )
    same = rules.revision_of(one, "story:1")
    assert (
        rules.revision_of(Written(**{f: getattr(one, f) for f in one.__struct_fields__}), "story:1")
        == same
    )
    other = Written(
        event=Event.IDEA_SHIPPED, severity=Severity.MINOR, texts=one.texts, link=one.link
    )
    assert rules.revision_of(other, "story:1") != same
    assert rules.gaps(one, ("en", "de")) == []
    assert rules.changed(one, other) == ["severity"]
