"""Today in ten seconds: what fades first, what is due, what got better; good days apart."""

from datetime import timedelta

import pytest

from tests.looks import findings
from troth.core import clock
from troth.desk import fading as told
from troth.desk.due import due
from troth.incidents.models import Incident
from troth.metrics import queries
from troth.metrics.models import Fade, Stream
from troth.metrics.models_shelf import Glance
from troth.plan import actions
from troth.plan import queries as plan
from troth.plan.actions.setting import Aim
from troth.plan.actions.undertaking import Task
from troth.plan.models import Goal
from troth.plan.queries.days import today

pytestmark = pytest.mark.django_db
FADED = "/desk/insight/faded/"


def aimed(ben, name, days):
    aim = Aim(name=name, why="They wait.", pillar="quality", owner=ben.pk,
              due_on=today(clock.now()) + timedelta(days=days))  # fmt: skip
    return actions.set_goal(aim=aim, token=name, by=ben, now=clock.now())


def undertaken(ben, goal, name, days):
    task = Task(name=name, text="", owner=ben.pk, starts_on=None,
                due_on=today(clock.now()) + timedelta(days=days))  # fmt: skip
    return actions.undertake(goal=goal.uid, task=task, token=name, by=ben, now=clock.now())


def shown(client, path="/desk/"):
    return client.get(path).content.decode()


def better(stream, **more):
    """Write down that a day went better than usual, and nobody was rung."""
    now = clock.now()
    return Fade.objects.create(
        stream_id=stream.pk, kind="spike", opened_on=now.date(), opened_at=now, onset=now.date(),
        size=-26.3, rings=False, evidence={"side": "better"}, recorded_at=now, **more,
    )  # fmt: skip


@pytest.mark.mission("S1.4")
def test_what_is_late_comes_first_and_what_is_far_does_not_come(ben):
    goal = aimed(ben, "Late goal", -3)
    for name, days in (("Soon", 4), ("In a fortnight", 14), ("Far", 15), ("Long late", -40)):
        undertaken(ben, goal, name, days)
    found = due(plan.board(now=clock.now()).open, now=clock.now())
    assert [(one.name, one.is_late) for one in found] == [
        ("Long late", True), ("Late goal", True), ("Soon", False), ("In a fortnight", False),
    ]  # fmt: skip


def test_what_is_done_or_dropped_is_not_due(ben):
    goal = aimed(ben, "A goal", 5)
    shipped = undertaken(ben, goal, "Shipped", -2)
    actions.ship(uid=shipped.uid, on=today(clock.now()), turn=shipped.turn, by=ben,
                 now=clock.now())  # fmt: skip
    found = due(plan.board(now=clock.now()).open, now=clock.now())
    assert [one.name for one in found] == ["A goal"]


@pytest.mark.mission("S1.4")
def test_today_says_what_fades_before_what_is_broken_and_what_is_due(
    open_shop, fading, ben, signed_in
):
    open_shop(target="100%")
    aimed(ben, "Arrive when we say", -3)
    text = shown(signed_in(ben))
    names = ("Fading", "Not as promised", "Due", "Changed in 7 days", "Promises kept")
    order = [text.index(f"<h2>{name}</h2>") for name in names]
    assert order == sorted(order)
    lead = text.split('class="lead">')[1].split("<time")[0]
    number = sum(one.rings for one in queries.fades(open_only=True))
    assert number
    assert f"{number} fading. 1 late." in lead
    assert "since" in text.split("<h2>Fading</h2>")[1].split("</li>")[0]
    assert "Arrive when we say" in text.split("<h2>Due</h2>")[1].split("</section>")[0]


def test_a_first_verdict_is_no_change(open_shop, ben, signed_in):
    open_shop()
    text = shown(signed_in(ben)).split("<h2>Changed in 7 days</h2>")[1].split("</section>")[0]
    assert "1 promise was judged for the first time." in text
    assert "No verdict, target, exclusion or past result changed." in text


