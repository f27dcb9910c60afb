"""Nobody is told anything before they said yes, and a GET changes nothing."""

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client

from tests.notify.readers import NOON, fill_in, path_of, questions, subscribed, with_mail
from troth.core import clock
from troth.notify.models import Knock, Outlet, Subscription
from troth.people import queries as people
from troth.people.models import Contact

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mail(settings):
    with_mail(settings)


def everything():
    """Return every row of ours that a request could have changed, but the limits' own counts."""
    models = [
        *apps.get_app_config("notify").get_models(),
        *apps.get_app_config("people").get_models(),
    ]
    return {
        model._meta.label: list(model.objects.order_by("pk").values())
        for model in models
        if model is not Knock
    }


def state_of(path):
    return Subscription.objects.get().state


@pytest.mark.mission("S2.20")
def test_an_address_is_asked_and_begins_when_it_says_yes():
    answer = fill_in()
    assert (answer.status_code, answer.url) == (302, "/subscribe/asked?channel=email&language=en")
    row = Subscription.objects.get()
    assert (row.state, people.permissions(row.contact)) == ("asked", {})
    link = path_of(questions()[0].link)
    with clock.frozen(NOON + timedelta(hours=1)):
        assert b"Was it you?" in Client().get(link).content
        assert Subscription.objects.get().state == "asked"
        assert Client().post(link).status_code == 302
    row.refresh_from_db()
    assert (row.state, people.permissions(row.contact)) == ("active", {"status": True})
    proof = people.ledger(row.contact)[0].proof
    assert proof["asked"]["text"] == proof["confirmed"]["text"]
    assert (proof["asked"]["how"], proof["asked"]["language"]) == ("form", "en")
    assert proof["asked"]["ip"] == proof["confirmed"]["ip"] != "127.0.0.1"
    assert row.proof == {}


def test_a_known_address_an_unknown_and_a_suppressed_one_get_the_same_answer(
    django_assert_num_queries,
):
    from troth.notify.actions.suppressing import suppress
    from troth.people.keyed import address_digest

    subscribed(address="known@example.com")
    suppress(channel="email", digest=address_digest("email", "gone@example.com"),
             reason="complaint", said="", by="", now=NOON)  # fmt: skip
    later = NOON + timedelta(hours=3)
    answers = [
        fill_in(later, address=f"{name}@example.com") for name in ("known", "unknown", "gone")
    ]
    shown = {(one.status_code, one.url, tuple(sorted(one.headers))) for one in answers}
    assert len(shown) == 1
    assert len(questions()) == 4
    assert Subscription.objects.filter(state="active").count() == 1


def test_a_repeated_ask_sends_one_question_an_hour():
    for minute in (0, 1, 59):
        assert fill_in(NOON + timedelta(minutes=minute)).status_code == 302
    assert len(questions()) == 1
    fill_in(NOON + timedelta(minutes=61))
    assert (len(questions()), Subscription.objects.count()) == (2, 1)


def test_a_link_is_used_twice_in_two_windows_and_begins_once():
    fill_in()
    link = path_of(questions()[0].link)
    with clock.frozen(NOON):
        answers = [Client().post(link) for _ in range(2)]
    assert {one.status_code for one in answers} == {302}
    contact = Contact.objects.get()
    assert people.ledger(contact).count() == 1


def test_an_old_link_a_changed_one_and_somebody_elses_begin_nothing():
    fill_in()
    link = path_of(questions()[0].link)
    before = everything()
    with clock.frozen(NOON + timedelta(days=8)):
        assert Client().post(link).status_code == 410
    with clock.frozen(NOON):
        token = link.split("/")[2]
        uid, rest = token.split(".", 1)
        other = f"{uid[:-1]}{'a' if uid[-1] != 'a' else 'b'}.{rest}"
        for wrong in (other, token[:-1], f"{token}a", "x", "%00", "💥" * 50, "a" * 3000):
            answer = Client().post(f"/subscription/{wrong}/confirm")
            assert answer.status_code in {404, 429}
        # A link to the reader's own page is no link to confirm, and the other way round.
        from troth.notify.links import token_of

        own = token_of(Subscription.objects.get().uid)
        assert Client().post(f"/subscription/{own}/confirm").status_code in {404, 429}
        assert Client().post(f"/subscription/{token}/end").status_code in {404, 429}
    assert everything() == before


