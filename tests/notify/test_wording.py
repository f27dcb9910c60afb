"""A story becomes words for each channel, in each language, within each network's limits."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from troth.notify import catalogue, proving, sandbox, wording
from troth.notify.actions import wordings as actions
from troth.notify.channel import Shape
from troth.notify.queries import wordings as queries
from troth.notify.rules import counting, labels, samples, saying
from troth.notify.rules.events import Event
from troth.notify.wording import PARTS, Wordings, words_of

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BASE = "https://status.example"
SHAPES = [shape for shape in Shape if shape is not Shape.HOOK]


def full(event=Event.INCIDENT_OPENED, **more):
    return msgspec.structs.replace(samples.sample(event, base_url=BASE, at=NOON), **more)


def bare(event=Event.INCIDENT_OPENED):
    return samples.bare(event, base_url=BASE, at=NOON)


@pytest.mark.mission("S2.16")
@pytest.mark.parametrize("language", labels.LANGUAGES)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("event", list(Event))
def test_every_story_has_words_in_every_shape_and_each_carries_its_revision(shape, event, language):
    for story in (full(event), bare(event)):
        words = words_of(story, shape=shape, language=language)
        revision = story.revision[:8] if shape is not Shape.SPOKEN else " ".join(story.revision[:4])
        assert revision in words.text
        assert words.title
        assert words.remark == ""
        if shape is Shape.MAIL:
            assert revision in words.html
            assert story.link in words.html
        assert "None" not in words.text + words.html


@pytest.mark.parametrize("place", [(s, p) for s in SHAPES for p in PARTS[s]])
@pytest.mark.parametrize("language", labels.LANGUAGES)
def test_the_shipped_templates_pass_the_proof_that_own_ones_must_pass(place, language):
    shape, part = place
    proving.prove((shape.value, part, "", language), wording.shipped(shape, part, language))


@pytest.mark.parametrize("language", labels.LANGUAGES)
@pytest.mark.parametrize("event", list(Event))
def test_an_sms_is_one_message_that_still_says_what_state_and_link(event, language):
    words = words_of(full(event), shape=Shape.SMS, language=language)
    assert counting.sms_parts(words.text) == 1
    assert counting.septets(words.text) <= 160
    story = full(event)
    title = story.title if language == "en" else story.translations["de"]["title"]
    state = story.state if language == "en" else story.translations["de"]["state"]
    for part in (title, state, story.link, story.revision[:8]):
        assert part in words.text


def test_an_sms_with_a_long_headline_keeps_its_beginning_and_the_link():
    story = full(title="Payments by card, by invoice and by bank transfer fail for many " * 5)
    words = words_of(story, shape=Shape.SMS, language="en")
    assert counting.septets(words.text) <= 160
    assert words.text.startswith("We are investigating: Payments by card")
    assert words.text.endswith(f"... {story.link} #{story.revision[:8]}")


def test_an_sms_in_another_script_has_seventy_units():
    story = full(title="Оплата картой не работает", state="Ищем причину", link=f"{BASE}/i/1")
    words = words_of(story, shape=Shape.SMS, language="en")
    assert counting.septets(words.text) is None
    assert len(words.text) <= 70
    assert f"{BASE}/i/1" in words.text


def test_a_sign_that_an_sms_cannot_say_in_the_details_does_not_shrink_the_whole():
    words = words_of(full(what="Es gibt 漢字 hier."), shape=Shape.SMS, language="en")
    assert "漢" not in words.text
    assert counting.septets(words.text) > 70


def test_an_sms_in_another_script_says_what_happened_before_it_becomes_two():
    story = full(title="Оплата картой не работает", state="Мы ищем причину неполадки",
                 link="https://s.example/i/w84ngn8/")  # fmt: skip
    text = words_of(story, shape=Shape.SMS, language="en").text
    assert counting.sms_parts(text) == 1
    assert text.startswith("Problem: Оплата")
    assert text.endswith(f"{story.link} #{story.revision[:8]}")
    longer = full(title="Оплата картой не работает", state="Мы ищем причину неполадки",
                  link=f"{BASE}/incidents/w84ngn864t7y/")  # fmt: skip
    text = words_of(longer, shape=Shape.SMS, language="en").text
    assert counting.sms_parts(text) == 2
    assert "Мы ищем причину неполадки: Оплата картой не работает." in text


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Płatności kartą nie działają", "Platnosci karta nie dzialaja"),
        ("Platby kartou nefungují 🔥", "nefunguj"),
        ("Kartla ödeme şu anda çal\u0131şm\u0131yor", "calismiyor"),
    ],
)
def test_an_sms_loses_marks_before_it_becomes_two(title, said):
    link = f"{BASE}/incidents/w84ngn864t7y/and/a/longer/address/than/seventy/units/hold/"
    words = words_of(full(title=title, link=link), shape=Shape.SMS, language="en")
    assert counting.sms_parts(words.text) == 1
    assert counting.septets(words.text) <= 160
    assert link in words.text
    assert said in words.text
    assert "We are investigating" in words.text


@pytest.mark.parametrize(
    "text", ["", "漢字", "Оплата", "häßlich @ 5 €", "नमस्ते", "שלום", "\N{FIRE}"]
)
def test_only_latin_letters_lose_their_marks(text):
    found = counting.without_marks(text)
    assert found == ("" if text == "🔥" else text)


def test_a_preview_says_as_how_many_messages_an_sms_goes():
    link = f"{BASE}/{'a' * 180}"
    channel = catalogue.channel("sms")
    seen = proving.preview(
        full(link=link), channel=channel, language="en", wordings=wording.SHIPPED
    )
    assert seen.parts == 2
    seen = proving.preview(full(), channel=channel, language="en", wordings=wording.SHIPPED)
    assert seen.parts == 1


def test_a_link_too_long_for_one_sms_is_never_torn():
    link = f"{BASE}/subscription/{'a' * 180}/confirm"
    words = words_of(full(link=link), shape=Shape.SMS, language="en")
    assert link in words.text
    assert counting.sms_parts(words.text) == 2


@pytest.mark.parametrize(
    ("limit", "counts"),
    [
        (500, counting.with_short_links),
        (300, counting.graphemes),
        (280, counting.weighted),
    ],
)
@pytest.mark.parametrize(
    "story", [full(), full(what="日本語 👩‍👩‍👧 " * 80), full(title="w " * 400)]
)
def test_a_post_stays_within_its_network_and_keeps_the_link(limit, counts, story):
    words = words_of(story, shape=Shape.POST, language="en", limit=limit, counts=counts)
    assert counts(words.text) <= limit
    assert story.link in words.text
    assert words.text.endswith(f"#{story.revision[:8]}")


def test_what_matters_least_goes_first():
    story = full()
    short = words_of(story, shape=Shape.POST, language="en", limit=200, counts=counting.weighted)
    assert story.title in short.text
    assert story.state in short.text
    assert "Affected" not in short.text


def test_times_are_said_in_the_house_s_zone(settings):
    settings.TROTH = settings.TROTH.__class__(
        **{
            name: getattr(settings.TROTH, name)
            for name in settings.TROTH.__dataclass_fields__
            if name != "time_zone"
        },
        time_zone="Europe/Berlin",
    )
    words = words_of(full(), shape=Shape.NOTE, language="de")
    assert "22.11.2026, 13:30 CET (UTC+1)" in words.text
    assert labels.moment(NOON, ZoneInfo("UTC"), "en") == "22 Nov 2026, 12:00 UTC"


@pytest.mark.parametrize(
    ("at", "zone", "said"),
    [
        ("2026-03-29T00:59", "Europe/Berlin", "29 Mar 2026, 01:59 CET (UTC+1)"),
        ("2026-03-29T01:00", "Europe/Berlin", "29 Mar 2026, 03:00 CEST (UTC+2)"),
        ("2026-10-25T00:30", "Europe/Berlin", "25 Oct 2026, 02:30 CEST (UTC+2)"),
        ("2026-10-25T01:30", "Europe/Berlin", "25 Oct 2026, 02:30 CET (UTC+1)"),
        ("2026-07-01T12:00", "America/New_York", "1 Jul 2026, 08:00 EDT (UTC-4)"),
        ("2026-07-01T12:00", "Asia/Kathmandu", "1 Jul 2026, 17:45 UTC+5:45"),
        ("2026-07-01T12:00", "America/Sao_Paulo", "1 Jul 2026, 09:00 UTC-3"),
        ("2026-07-01T12:00", "America/St_Johns", "1 Jul 2026, 09:30 NDT (UTC-2:30)"),
        ("2026-01-01T12:00", "Europe/London", "1 Jan 2026, 12:00 GMT"),
        ("2026-07-01T12:00", "Nowhere/Else", "1 Jul 2026, 12:00 UTC"),
    ],
)
def test_a_time_is_that_of_the_reader_s_wall_with_its_zone(at, zone, said):
    told = full(next_at=datetime.fromisoformat(at).replace(tzinfo=UTC))
    words = words_of(told, shape=Shape.MAIL, language="en", zone=zone)
    assert f"We speak again: {said}" in words.text
    short = words_of(told, shape=Shape.POST, language="en", zone=zone).text
    assert f"We speak again at {said.partition(', ')[2].partition(' (')[0]}." in short


def test_planned_work_has_a_from_and_an_incident_a_since():
    text = words_of(full(Event.MAINTENANCE_ANNOUNCED), shape=Shape.MAIL, language="en").text
    assert "From: 22 Nov 2026" in text
    text = words_of(full(), shape=Shape.MAIL, language="en").text
    assert "Since: 22 Nov 2026" in text


@pytest.mark.parametrize("shape", SHAPES)
def test_no_story_can_bring_markup_into_a_mail(shape):
    nasty = '<script>alert(1)</script><img src=x onerror=1> {{ organisation }} "&'
    story = full(
        title=nasty, what=nasty, affects=nasty, advice=nasty, state=nasty, body=nasty,
        facts=((nasty, nasty),), link=f"{BASE}/?a=1&b=2",
    )  # fmt: skip
    words = words_of(story, shape=shape, language="en")
    inside = words.html
    assert "<script" not in inside
    assert "<img" not in inside
    assert "{{" not in re.sub(re.escape("{{ organisation }}"), "", words.text)


@pytest.mark.mission("S3.21")
def test_our_own_template_speaks_in_place_of_the_shipped_one():
    own = Wordings({("note", "text", "", "en"): "Hark: {{ title }} {{ link }} {{ revision }}"}, 7)
    words = words_of(full(), shape=Shape.NOTE, language="en-GB", wordings=own)
    assert words.text.startswith("Hark: Card payments fail")
    assert words_of(full(), shape=Shape.NOTE, language="de", wordings=own).text.startswith("Wir")


def test_a_template_for_one_event_goes_before_that_for_all():
    texts = {
        ("note", "title", "", "en"): "Any",
        ("note", "title", "incident.resolved", "en"): "Hooray",
    }
    said = [
        words_of(full(event), shape=Shape.NOTE, language="en", wordings=Wordings(texts, 1)).title
        for event in (Event.INCIDENT_OPENED, Event.INCIDENT_RESOLVED)
    ]
    assert said == ["Any", "Hooray"]


@pytest.mark.parametrize(
    "broken",
    [
        "{{ nobody }}",
        "{% for x in (1..100000000) %}{{ title }}{% endfor %}",
        "{% if %}",
        "{{ title | divided_by: 0 }}",
    ],
)
def test_a_broken_template_never_stops_a_message_and_the_words_say_so(broken):
    own = Wordings({("note", "text", "", "en"): broken, ("note", "title", "", "en"): broken}, 1)
    words = words_of(full(), shape=Shape.NOTE, language="en", wordings=own)
    shipped = words_of(full(), shape=Shape.NOTE, language="en")
    assert (words.title, words.text) == (shipped.title, shipped.text)
    assert "our own text was not used: line 1: " in words.remark
    assert "our own title was not used" in words.remark


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a\n{{ titel }}", 2, "a story has no “titel”; did you mean “title”?"),
        ("{{ title }}\n\n{% include 'x' %}", 3, "unexpected tag 'include'"),
        ("{{ title | url_decode }}", 1, "unknown filter 'url_decode'"),
        ("{{ title }}", None, "it must always say {{ link }}"),
        ("{{ link }} {{ title }}", None, "it must always say {{ revision }}"),
        (
            "{% if what %}{{ link }} {{ revision }}{% endif %}",
            None,
            "it must always say {{ link }}",
        ),
        (
            "{{ link }}{{ revision }}{% for x in facts %}x{% endfor %}",
            1,
            "expected array or hash at 'facts'",
        ),
        ("{% if title", 1, ""),
    ],
)
def test_a_template_that_fails_is_refused_with_line_and_reason(text, line, reason):
    with pytest.raises(sandbox.WordingError) as caught:
        proving.prove(("note", "text", "", "en"), text)
    assert caught.value.line == line
    assert caught.value.reason.startswith(reason)


def test_an_sms_template_that_is_too_long_even_for_the_least_story_is_refused():
    with pytest.raises(sandbox.WordingError, match=r"it takes \d+ of 160 characters"):
        proving.prove(("sms", "text", "", "en"), "x" * 90 + "{{ title }} {{ link }} {{ revision }}")


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (("sms", "html", "", "en"), "there is no html of sms"),
        (("telex", "text", "", "en"), "there is no text of telex"),
        (("note", "text", "incident.forgotten", "en"), "there is no event"),
        (("note", "text", "", "tlh"), "“tlh” is none of en, de"),
    ],
)
def test_a_template_for_nothing_is_refused(place, reason):
    with pytest.raises(sandbox.WordingError, match=reason):
        proving.prove(place, "x")


BOMBS = [
    "{% for i in (1..1000) %}{% for j in (1..1000) %}x{% endfor %}{% endfor %}",
    "{{ (1..1000000000) | join: ',' }}",
    "{% assign a = title %}" + "{% assign a = a | append: a %}" * 60 + "{{ a }}",
    "{{ title " + "| replace: 'a', 'aaaaaaaaaa'" * 40 + " }}",
    "{% if title %}" * 400,
    "x" * 10_001,
]


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_template_cannot_take_the_machine_along(bomb):
    with pytest.raises(sandbox.WordingError):
        sandbox.rendered(bomb, {"title": "aaaaaaaaaaaaaaaaaaaaaaaa"})


def test_a_template_sees_nothing_of_the_program():
    for source in ("{{ title.__class__ }}", "{{ title['__class__'].mro }}", "{{ parts.append }}"):
        with pytest.raises(sandbox.WordingError):
            sandbox.rendered(source, {"title": "x", "parts": [{"name": "y"}]})


@pytest.mark.django_db
def test_rewording_is_kept_and_the_shipped_words_are_one_step_away():
    place = ("note", "title", "", "en")
    assert queries.in_force().texts == {}
    actions.reword(place=place, text="News: {{ title }}\r\n", author="ada", now=NOON)
    first = queries.in_force()
    assert first.texts == {place: "News: {{ title }}"}
    with pytest.raises(sandbox.WordingError):
        actions.reword(place=place, text="{{ nobody }}", author="ada", now=NOON)
    assert queries.in_force() == first
    actions.use_shipped(place=place, author="ada", now=NOON)
    after = queries.in_force()
    assert after.texts == {}
    assert after.version > first.version == first.version
    assert queries.version() == after.version


@pytest.mark.mission("S3.21")
@pytest.mark.parametrize(
    ("key", "limit"), [("sms", 160), ("mastodon", 500), ("x", 280), ("email", 0), ("push", 1_500)]
)
@pytest.mark.parametrize("language", labels.LANGUAGES)
def test_a_preview_says_how_much_of_the_limit_is_used(key, limit, language):
    own = Wordings({("sms", "text", "", "en"): "{{ nobody }}"}, 1)
    seen = proving.preview(full(), channel=catalogue.channel(key), language=language, wordings=own)
    assert seen.limit == limit
    assert 0 < seen.measured <= (limit or 10_000)
    assert ".invalid" not in seen.words.text + seen.words.html
    assert bool(seen.remark) == (key == "sms" and language == "en")


def test_a_reader_s_own_links_are_put_in_last():
    words = words_of(full(), shape=Shape.MAIL, language="en")
    assert saying.MANAGE_URL in words.text
    assert saying.MANAGE_URL in words.html
    mine = wording.personal(words, manage_url=f"{BASE}/s/x/", end_url=f"{BASE}/s/x/end")
    assert f"{BASE}/s/x/" in mine.text
    assert ".invalid" not in mine.text + mine.html
