"""A fade rings our own people: one story from its opening to its end, and a draft by one click."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.fading import sent
from tests.notify.outbox import deliver, mail_sink, mailing, reader
from tests.together import at_once
from troth.core import clock
from troth.incidents import actions, jobs, queries
from troth.incidents.actions.asked import NotAllowed
from troth.incidents.models import FadeAnswer, Incident
from troth.metrics import jobs as metrics
from troth.metrics.models import Fade
from troth.notify import jobs as notify
from troth.notify.models import Alarm, Delivery, Escalation, Subscription, Telling
from troth.notify.queries import last_told
from troth.notify.rules.events import Event, Severity

WORKERS = 4


def ringing():
    return Fade.objects.filter(rings=True, closed_at=None).order_by("pk").first()


def about(fade):
    return f"alert:fade:{fade.pk}"


def events(fade):
    rows = Telling.objects.filter(thread__about=about(fade)).order_by("number")
    return list(rows.values_list("event", flat=True))


def on_call(*readers, floor=0, keys=()):
    steps = [{"after": 0, "subscriptions": list(readers)}]
    return Escalation.objects.create(
        slug="trust", name="Trust", steps=steps, floor=floor, keys=list(keys),
        created_at=clock.now(),
    )  # fmt: skip


def heed():
    return jobs.heed(now=clock.now())


def grows(fade, *, to=3.0):
    Fade.objects.filter(pk=fade.pk).update(
        growth=fade.growth + 1, grown_on=fade.opened_on, grown_size=to, grown_score=9.0
    )


def ends(fade):
    now = clock.now()
    Fade.objects.filter(pk=fade.pk).update(
        closed_at=now, closed_on=now.date(), why_closed="back to what was usual"
    )


@pytest.mark.mission("S1.3", "S1.13")
def test_a_fade_rings_once_and_says_what_is_worse_since_when_and_where(fading):
    on_call("sub_x")
    fade = ringing()
    assert jobs.is_unheeded(now=clock.now())
    heed()
    story = last_told(about(fade))
    assert story.title.startswith("Delivered on time: fading")
    assert "worse than usual" in story.what
    assert story.affects == "delivery"
    assert [part.key for part in story.parts] == ["delivery"]
    assert not story.is_urgent, "it waits for quiet hours"
    [(_label, address)] = story.facts
    assert address.endswith("/desk/insight/touchpoints/delivery/")
    assert heed() == 0


@pytest.mark.mission("S1.3")
def test_it_says_that_it_grows_and_that_it_is_over_in_the_same_story(fading):
    on_call("sub_x")
    fade = ringing()
    heed()
    grows(fade)
    assert heed() == 1
    story = last_told(about(fade))
    assert "and it grows" in story.title
    assert "by now 3.0 pp" in story.what
    assert story.severity is Severity.MAJOR
    ends(fade)
    assert heed() == 1
    assert last_told(about(fade)).event is Event.ALERT_CLEARED
    assert Alarm.objects.get(thread__about=about(fade)).cleared_at is not None
    assert heed() == 0
    assert not jobs.is_unheeded(now=clock.now())
    assert len(events(fade)) == 3


def test_what_is_drawn_only_what_is_over_and_what_is_old_ring_nobody(fading):
    now = clock.now()
    Fade.objects.update(rings=False)
    assert not jobs.is_unheeded(now=now)
    Fade.objects.update(rings=True, recorded_at=now - timedelta(days=2))
    assert heed() == Fade.objects.count()
    assert set(FadeAnswer.objects.values_list("why", flat=True)) <= {"old", "over"}
    assert not Telling.objects.exists()


def test_silence_that_nobody_declared_wakes_nobody_up(fading):
    Fade.objects.all().delete()
    now = clock.now()
    for declared in (False, True):
        Fade.objects.filter(closed_at=None).update(closed_at=now)
        fade = Fade.objects.create(
            stream_id=fading.pk, kind="no_data", opened_on=now.date(), opened_at=now, size=0.0,
            recorded_at=now, evidence={"declared": declared},
        )  # fmt: skip
        heed()
        assert FadeAnswer.objects.get(fade=fade).why == ("rung" if declared else "quiet")


def test_a_stack_names_who_made_it_and_rings_for_each_of_them(fading):
    now = clock.now()
    on_call("sub_x", keys=["promise:b"])
    made = [
        {"key": f"promise:{name}", "name": name.upper(), "part": part, "stream": fading.pk,
         "touchpoint": "", "z": 2.0, "size": 0.5}
        for name, part in (("a", 0.6), ("b", 0.4))
    ]  # fmt: skip
    fade = Fade.objects.create(
        stream=None, kind="stack", opened_on=now.date(), opened_at=now, onset=now.date(),
        size=0.55, recorded_at=now, contributors=made,
    )  # fmt: skip
    heed()
    story = last_told(about(fade))
    assert story.title == "Several touchpoints together: many a little worse"
    assert "0.6 pp on average: A (60 %), B (40 %)" in story.what.replace("\u202f", " ")
    assert [part.key for part in story.parts] == ["promise:a", "promise:b"]
    assert story.facts[0][1].endswith(f"/desk/insight/faded/#fade-{fade.pk}")
    assert Alarm.objects.filter(thread__about=about(fade)).count() == 1


@pytest.mark.parametrize(("floor", "grown", "rung"), [(2, 0, 0), (2, 1, 1), (1, 0, 1)])
def test_an_escalation_begins_from_its_own_floor_on(fading, floor, grown, rung):
    fade = ringing()
    Fade.objects.filter(pk=fade.pk).update(growth=grown)
    on_call("sub_x", floor=floor)
    heed()
    assert Alarm.objects.filter(thread__about=about(fade)).count() == rung


def test_an_escalation_of_another_touchpoint_is_left_alone(fading):
    on_call("sub_x", keys=["promise:other"])
    heed()
    assert not Alarm.objects.exists()


@pytest.mark.mission("S1.3")
def test_one_click_makes_a_draft_that_is_linked_both_ways_and_never_public(fading):
    on_call("sub_x")
    heed()
    fade, now = ringing(), clock.now()
    row = actions.draft_for_fade(fade=fade.pk, by="Ada", now=now)
    assert (row.listed_at, row.published_at, row.confirm_at) == (None, None, None)
    assert row.opened_for == f"fade:{fade.pk}"
    assert queries.incident(row.uid) is None, "no reader sees it"
    assert [one.pk for one in queries.fades_of(row.uid)] == [fade.pk]
    answered = queries.fade_answers([fade.pk])[fade.pk]
    assert (answered.incident, answered.taken_by, answered.was_rung) == (row, "Ada", True)
    assert actions.draft_for_fade(fade=fade.pk, by="Ben", now=now) == row
    actions.discard(uid=row.uid, by="Ada", now=now)
    assert queries.fade_answers([fade.pk])[fade.pk].incident is None
    assert actions.draft_for_fade(fade=fade.pk, by="Ben", now=now) != row
    with pytest.raises(NotAllowed):
        actions.draft_for_fade(fade=10**9, by="Ada", now=now)


def test_a_fade_that_somebody_took_before_it_rang_rings_nobody(fading):
    on_call("sub_x")
    fade = ringing()
    actions.draft_for_fade(fade=fade.pk, by="Ada", now=clock.now())
    heed()
    assert not Telling.objects.filter(thread__about=about(fade)).exists()
    assert Incident.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_workers_that_heed_at_once_one_rings(fading):
    on_call("sub_x")
    fade = ringing()
    done = at_once(lambda _: heed())
    assert sum(done) == Fade.objects.filter(rings=True).count()
    assert events(fade) == [Event.ALERT_RAISED.value]


@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S1.3", "S1.13")
def test_from_signals_to_a_mail_that_somebody_answers_by_its_link(tmp_path):
    """The whole way: signals, tallies, the evaluation, the answer, the outbox, a mail server."""
    with mail_sink(tmp_path) as sink, mailing(sink.port):
        ours = reader("ada@shop.example", is_ours=True, consents=())
        reader("customer@example.org", consents=("status", "promises", "digest"))
        on_call(ours.uid)
        sent(37, 34)
        while metrics.evaluate(now=clock.now()):
            pass
        fade = ringing()
        heed()
        notify.ring(now=clock.now())
        deliver()
        rung = len(sink.lines)
        assert set(sink.readers) == {"ada@shop.example"}, "our own people alone"
        path = "/" + last_told(about(fade)).link.split("/", 3)[3]
        assert Client().post(path, {"who": "Ada"}).status_code == 302
        assert queries.fade_answers([fade.pk])[fade.pk].taken_by == "Ada"
        assert notify.ring(now=clock.now() + timedelta(hours=1)) == 0
        ends(fade)
        heed()
        deliver()
        assert events(fade)[-1] == Event.ALERT_CLEARED.value
        assert len(sink.lines) > rung
        assert set(sink.readers) == {"ada@shop.example"}


@pytest.mark.django_db(transaction=True)
def test_quiet_hours_hold_it_back_and_a_floor_leaves_it_out(tmp_path, fading):
    """Two of ours: for one it is the middle of the night, the other hears of major things alone."""
    minute = clock.now().hour * 60 + clock.now().minute
    with mail_sink(tmp_path) as sink, mailing(sink.port):
        asleep = reader(
            "asleep@shop.example", is_ours=True, consents=(),
            quiet_from=(minute - 60) % 1440, quiet_until=(minute + 120) % 1440,
        )  # fmt: skip
        major = reader("major@shop.example", is_ours=True, consents=(), floor=int(Severity.MAJOR))
        awake = reader("awake@shop.example", is_ours=True, consents=())
        Fade.objects.update(growth=0)
        heed()
        deliver()
        assert set(sink.readers) == {"awake@shop.example"}
        waits = Delivery.objects.filter(subscription=asleep)
        assert waits.exists()
        assert {one.state for one in waits} == {"queued"}
        assert not Delivery.objects.filter(subscription=major).exists()
        assert Subscription.objects.get(pk=awake.pk).state == "active"