def test_a_link_to_confirm_begins_nothing_again_after_leaving():
    client, own = subscribed()
    link = path_of(questions()[0].link)
    with clock.frozen(NOON + timedelta(hours=1)):
        client.post(f"{own}end")
        assert client.post(link).status_code == 410
    assert Subscription.objects.get().state == "ended"


@pytest.mark.mission("S2.20")
def test_a_get_never_changes_anything():
    _client, own = subscribed()
    fill_in(NOON + timedelta(hours=2), address="ben@example.com")
    link = path_of(questions()[-1].link)
    before = everything()
    with clock.frozen(NOON + timedelta(hours=3)):
        for path in (own, f"{own}end", f"{own}undo", f"{own}pause", link, "/subscribe",
                     "/subscribe?part=component:x&channel=email&page=", "/subscribe/asked",
                     "/subscribe/riddle", "/subscribe/begun"):  # fmt: skip
            for ask in (Client().get, Client().head):
                answer = ask(path)
                assert answer.status_code in {200, 405}, path
                assert not answer.cookies, path
    assert everything() == before


def test_more_is_added_to_what_one_has_or_replaces_it():
    client, _own = subscribed()
    two_hours = NOON + timedelta(hours=2)
    fill_in(two_hours, events=["promises"])
    link = path_of(questions()[-1].link)
    with clock.frozen(two_hours):
        assert b"comes in addition" in client.get(link).content
        client.post(link, {"how": "add"})
    live = Subscription.objects.get(state="active")
    from troth.notify.rules import families

    assert families.names(live.events) == ["incidents", "maintenance", "promises"]
    assert Subscription.objects.get(state="ended").end_how == "replaced"
    assert people.permissions(live.contact) == {"status": True, "promises": True}


def test_the_reader_changes_pauses_leaves_and_comes_back():
    client, own = subscribed()
    row = Subscription.objects.get()
    with clock.frozen(NOON + timedelta(hours=1)):
        answer = client.post(own, {"events": ["promises"], "quiet_from": "22:00",
                                   "quiet_until": "07:00", "zone": "Europe/Berlin",
                                   "language": "de", "pace": "daily"})  # fmt: skip
        assert answer.status_code == 302
        row.refresh_from_db()
        assert (row.quiet_from, row.quiet_until, row.pace) == (1320, 420, "daily")
        assert people.permissions(row.contact) == {"status": False, "promises": True}
        client.post(f"{own}pause", {"for": "week"})
        row.refresh_from_db()
        assert (row.state, row.paused_until) == ("paused", NOON + timedelta(days=7, hours=1))
        client.post(f"{own}pause", {"for": "none"})
        row.refresh_from_db()
        assert (row.state, row.paused_until) == ("active", None)
    with clock.frozen(NOON + timedelta(hours=2)):
        answer = client.post(f"{own}end", {"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain")
        row.refresh_from_db()
        assert (row.state, row.end_how) == ("ended", "one-click")
        assert people.permissions(row.contact) == {"status": False, "promises": False}
        assert "keine solchen Nachrichten mehr" in client.get(own).content.decode()
        client.post(f"{own}undo")
        row.refresh_from_db()
        assert row.state == "active"
        assert people.permissions(row.contact)["promises"] is True


def test_what_a_bounce_ended_no_reader_takes_back():
    client, own = subscribed()
    from troth.notify.actions.suppressing import bounced

    row = Subscription.objects.get()
    bounced(contact_id=row.contact_id, kind="complaint", said="", event_id="1", at=NOON, now=NOON)
    client.post(f"{own}undo")
    row.refresh_from_db()
    assert (row.state, row.end_how) == ("ended", "complaint")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("address", "ada", "Write a mail address"),
        ("address", "", "required"),
        ("address", "a@b.c\r\nBcc: x@y.z", "Write a mail address"),
        ("events", [], "required"),
        ("events", ["alert"], "Select a valid choice"),
        ("parts", ["component:nobody"], "Select a valid choice"),
        ("pace", "hourly", "Select a valid choice"),
        ("floor", "9", "Select a valid choice"),
        ("quiet_from", "25:00", "Write a time"),
        ("quiet_from", "22:00", "a beginning and an end"),
        ("zone", "Mars/Phobos", "Choose a time zone"),
        ("zone", "../../etc/passwd", "Choose a time zone"),
        ("language", "xx", "Select a valid choice"),
        ("channel", "carrier pigeon", "Select a valid choice"),
    ],
)
def test_each_mistake_is_said_at_its_field(field, value, said):
    answer = fill_in(**{field: value})
    assert answer.status_code == 422
    body = answer.content.decode()
    assert said in body
    assert 'aria-invalid="true"' in body or field == "parts"  # no box is there to be marked
    assert not Subscription.objects.exists()