def test_what_loses_most_leads_what_fades(fading):
    one = Fade.objects.filter(kind="fade").get()
    fields = {f.attname: getattr(Stream.objects.get(), f.attname)
              for f in Stream._meta.concrete_fields if f.attname != "id"}  # fmt: skip
    dear = Stream.objects.create(**fields | {"key": "dear", "name": "Dear", "weight": 9.0})
    copied = {f.attname: getattr(one, f.attname) for f in Fade._meta.concrete_fields
              if f.attname != "id"}  # fmt: skip
    Fade.objects.create(**copied | {"stream_id": dear.pk,
                                    "opened_at": one.opened_at - timedelta(days=9)})  # fmt: skip
    for pk, loss in ((one.stream_id, 42.0), (dear.pk, 378.0)):
        Glance.objects.create(stream_id=pk, loss=loss, revision=0, made_at=clock.now(),
                              until=clock.now())  # fmt: skip
    loud = [each for each in queries.fades(open_only=True) if each.kind == "fade"]
    assert [each.stream.name for each in loud] == ["Delivered on time", "Dear"]  # the newest first
    assert [each.stream.name for each in told.by_weight(loud)] == ["Dear", "Delivered on time"]
    assert told.by_weight([]) == []


def test_good_days_are_not_open_and_nothing_is_offered_for_them(fading, signed_in, ben):
    client = signed_in(ben)
    before = shown(client, FADED)
    number = Fade.objects.filter(closed_at=None, size__gte=0).count()
    one = better(fading)
    text = shown(client, FADED)
    assert f"<h1>{number} open</h1>" in before
    assert f"<h1>{number} open</h1>" in text
    good = text.split('id="good"')[1].split("</section>")[0]
    assert "26.3" in good
    assert "better than usual" in good
    assert "Draft an incident" not in good
    assert text.count("Draft an incident") == before.count("Draft an incident")
    for way in ("incident", "goal"):
        answer = client.post(f"{FADED}{one.pk}/{way}/", follow=True).content.decode()
        assert "it went better than usual" in answer
    assert not Incident.objects.exists()
    assert not Goal.objects.exists()
    file = b"".join(client.get(f"{FADED}?format=csv").streaming_content).decode()
    assert "-26.3" in file


def test_with_good_days_alone_nothing_fades(fading, signed_in, vic):
    Fade.objects.all().delete()
    better(fading)
    text = shown(signed_in(vic), FADED)
    assert "<h1>Nothing fades</h1>" in text
    assert "Better than usual" in text


@pytest.mark.mission("S1.4", "S1.18")
def test_faded_is_shown_as_it_stood(fading, signed_in, vic):
    """What closed since was open then; what opened since was not there."""
    one = Fade.objects.filter(kind="fade").get()
    then = one.opened_at + timedelta(days=1)
    Fade.objects.exclude(pk=one.pk).delete()
    Fade.objects.filter(pk=one.pk).update(
        closed_at=then + timedelta(days=1), closed_on=then.date() + timedelta(days=1),
        why_closed="back to what was usual",
    )  # fmt: skip
    client = signed_in(vic)
    assert "<h1>Nothing fades</h1>" in shown(client, FADED)
    moment = then.strftime("%Y-%m-%dT%H:%M:%SZ")
    text = shown(client, f"{FADED}?at={moment}")
    assert "<h1>1 open</h1>" in text
    assert "As it stood at" in text
    assert "back to what was usual" not in text
    before = (one.opened_at - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert "<h1>Nothing fades</h1>" in shown(client, f"{FADED}?at={before}")


def test_all_small_wins_of_the_week_are_counted_and_the_newest_shown(
    open_shop, fading, vic, signed_in
):
    open_shop()
    now = clock.now()
    for day in range(1, 6):
        Fade.objects.create(
            stream_id=fading.pk, kind="spike", opened_on=now.date(),
            opened_at=now - timedelta(days=9), size=4.0, recorded_at=now,
            closed_on=now.date(), why_closed=f"back, {day}", closed_at=now - timedelta(days=day),
        )  # fmt: skip
    text = shown(signed_in(vic))
    assert "5 small wins." in text
    listed = text.split("<h2>Small wins</h2>")[1].split("</section>")[0]
    assert [f"back, {day}" in listed for day in range(1, 6)] == [True, True, True, False, False]
    assert "And 2 more that are older." in listed


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_today_and_faded_look_right(opened, open_shop, fading, ben):
    open_shop(target="100%")
    undertaken(ben, aimed(ben, "Arrive when we say", -3), "Another courier", 5)
    better(fading)
    page = opened(ben)
    for path in ("/desk/", FADED):
        page.goto(path)
        assert (path, findings(page)) == (path, [])
    assert page.breaches == []
