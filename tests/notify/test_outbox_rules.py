"""Retries, quiet hours, digests, rates and joining as values; and the mail as others read it."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.notify.outbox import story
from troth.notify.carriers import mailing
from troth.notify.carriers.http import read
from troth.notify.channel import Letter, Shape, Words
from troth.notify.courier.counter import depth
from troth.notify.rules import admission, digest, quiet, rates, retrying
from troth.notify.rules.events import Event
from troth.notify.rules.joining import Waiting, joined
from troth.notify.rules.results import Fate
from troth.notify.rules.saying import END_URL, MANAGE_URL
from troth.notify.wording import words_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(text):
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-01T21:59:00+01:00", None),
        ("2026-03-01T22:00:00+01:00", "2026-03-02T07:00:00+01:00"),
        ("2026-03-02T06:59:00+01:00", "2026-03-02T07:00:00+01:00"),
        ("2026-03-02T07:00:00+01:00", None),
        ("2026-03-29T01:30:00+01:00", "2026-03-29T07:00:00+02:00"),  # an hour is skipped
        ("2026-10-25T01:30:00+02:00", "2026-10-25T07:00:00+01:00"),  # an hour comes twice
    ],
)
def test_quiet_hours_are_those_of_the_readers_wall(now, until):
    found = quiet.quiet_until(at(now), zone="Europe/Berlin", begin=22 * 60, end=7 * 60)
    assert found == (at(until) if until else None)


def test_a_quiet_time_that_ends_in_a_skipped_hour_ends_when_clocks_go_on():
    found = quiet.quiet_until(
        at("2026-03-29T01:00:00+01:00"), zone="Europe/Berlin", begin=22 * 60, end=2 * 60 + 30
    )
    assert found == at("2026-03-29T03:00:00+02:00")


@given(
    st.integers(0, 2 * 365 * 24 * 60),
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu"]),
    st.integers(0, 1439), st.integers(0, 1439),
)  # fmt: skip
def test_after_quiet_hours_it_is_not_quiet(minutes, zone, begin, end):
    now = NOON + timedelta(minutes=minutes)
    until = quiet.quiet_until(now, zone=zone, begin=begin, end=end)
    if until is not None:
        assert now < until <= now + timedelta(hours=26)


def test_digests_go_at_eight_and_on_mondays():
    berlin = "Europe/Berlin"
    assert quiet.digest_at(NOON, zone=berlin, pace="daily") == at("2026-03-02T08:00:00+01:00")
    friday = at("2026-03-27T12:00:00+01:00")
    assert quiet.digest_at(friday, zone=berlin, pace="weekly") == at("2026-03-30T08:00:00+02:00")


@given(st.integers(1, 60), st.floats(0, 0.999), st.sampled_from([0, 1, 2]))
def test_waits_grow_to_an_hour_and_are_never_the_same_for_all(tries, chance, priority):
    found = retrying.wait(tries, priority=priority, chance=chance)
    assert timedelta(seconds=2) < found <= retrying.LONGEST_WAIT
    assert retrying.wait(tries, priority=priority, chance=0) <= found


def test_retry_after_is_kept_to_and_not_for_ever():
    asked = retrying.wait(1, priority=0, chance=0, after=300)
    assert asked == timedelta(seconds=300)
    assert retrying.wait(1, priority=0, chance=0, after=10**9) == retrying.LONGEST_WAIT


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        (200, Fate.ACCEPTED), (204, Fate.ACCEPTED), (301, Fate.REFUSED), (400, Fate.REFUSED),
        (404, Fate.REFUSED), (408, Fate.LATER), (410, Fate.GONE), (429, Fate.LATER),
        (500, Fate.LATER), (503, Fate.LATER),
    ],
)  # fmt: skip
def test_what_an_http_answer_means(status, fate):
    assert read(status, {}, "").fate is fate


def test_a_rate_is_kept_by_who_asks_last_and_by_a_clock_that_went_back():
    many, free_at = rates.granted(100, per_second=10, free_at=None, now=NOON)
    assert (many, free_at) == (10, NOON + timedelta(seconds=1))
    assert rates.granted(100, per_second=10, free_at=free_at, now=NOON)[0] == 0
    day = timedelta(days=1)
    assert rates.granted(100, per_second=10, free_at=NOON + day, now=NOON)[0] == 10
    assert rates.granted(5, per_second=0.001, free_at=None, now=NOON)[0] == 1


@given(st.integers(1, 50), st.integers(1, 20))
def test_shares_add_up_to_what_the_outlet_allows(at_once, workers):
    shares = [rates.share(at_once, place=n, workers=workers) for n in range(workers)]
    assert sum(shares) == at_once


def test_digests_and_bursts_go_together_and_urgent_ones_alone():
    others = [Waiting(2, 1, 0), Waiting(3, 1, 0), Waiting(4, 0, 0), Waiting(5, 1, 1)]
    assert joined(Waiting(1, 1, 0), others) == [2, 3]
    assert joined(Waiting(1, 1, 0), others[:1]) == []
    assert joined(Waiting(1, 1, 2), others) == []
    assert joined(Waiting(1, 2, 0), [Waiting(2, 2, 0)]) == [2]
    assert joined(Waiting(1, 0, 0), [Waiting(2, 0, 0)] * 5) == []


def test_several_stories_as_one_name_each_and_have_a_revision_of_their_own():
    first, second = story(1, about="a"), story(2, about="b", title="*Login* fails")
    made = digest.together([first, second], "de")
    assert made.title == "2 Nachrichten: *Login* fails"
    assert r"[\*Login\* fails]" in made.body
    assert made.revision not in (first.revision, second.revision)


def test_who_never_said_yes_is_asked_and_nothing_else():
    known = {"is_known": True, "is_suppressed": False, "is_allowed": False}
    ask = admission.reason_against(event=Event.SUBSCRIPTION_CONFIRM, state="asked", **known)
    tell = admission.reason_against(event=Event.INCIDENT_OPENED, state="asked", **known)
    assert (ask, tell) == ("", "the address was never confirmed")


# The mail


def mail(words, *, to="ada@example.org", end="https://status.example.org/subscription/x.y/end"):
    letter = Letter(id="msg_1", words=words, story=story(), manage_url=end.removesuffix("end"),
                    end_url=end)  # fmt: skip
    raw = mailing.message_of(letter, to=to, sender="Bücher & Co <status@example.org>")
    return raw, email.message_from_bytes(raw, policy=email.policy.default)


@pytest.mark.mission("S2.25")
def test_a_mail_ends_in_one_click_threads_and_says_that_it_is_automatic():
    raw, found = mail(words_of(story(), shape=Shape.MAIL, language="de"))
    assert found["To"] == "ada@example.org"
    assert found["From"] == "Bücher & Co <status@example.org>"
    assert found["Message-ID"] == "<msg_1@example.org>"
    assert found["List-Unsubscribe"] == "<https://status.example.org/subscription/x.y/end>"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["In-Reply-To"] == found["References"]
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    assert b"\n." not in raw
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    for part in found.iter_parts():
        assert "https://status.example.org/subscription/x.y/" in part.get_content()
        assert "troth.invalid" not in part.get_content()


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=300), st.integers(1, 90))
def test_any_text_comes_out_of_a_mail_as_it_went_in(text, length):
    link = f"https://status.example.org/subscription/{'.' * length}/"
    body = f"{text}\n.{text} {MANAGE_URL} {text}\n{END_URL}"
    words = Words(title="A title", text=body, html=f"<p>{MANAGE_URL}</p>")
    raw, found = mail(words, end=f"{link}end")
    told = found.get_body(("plain",)).get_content().replace("\r\n", "\n")
    told = told.removesuffix("\n")
    assert told == f"{text}\n.{text} {link} {text}\n{link}end"
    assert b"\r\n." not in raw


def test_an_address_that_would_break_a_header_is_refused():
    words = words_of(story(), shape=Shape.MAIL, language="en")
    for address in ("a@b\r\nBcc: c@d", "a b@c", "<a@b>", "nobody"):
        with pytest.raises(ValueError, match="no address"):
            mail(words, to=address)


def test_a_subject_of_several_lines_is_one():
    words = replace(words_of(story(), shape=Shape.MAIL, language="en"), title="One\r\nBcc: x@y")
    _, found = mail(words)
    assert found["Subject"] == "One Bcc: x@y"
    assert found["Bcc"] is None


def test_as_few_are_laid_out_as_keep_hands_busy_while_a_write_lasts():
    assert depth(3, left=0, at_once=20) == 6
    assert depth(12, left=0, at_once=20) == 12
    assert depth(12, left=121, at_once=20) == 11
    assert depth(6, left=60, at_once=20) == 6
    assert depth(3, left=60, at_once=20) == 3