def test_a_robot_that_fills_in_the_trap_or_is_too_quick_is_sent_back():
    from troth.notify.forms.subscribing import begun

    assert fill_in(website="https://spam.example").status_code == 422
    assert fill_in(begun=begun(now=NOON)).status_code == 422
    assert fill_in(begun="").status_code == 422
    assert fill_in(begun=begun(now=NOON - timedelta(days=2))).status_code == 422
    assert not Subscription.objects.exists()


def test_without_a_riddle_a_network_may_ask_five_times_an_hour():
    answers = [fill_in(address=f"n{n}@example.com").status_code for n in range(6)]
    assert answers == [302] * 5 + [429]
    assert fill_in(NOON + timedelta(minutes=61), address="n7@example.com").status_code == 302
    stored = str(list(Knock.objects.values()))
    assert "127.0.0.1" not in stored
    assert "example.com" not in stored


NAUGHTY = [
    "\u202e" * 20, "<script>alert(1)</script>", "'; DROP TABLE people_contact; --",
    "\ufdfd" * 400, "\x00", "\ud83d", "{{ 7*7 }}", "%s%n", "\U0001d56c@example.com",
    "A" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("text", NAUGHTY)
@pytest.mark.parametrize("field", ["address", "zone", "quiet_from", "begun", "riddle", "website"])
def test_naughty_text_is_refused_and_never_run(field, text):
    try:
        text.encode()
    except UnicodeEncodeError:
        text = "\ufffd"
    answer = fill_in(**{field: text})
    assert answer.status_code in {302, 422}
    assert b"<script>alert" not in answer.content
    shown = re.sub(rb"/assets/[^\"]+", b"", answer.content)
    assert b"49" not in shown if text == "{{ 7*7 }}" else True


def test_a_page_that_does_not_exist_is_not_found():
    assert Client().get("/subscribe?page=nowhere").status_code == 404
    assert Client().get("/subscribe?page=\x00").status_code == 404


def test_a_page_for_some_readers_subscribes_them_as_such_and_a_change_keeps_it(ada):
    from troth.components.actions import declare_audience, declare_page
    from troth.components.rules.documents import AudienceTerms, PageTerms

    declare_audience(terms=AudienceTerms(slug="partners", name="Partners"), by=ada, now=NOON)
    terms = PageTerms(slug="partners", name="For partners", audiences=("partners",))
    declare_page(terms=terms, by=ada, now=NOON)
    client, own = subscribed(query="?page=partners")
    row = Subscription.objects.get()
    assert (row.page, row.audience) == ("partners", "partners")
    with clock.frozen(NOON):
        client.post(own, {"events": ["incidents"]})
    row.refresh_from_db()
    assert (row.page, row.audience) == ("partners", "partners")


def offered():
    body = Client().get("/subscribe").content.decode()
    return re.findall(r'name="channel" value="(\w+)"', body)


def test_what_most_people_use_is_offered_first_and_only_what_can_send(settings):
    assert offered() == ["email", "slack", "teams", "discord", "mattermost", "webhook"]
    row = Outlet.objects.create(slug="phones", channel="sms", is_default=True, created_at=NOON)
    assert offered()[:3] == ["email", "sms", "slack"]
    Outlet.objects.filter(pk=row.pk).update(paused_at=NOON)
    Outlet.objects.create(slug="mail", channel="email", is_default=True, created_at=NOON,
                          paused_at=NOON)  # fmt: skip
    assert offered()[0] == "slack"
