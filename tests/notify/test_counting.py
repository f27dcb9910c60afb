"""How long a text is, as each network counts."""

import pytest

from troth.notify.rules import counting


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("Hello", 5),
        ("Störung: Kasse für 20 €", 24),  # the euro sign takes two
        ("{[^~|\\]}", 16),
        ("ÄÖÜäöüßñ§", 9),
        ("ê", None),
        ("“quoted”", None),
        ("日本", None),
    ],
)
def test_an_sms_is_counted_in_septets(text, expected):
    assert counting.septets(text) == expected


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("a" * 160, True),
        ("a" * 161, False),
        ("a" * 158 + "€", True),
        ("a" * 159 + "€", False),
        ("ж" * 70, True),
        ("ж" * 71, False),
        ("a" * 69 + "ж", True),
        ("a" * 70 + "ж", False),
        ("🙂" * 35, True),  # two units each
        ("🙂" * 35 + "a", False),
    ],
)
def test_one_sms_is_160_septets_or_70_units(text, fits):
    assert (counting.sms_parts(text) == 1) == fits


def test_a_longer_text_goes_as_several_messages_that_hold_less():
    assert [counting.sms_parts("a" * length) for length in (160, 161, 304, 305)] == [1, 2, 2, 3]
    assert counting.sms_parts("ж" * 71) == 2


def test_typography_is_simplified_where_that_keeps_an_sms_cheap():
    assert counting.simple("„Kasse“ – 5 × …") == '"Kasse" - 5 x ...'  # noqa: RUF001


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", 5),
        ("e\u0301", 1),
        ("👨‍👩‍👧‍👦", 1),
        ("👍🏽", 1),
        ("🇩🇪🇫🇷", 2),
        ("❤️", 1),
        ("\r\n", 1),
        ("日本", 2),
        ("a\u200db", 2),
    ],
)
def test_a_bluesky_post_is_counted_in_what_is_seen(text, expected):
    assert counting.graphemes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 280, 280),
        ("日本", 4),
        ("👨‍👩‍👧‍👦", 2),
        ("e\u0301", 1),
        ("see https://status.example/incidents/inc_01HZ/with/a/long/path?x=1", 4 + 23),
        ("http://a.io b https://c.io", 23 + 3 + 23),
        ("„“–", 3),  # noqa: RUF001
    ],
)
def test_a_post_on_x_is_weighed(text, expected):
    assert counting.weighted(text) == expected


def test_a_link_on_mastodon_counts_23_however_long_it_is():
    assert counting.with_short_links("see https://status.example/" + "a" * 200) == 27
    assert counting.with_short_links("日本 👍🏽") == 4
